"""What is refused as active because it can never be sent (apps.assets.fitting): asked when a page
is saved, not at every stroke of somebody who writes, whom the preview's meter tells."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.assets import fitting, rendering
from apps.assets.forms.buttons import ButtonFormSet, VariationButtonFormSet
from apps.assets.forms.contents import PushForm
from apps.assets.forms.variations import VariationForm
from apps.assets.models import Button, Push, Variation
from apps.assets.rendering import Source


class WeighedPushForm(PushForm):
    def _post_clean(self) -> None:
        """Weigh the push when everything else is right: the model has checked its extra data."""
        super()._post_clean()
        push: Push = self.instance
        if not self.errors and push.is_active:
            source = Source(
                kind=Push,
                site=self.site(),
                # Of the default's buttons their formset knows.
                content={**push.own_content, "buttons": []},
                versions=rendering.active(push).versions if push.pk else (),
            )
            own = {name: push.own_content[name] for name in push.CONTENT if name in self.fields}
            _check(self, source, own=own)


class WeighedVariationForm(VariationForm):
    def _post_clean(self) -> None:
        """As for a push."""
        super()._post_clean()
        variation: Variation = self.instance
        is_active = variation.status == Variation.Status.ACTIVE
        if not self.errors and is_active and self.kind is Push:
            default = rendering.of(self.asset, ()).content
            # Of its own buttons their formset knows.
            buttons = [] if variation.has_own_buttons else default["buttons"]
            content = {**default, **variation.content, "buttons": buttons}
            source = Source(kind=Push, site=self.known_site(), content=content)
            _check(self, source, own=variation.content)


def _check(form: forms.ModelForm, source: Source, *, own: dict[str, Any]) -> None:
    """Add an error to the longest of the form's own texts, or to the status without any."""
    if problem := fitting.problem(source):
        field = fitting.longest(own, own) or "status"
        form.add_error(field, ValidationError(problem))


class _Weighed:
    """Buttons of a push, together with its texts."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or not self.instance.is_active or self.site is None:
            return
        source = self.source()
        # What is too large without them is said by the form above.
        if source and not fitting.problem(source):
            content = {**source.content, "buttons": self._written()}
            if problem := fitting.problem(replace(source, content=content)):
                raise ValidationError(problem)

    def _written(self) -> list[dict[str, Any]]:
        staying = [form for form in self.forms if not self._should_delete_form(form)]
        blank = Button().own_content
        return [
            {name: form.cleaned_data.get(name, value) for name, value in blank.items()}
            for form in staying
            if form.cleaned_data
        ]


class WeighedButtonFormSet(_Weighed, ButtonFormSet):
    def source(self) -> Source | None:
        push: Push = self.instance
        versions = rendering.active(push).versions if push.pk else ()
        content = {**push.own_content, "buttons": []}
        return Source(kind=Push, site=self.site, content=content, versions=versions)


class WeighedVariationButtonFormSet(_Weighed, VariationButtonFormSet):
    def source(self) -> Source | None:
        row: Variation = self.instance
        if not row.has_own_buttons:
            return None
        content = {**row.asset.own_content, **row.content, "buttons": []}
        return Source(kind=Push, site=self.site, content=content)
