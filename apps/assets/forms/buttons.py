"""The buttons of an asset, or of one of its variations."""

from functools import cached_property
from typing import Any

from django import forms

from apps.accounts.models import Site
from apps.assets import known
from apps.assets.forms.contents import check_names
from apps.assets.forms.lines import check_lines
from apps.assets.forms.widgets import image_widgets, offer_images
from apps.assets.models import Asset, Button, Variation
from apps.assets.tags import Known

MAX_BUTTONS = 3


class ButtonFormSet(forms.BaseInlineFormSet):
    """Tells its forms what their site knows."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known}

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        offer_images(form, self.site)

    @cached_property
    def site(self) -> Site | None:
        row: Asset | Variation | None = self.instance
        asset = row.asset if isinstance(row, Variation) else row
        return asset.site if asset and asset.site_id else None

    @cached_property
    def known(self) -> Known | None:
        return known.names(self.site) if self.is_bound and self.site else None


class VariationButtonFormSet(ButtonFormSet):
    """The buttons of a variation; they belong to its asset too."""

    def save_new(self, form: forms.ModelForm, commit: bool = True) -> Button:
        form.instance.asset_id = self.instance.asset_id
        return super().save_new(form, commit)


class ButtonForm(forms.ModelForm):
    def __init__(self, *args: Any, known: Known | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_lines(self, Button, ("label",))
        if self.known is not None:
            check_names(self, self.known, texts=("label",), addresses=("url", "icon"))
        return cleaned


class PushButtonForm(ButtonForm):
    class Meta:
        model = Button
        fields = ("label", "url", "icon", "position")
        widgets = image_widgets(Button)
