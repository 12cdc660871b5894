"""The buttons of an asset, or of one of its variations."""

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.assets import known
from apps.assets.forms.contents import check_names
from apps.assets.forms.lines import check_lines
from apps.assets.models import Asset, Button, Variation
from apps.assets.tags import Known

MAX_BUTTONS = 3


class ButtonFormSet(forms.BaseInlineFormSet):
    """Tells its forms what their site knows."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known}

    @cached_property
    def known(self) -> Known | None:
        row: Asset | Variation | None = self.instance
        asset = row.asset if isinstance(row, Variation) else row
        return known.names(asset.site) if self.is_bound and asset and asset.site_id else None


class ButtonForm(forms.ModelForm):
    def __init__(self, *args: Any, known: Known | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_lines(self, ("label",))
        if self.known is not None:
            check_names(self, self.known, texts=("label",), addresses=("url", "icon"))
        return cleaned


class PushButtonForm(ButtonForm):
    class Meta:
        model = Button
        fields = ("label", "url", "icon", "position")


class PopupButtonForm(ButtonForm):
    class Meta:
        model = Button
        fields = ("label", "action", "url", "event", "position")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        action = cleaned.get("action")
        if action == Button.Action.OPEN and not cleaned.get("url") and "url" not in self.errors:
            self.add_error("url", ValidationError("Write the address that the button opens."))
        if action == Button.Action.TRACK and not cleaned.get("event"):
            self.add_error("event", ValidationError("Write the name of the event."))
        return cleaned
