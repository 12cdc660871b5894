"""The buttons of an asset, or of one of its variations."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Site
from apps.assets import fitting, known, rendering
from apps.assets.forms.contents import check_names
from apps.assets.forms.lines import check_lines
from apps.assets.forms.widgets import image_widgets, offer_images
from apps.assets.models import Asset, Button, Push, Variation
from apps.assets.rendering import Source
from apps.assets.tags import Known

MAX_BUTTONS = 3


class ButtonFormSet(forms.BaseInlineFormSet):
    """Tells its forms what their site knows."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known}

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        offer_images(form, self.site)

    def clean(self) -> None:
        """Refuse as active a push that these buttons make too large to be sent to anybody."""
        super().clean()
        if any(self.errors) or not self.instance.is_active or self.site is None:
            return
        source = self.source()
        # What is too large without them is said by the form above.
        if source and not fitting.problem(source):
            content = {**source.content, "buttons": self._written()}
            if problem := fitting.problem(replace(source, content=content)):
                raise ValidationError(problem)

    def source(self) -> Source | None:
        """Return what the buttons belong to, without them; None where their size is no matter."""
        row: Asset = self.instance
        if not isinstance(row, Push):
            return None
        versions = rendering.active(row).versions if row.pk else ()
        content = {**row.own_content, "buttons": []}
        return Source(kind=Push, site=self.site, content=content, versions=versions)

    def _written(self) -> list[dict[str, Any]]:
        staying = [form for form in self.forms if not self._should_delete_form(form)]
        blank = Button().own_content
        return [
            {name: form.cleaned_data.get(name, value) for name, value in blank.items()}
            for form in staying
            if form.cleaned_data
        ]

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

    def source(self) -> Source | None:
        row: Variation = self.instance
        if not row.has_own_buttons or not isinstance(row.asset, Push):
            return None
        content = {**row.asset.own_content, **row.content, "buttons": []}
        return Source(kind=Push, site=self.site, content=content)

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
