"""Signing secrets on a site's page: making one, showing it once, deleting it."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from apps.accounts.admin.identity import MAY, OfSiteForm
from apps.accounts.backoffice import ReadOnlyAdmin, to_page
from apps.accounts.models import Site
from apps.accounts.panels import Panel, dialog, panel_on
from apps.journeys.models import SigningSecret
from apps.journeys.webhooks import signing


class DeleteForm(BaseDialogForm):
    form_before_template = "admin/dialogs/words.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        row = get_object_or_404(SigningSecret, pk=object_id)
        made = date_format(timezone.localtime(row.created_at), "DATETIME_FORMAT")
        return {
            "words": f"Nothing is signed with the secret of {made} any more from that moment on. "
            "Be sure that your systems check with another one."
        }


@admin.register(SigningSecret)
class SigningSecretAdmin(ReadOnlyAdmin):
    """Only its dialogs are used, from the page of the site."""

    list_display = ("__str__", "site", "created_at")
    list_select_related = ("site",)
    fields = ("site", "created_at")
    actions_list = ("make",)
    actions_list_hide_default = True
    actions_detail = ("remove",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY)

    def has_change_site_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say who may use the dialogs, as for identity secrets."""
        return request.user.has_perm(MAY)

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """Offer no making here, where no site is chosen."""
        return []

    @action(
        description="Make a secret",
        permissions=["change_site"],
        dialog={
            "title": "Make a signing secret?",
            "description": "It is shown once. Calls are signed with it, and with those made "
            "before until you delete them.",
            "form_class": OfSiteForm,
            "form_submit_text": "Make it",
        },
    )
    def make(self, request: HttpRequest, form: OfSiteForm) -> HttpResponse:
        site = form.cleaned_data["site"]
        secret = signing.create_secret(site)
        self.log_change(request, site, "Made a signing secret.")
        context = {"secret": secret, "site": site, "kind": "signing secret"}
        answer = render(request, "admin/dialogs/secret.html", context)
        # The whole dialog: what is shown once is not to be asked for again.
        answer["HX-Retarget"], answer["HX-Reselect"] = "#modal-content", "#dialog"
        answer["HX-Reswap"] = "innerHTML"
        return answer

    @action(
        description="Delete it",
        permissions=["change_site"],
        dialog={
            "title": "Delete this signing secret?",
            "description": "",
            "form_class": DeleteForm,
            "form_submit_text": "Delete it",
        },
    )
    def remove(self, request: HttpRequest, form: DeleteForm, object_id: str) -> HttpResponse:
        row = get_object_or_404(SigningSecret.objects.select_related("site"), pk=object_id)
        try:
            signing.delete_secret(row)
        except signing.SecretNeeded as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, row.site, "Deleted a signing secret.")
            messages.success(request, "The signing secret was deleted.")
        return to_page(row.site)


@panel_on(Site, permission=MAY)
def webhooks(request: HttpRequest, site: Site) -> Panel:
    make = reverse("admin:journeys_signingsecret_make")
    secrets = [
        (row, dialog(reverse("admin:journeys_signingsecret_remove", args=[row.pk]), "Delete …"))
        for row in site.signing_secrets.defer("secret")
    ]
    content = {"secrets": secrets, "make": dialog(f"{make}?site={site.pk}", "Make a secret …")}
    return Panel(title="Webhooks", template="admin/panels/webhooks.html", content=content)
