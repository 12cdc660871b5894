"""What a test send asks for: to whom, filled for whom and with what, and which content."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts import naming
from apps.accounts.models import Contact, Event, User
from apps.assets import models as assets
from apps.delivery.testing import Chosen, Draft
from apps.segments import reading

MINE, DEVICES = "mine", "devices"
AS_CONTACT, DEFAULT = "", "default"
MAX_PROPERTIES = 16_000
RECENT_EVENTS = 10


class TestForm(forms.Form):
    """`contact` is whom the tags are filled for: found by what was typed, else the newest; None
    for somebody made up."""

    __test__ = False

    to = forms.ChoiceField(
        label="Send to",
        required=False,
        choices=[(MINE, "My browsers"), (DEVICES, "All live devices of the contact below")],
        initial=MINE,
        help_text="A contact gets it like any push; the audit log keeps that you sent it.",
        widget=UnfoldAdminRadioSelectWidget(),
    )
    who = forms.CharField(
        label="Filled for",
        required=False,
        max_length=150,
        help_text="External id or number of a contact. Empty: the newest one.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    happened = forms.ChoiceField(
        label="Event",
        required=False,
        error_messages={"invalid_choice": "Choose an event of this contact."},
        widget=UnfoldAdminSelectWidget(),
    )
    properties = forms.CharField(
        label="Properties of an event, as JSON",
        required=False,
        max_length=MAX_PROPERTIES,
        help_text='What {{ event.… }} says, for example {"price": 20}.',
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"}),
    )
    variation = forms.ChoiceField(label="Content", required=False, widget=UnfoldAdminSelectWidget())

    def __init__(self, asset: assets.Push, user: User, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.asset = asset
        self.contact, self.problem = self._whom(user)
        self.events = self._events(user)
        self.fields["happened"].choices = [("", "None"), *((e.pk, _words(e)) for e in self.events)]
        if self.events:
            self.fields["properties"].label = "Or its properties, as JSON"
        self.fields["variation"].choices = [
            (AS_CONTACT, "What this contact would get"),
            (DEFAULT, "Default content"),
            *((each.pk, _named(each)) for each in asset.variations.all()),
        ]
        if not user.has_perm("accounts.view_contact"):
            del self.fields["who"]
            del self.fields["to"]

    @property
    def draft(self) -> Draft:
        """What the valid form asks for."""
        chosen = self.cleaned_data["variation"]
        key = None if chosen in (AS_CONTACT, DEFAULT) else int(chosen)
        return Draft(
            asset=self.asset,
            contact=self.contact,
            event=self.cleaned_data["event"],
            chosen=Chosen(key=key, is_forced=chosen != AS_CONTACT),
        )

    def _whom(self, user: User) -> tuple[Contact | None, str]:
        site = self.asset.site
        if not user.has_perm("accounts.view_contact"):
            return None, ""
        term = (self.data.get("who") or "").strip()[:150]
        found = naming.find(site.pk, term)
        if len(found) == 1:
            return found[0], ""
        problem = ""
        if found:
            names = ", ".join(str(each) for each in found)
            problem = f"Several begin so: {names}. Write one of them whole."
        elif term:
            problem = f"Nobody on {site} is known as “{term}”."
        contacts = Contact.objects.filter(site=site).select_related("site")
        return contacts.order_by("-pk").first(), problem

    def _events(self, user: User) -> list[Event]:
        if self.contact is None or not user.has_perm("accounts.view_event"):
            return []
        newest = self.contact.events.select_related("name").order_by("-at", "-pk")
        return list(newest[:RECENT_EVENTS])

    def clean_who(self) -> str:
        if self.problem:
            raise ValidationError(self.problem)
        return self.cleaned_data["who"]

    def clean_properties(self) -> dict[str, Any]:
        text = self.cleaned_data["properties"].strip()
        try:
            found = reading.read(text) if text else {}
        except reading.Unreadable as error:
            raise ValidationError("This is not readable as JSON.") from error
        if not isinstance(found, dict):
            raise ValidationError('Write a JSON object, such as {"price": 20}.')
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # Nobody gets a test for having come last.
        if cleaned.get("to") == DEVICES and not cleaned.get("who") and "who" not in self.errors:
            self.add_error("who", "Write whose devices are to get it.")
        event = next((e for e in self.events if str(e.pk) == cleaned.get("happened")), None)
        if event and cleaned.get("properties"):
            self.add_error("properties", "Choose an event or write properties, not both.")
        cleaned["event"] = event.properties if event else cleaned.get("properties", {})
        return cleaned


def _words(event: Event) -> str:
    at = date_format(timezone.localtime(event.at), "DATETIME_FORMAT")
    return f"{event.name}, {at}"


def _named(variation: assets.Variation) -> str:
    return f"{variation}" if variation.is_active else f"{variation} (draft)"
