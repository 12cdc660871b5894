"""Previewing a popup on a page of the site: the panel, and the link that it makes."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from apps.accounts.models import Contact, Origin
from apps.accounts.panels import Panel, panel_on
from apps.assets import pages
from apps.assets.models import Popup
from apps.assets.previews import signed

AS_MET, DEFAULT = "", str(signed.DEFAULT)


class LinkForm(forms.Form):
    """`page`, and where there is a choice `variation` and `contact`."""

    page = forms.CharField(label="Page of the site", max_length=pages.MAX_ADDRESS)
    variation = forms.ChoiceField(required=False)
    contact = forms.CharField(label="As the contact", max_length=150, required=False)

    def __init__(self, *args: Any, popup: Popup, may_see_contacts: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.popup = popup
        self.fields["page"].initial = popup.site.home
        variations = [(str(each.pk), each.name) for each in popup.variations.all()]
        if variations:
            choices = [(AS_MET, "The one that the contact meets"), (DEFAULT, "Default content")]
            self.fields["variation"].choices = [*choices, *variations]
        else:
            del self.fields["variation"]
        if not may_see_contacts:
            del self.fields["contact"]

    def clean_page(self) -> str:
        address = self.cleaned_data["page"].strip()
        page = pages.page(address)
        if page is None:
            raise ValidationError("Write the whole address, such as https://shop.example/sale.")
        rows = Origin.objects.filter(site=self.popup.site, is_allowed=True)
        allowed = list(rows.values_list("origin", flat=True))
        if page.origin not in allowed:
            known = ", ".join(allowed) or "none so far"
            raise ValidationError(f"The site does not allow this origin. It allows: {known}.")
        return address

    def clean_contact(self) -> Contact | None:
        name = self.cleaned_data["contact"].strip()
        if not name:
            return None
        contact = Contact.objects.filter(site=self.popup.site, external_id=name).first()
        if contact is None:
            raise ValidationError("Nobody on this site has this external id.")
        return contact

    def link(self) -> str:
        """Return the link; the form must be valid."""
        chosen = self.cleaned_data.get("variation") or None
        return signed.link(
            self.popup,
            self.cleaned_data["page"],
            variation=int(chosen) if chosen is not None else None,
            contact=self.cleaned_data.get("contact"),
        )


@panel_on(Popup, permission="assets.view_popup")
def preview_on_site(request: HttpRequest, popup: Popup) -> Panel:
    return Panel(
        title="Preview on the site",
        template="admin/assets/popup_link.html",
        content={"popup": popup, "form": _form(request, popup)},
    )


@require_POST
def make(request: HttpRequest, popup_id: int) -> HttpResponse:
    """Answer with the panel's form and the link, or with what is wrong."""
    if not request.user.has_perm("assets.view_popup"):
        raise PermissionDenied
    popup = get_object_or_404(Popup.objects.select_related("site"), pk=popup_id)
    form = _form(request, popup, request.POST)
    content = {"popup": popup, "form": form, "link": form.link() if form.is_valid() else ""}
    return TemplateResponse(request, "admin/assets/popup_link.html", {"content": content})


def _form(request: HttpRequest, popup: Popup, *data: Any) -> LinkForm:
    may_see = request.user.has_perm("accounts.view_contact")
    return LinkForm(
        *data, popup=popup, may_see_contacts=may_see, label_suffix="", auto_id="preview_%s"
    )
