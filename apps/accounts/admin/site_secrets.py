"""Secrets on a site's page: making one, showing it once, deleting it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.forms import BaseDialogForm

from apps.accounts.admin.site_dialogs import SiteDialogs
from apps.accounts.backoffice import to_page
from apps.accounts.models import Site
from apps.accounts.panels import dialog
from apps.accounts.site_secrets import SecretNeeded


class DeleteForm(BaseDialogForm):
    """Says what comes of deleting a row of the model: `words` with the `{made}` of it."""

    model: ClassVar[type[Model]]
    words: ClassVar[str]
    form_before_template = "admin/dialogs/words.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        row = get_object_or_404(self.model, pk=object_id)
        made = date_format(timezone.localtime(row.created_at), "DATETIME_FORMAT")
        return {"words": self.words.format(made=made)}


class SecretAdmin(SiteDialogs):
    """Its heirs have the dialogs `make` and `remove`, which end with `made` and `removed`."""

    list_display = ("__str__", "site", "created_at")
    fields = ("site", "created_at")
    actions_list = ("make",)
    actions_detail = ("remove",)
    # With its article: “an identity secret”.
    kind: ClassVar[str]

    def made(self, request: HttpRequest, site: Site, secret: str) -> HttpResponse:
        """Show the secret that was made for the site, this once."""
        self.log_change(request, site, f"Made {self.kind}.")
        context = {"secret": secret, "site": site, "kind": self._without_article}
        answer = render(request, "admin/dialogs/secret.html", context)
        # The whole dialog: what is shown once is not to be asked for again.
        answer["HX-Retarget"], answer["HX-Reselect"] = "#modal-content", "#dialog"
        answer["HX-Reswap"] = "innerHTML"
        return answer

    def removed(
        self, request: HttpRequest, object_id: str, delete: Callable[[Any], None]
    ) -> HttpResponse:
        """Delete the row, or say why it has to stay; leads back to the page of its site."""
        row = get_object_or_404(self.model.objects.select_related("site"), pk=object_id)
        try:
            delete(row)
        except SecretNeeded as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, row.site, f"Deleted {self.kind}.")
            messages.success(request, f"The {self._without_article} was deleted.")
        return to_page(row.site)

    @property
    def _without_article(self) -> str:
        return self.kind.partition(" ")[2]


def on_panel(site: Site, rows: QuerySet[Any]) -> dict[str, Any]:
    """Return the site's `secrets`, each with the button that deletes it, and the button by which
    to `make` one."""
    name = f"admin:{rows.model._meta.label_lower.replace('.', '_')}"
    return {
        "secrets": [
            (row, dialog(reverse(f"{name}_remove", args=[row.pk]), "Delete …"))
            for row in rows.defer("secret")
        ],
        "make": dialog(f"{reverse(f'{name}_make')}?site={site.pk}", "Make a secret …"),
    }
