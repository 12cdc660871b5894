"""What the page of a contact offers for the rights of a person."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.enums import ActionVariant

from apps.accounts import keys
from apps.accounts.imports import leftovers
from apps.accounts.models import Contact
from apps.accounts.privacy import persons


class PrivacyActions:
    """Offers to export and to erase a contact; of the admin of Contact."""

    actions_detail = ("export", "erase")

    @action(description="Export as JSON", icon="download", permissions=["erase"])
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        contact = self._contact(object_id)
        text = json.dumps(persons.export(contact, by=request.user), indent=2, ensure_ascii=False)
        answer = HttpResponse(text, content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="contact-{contact.pk}.json"'
        answer["Cache-Control"] = "no-store"
        return answer

    @action(
        description="Erase",
        icon="person_remove",
        variant=ActionVariant.DANGER,
        permissions=["erase"],
    )
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        contact = self._contact(object_id)
        if request.method == "POST":
            return self._erase(request, contact)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Erase {contact} for good?",
            "opts": self.opts,
            "original": contact,
            "counts": persons.count(contact),
            "files": leftovers.waiting_in(contact.site),
            "file_days": settings.UPLOADS_KEPT_DAYS,
            "back": reverse("admin:accounts_contact_change", args=[contact.pk]),
        }
        return TemplateResponse(request, "admin/erase.html", context)

    def _erase(self, request: HttpRequest, contact: Contact) -> HttpResponse:
        try:
            persons.erase(contact, by=request.user)
        except Contact.DoesNotExist as error:
            raise Http404 from error
        messages.success(request, f"Contact {contact.pk} is erased; nothing of them is left.")
        return HttpResponseRedirect(reverse("admin:accounts_contact_changelist"))

    def has_erase_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.delete_contact")

    def _contact(self, object_id: str) -> Contact:
        contact = Contact.objects.select_related("site").filter(pk=keys.read(object_id)).first()
        if contact is None:
            raise Http404
        return contact
