"""Webhooks on a site's page: the secrets that calls are signed with."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from apps.accounts.admin import site_secrets
from apps.accounts.admin.site_dialogs import MAY, OfSiteForm
from apps.accounts.models import Site
from apps.accounts.panels import Panel, panel_on
from apps.journeys.models import SigningSecret
from apps.journeys.webhooks import signing


class DeleteForm(site_secrets.DeleteForm):
    model = SigningSecret
    words = (
        "Nothing is signed with the secret of {made} any more from that moment on. "
        "Be sure that your systems check with another one."
    )


@admin.register(SigningSecret)
class SigningSecretAdmin(site_secrets.SecretAdmin):
    kind = "a signing secret"

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
        return self.made(request, site, signing.create_secret(site))

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
        return self.removed(request, object_id, signing.delete_secret)


@panel_on(Site, permission=MAY)
def webhooks(request: HttpRequest, site: Site) -> Panel:
    content = site_secrets.on_panel(site, site.signing_secrets.all())
    return Panel(title="Webhooks", template="admin/panels/webhooks.html", content=content)
