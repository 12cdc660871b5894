"""The identity check on a site's page: whether hashes are checked, and the secrets for them."""

from django.contrib import admin
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from apps.accounts import identity_hash
from apps.accounts.admin import site_secrets
from apps.accounts.admin.site_dialogs import MAY, OfSiteForm
from apps.accounts.models import IdentitySecret, Site
from apps.accounts.panels import Panel, panel_on


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


class DeleteForm(site_secrets.DeleteForm):
    model = IdentitySecret
    words = (
        "Hashes made with the secret of {made} are refused from that moment on. "
        "Be sure that your server signs with another one."
    )


@admin.register(IdentitySecret)
class IdentitySecretAdmin(site_secrets.SecretAdmin):
    kind = "an identity secret"

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
        return self.made(request, site, identity_hash.create_secret(site))

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
        return self.removed(request, object_id, identity_hash.delete_secret)


@panel_on(Site, permission=MAY)
def identity_check(request: HttpRequest, site: Site) -> Panel:
    content = {"site": site, **site_secrets.on_panel(site, site.identity_secrets.all())}
    return Panel(title="Identity check", template="admin/panels/identity.html", content=content)
