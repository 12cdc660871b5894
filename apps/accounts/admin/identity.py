"""Identity secrets on a site's page: making one, showing it once, deleting it."""

from typing import Any

from django.contrib import admin, messages
from django.forms import HiddenInput, ModelChoiceField, ModelForm, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from apps.accounts import identity_hash
from apps.accounts.backoffice import ReadOnlyAdmin, to_page
from apps.accounts.models import IdentitySecret, Site
from apps.accounts.panels import Panel, dialog, panel_on

MAY = "accounts.change_site"


class SiteForm(ModelForm):
    def clean_identity_check(self) -> str:
        """Refuse a check that would lock everybody out."""
        value = self.cleaned_data["identity_check"]
        if value == Site.IdentityCheck.OFF:
            return value
        if self.instance.pk is None:
            raise ValidationError(
                "A new site has no identity secret yet. Save it with the check off, then make one."
            )
        if not self.instance.identity_secrets.exists():
            raise ValidationError(
                "This site has no identity secret, so no hash could be valid: make one first, "
                "under “Identity check” below."
            )
        return value


class OfSiteForm(BaseDialogForm):
    """A dialog that is opened with `?site=`."""

    site = ModelChoiceField(Site.objects.all(), widget=HiddenInput)

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(request, initial={"site": request.GET.get("site")}, **kwargs)


class DeleteForm(BaseDialogForm):
    form_before_template = "admin/dialogs/words.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        row = get_object_or_404(IdentitySecret, pk=object_id)
        made = date_format(timezone.localtime(row.created_at), "DATETIME_FORMAT")
        return {
            "words": f"Hashes made with the secret of {made} are refused from that moment on. "
            "Be sure that your server signs with another one."
        }


@admin.register(IdentitySecret)
class IdentitySecretAdmin(ReadOnlyAdmin):
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
        """Say who may use the dialogs: named with its dot, the theme would look the permission up
        in a database that the first migration has not made yet."""
        return request.user.has_perm(MAY)

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """Offer no making here, where no site is chosen."""
        return []

    @action(
        description="Make a secret",
        permissions=["change_site"],
        dialog={
            "title": "Make an identity secret?",
            "description": "It is shown once. Those made before stay valid until you delete them.",
            "form_class": OfSiteForm,
            "form_submit_text": "Make it",
        },
    )
    def make(self, request: HttpRequest, form: OfSiteForm) -> HttpResponse:
        site = form.cleaned_data["site"]
        secret = identity_hash.create_secret(site)
        self.log_change(request, site, "Made an identity secret.")
        answer = render(request, "admin/dialogs/secret.html", {"secret": secret, "site": site})
        # The whole dialog: what is shown once is not to be asked for again.
        answer["HX-Retarget"], answer["HX-Reselect"] = "#modal-content", "#dialog"
        answer["HX-Reswap"] = "innerHTML"
        return answer

    @action(
        description="Delete it",
        permissions=["change_site"],
        dialog={
            "title": "Delete this identity secret?",
            "description": "",
            "form_class": DeleteForm,
            "form_submit_text": "Delete it",
        },
    )
    def remove(self, request: HttpRequest, form: DeleteForm, object_id: str) -> HttpResponse:
        row = get_object_or_404(IdentitySecret.objects.select_related("site"), pk=object_id)
        try:
            identity_hash.delete_secret(row)
        except identity_hash.SecretNeeded as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, row.site, "Deleted an identity secret.")
            messages.success(request, "The identity secret was deleted.")
        return to_page(row.site)


@panel_on(Site, permission=MAY)
def identity_check(request: HttpRequest, site: Site) -> Panel:
    make = reverse("admin:accounts_identitysecret_make")
    secrets = [
        (row, dialog(reverse("admin:accounts_identitysecret_remove", args=[row.pk]), "Delete …"))
        for row in site.identity_secrets.defer("secret")
    ]
    content = {
        "site": site,
        "secrets": secrets,
        "make": dialog(f"{make}?site={site.pk}", "Make a secret …"),
    }
    return Panel(title="Identity check", template="admin/panels/identity.html", content=content)
