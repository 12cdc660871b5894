from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.assets.models import Button

MAX_BUTTONS = 3


class PushButtonForm(forms.ModelForm):
    class Meta:
        model = Button
        fields = ("label", "url", "icon", "position")


class PopupButtonForm(forms.ModelForm):
    class Meta:
        model = Button
        fields = ("label", "action", "url", "event", "position")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        action = cleaned.get("action")
        if action == Button.Action.OPEN and not cleaned.get("url") and "url" not in self.errors:
            self.add_error("url", ValidationError("Write the address that the button opens."))
        if action == Button.Action.TRACK and not cleaned.get("event"):
            self.add_error("event", ValidationError("Write the name of the event."))
        return cleaned
