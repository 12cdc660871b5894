"""An asset as it stands in the editor, saved or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model

from apps.assets.forms import (
    ButtonFormSet,
    PopupButtonForm,
    PopupButtonFormSet,
    PopupForm,
    PushButtonForm,
    PushForm,
)
from apps.assets.models import Asset, Button, Popup, Push, Variation
from apps.assets.rendering import Source, of

FORMS = {
    Push: (PushForm, PushButtonForm, ButtonFormSet),
    Popup: (PopupForm, PopupButtonForm, PopupButtonFormSet),
}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`source` is what can be rendered: a field in error is as it was stored, or empty. `errors`
    are lists of messages by the name of the field, those of buttons as `buttons-0-label`."""

    source: Source
    errors: Mapping[str, list[str]]


def read(kind: type[Asset], data: Mapping[str, Any], *, asset: Asset | None = None) -> Draft | None:
    """Return what the fields of the editor's page, as posted, would make; nothing is saved.

    `asset` is the stored one, with the variations that count; None for a new one, which is no
    draft yet while no site is chosen.
    """
    form_class, *of_buttons = FORMS[kind]
    form = form_class(data, instance=kind.objects.get(pk=asset.pk) if asset else kind())
    # The page sends them by name, and they are not content.
    del form.fields["labels"]
    if asset:
        del form.fields["site"]
    form.is_valid()
    site = form.site()
    if site is None:
        return None
    stored = asset.own_content if asset else _blank(kind)
    content = {name: _held(form, name, stored[name]) for name in kind.CONTENT}
    buttons = _buttons(*of_buttons, data, form.instance)
    variations = asset.variations.filter(status=Variation.Status.ACTIVE) if asset else ()
    return Draft(
        source=Source(
            kind=kind,
            site=site,
            content={**content, "buttons": _contents(buttons)},
            versions=of(asset, variations).versions if asset else (),
        ),
        errors=_said(form, buttons),
    )


def _blank(kind: type[Asset]) -> dict[str, Any]:
    return {name: kind._meta.get_field(name).get_default() for name in kind.CONTENT}


def _held(form: forms.BaseForm, name: str, otherwise: Any) -> Any:
    held = form.cleaned_data.get(name)
    return otherwise if held is None else held


def _buttons(
    form_class: type[forms.ModelForm], formset_class: type[ButtonFormSet], data: Any, row: Model
) -> list[forms.ModelForm]:
    """Return the forms of the buttons that are to stay, in their order."""
    factory = forms.inlineformset_factory(
        Asset, Button, form=form_class, formset=formset_class, fk_name="asset", extra=0
    )
    rows = Button.objects.filter(variation=None)
    formset = factory(data, instance=row, prefix="buttons", queryset=rows)
    if not formset.management_form.is_valid():
        return []
    formset.is_valid()
    staying = [
        form
        for form in formset.forms
        if form.has_changed() or form.instance.pk
        # Not `deleted_forms`, which are none while another button is wrong.
        if not formset._should_delete_form(form)
    ]
    return sorted(staying, key=lambda form: _held(form, "position", 0))


def _contents(buttons: list[forms.ModelForm]) -> list[dict[str, Any]]:
    blank = Button().own_content
    return [{name: _held(form, name, blank[name]) for name in Button.CONTENT} for form in buttons]


def _said(form: forms.ModelForm, buttons: list[forms.ModelForm]) -> dict[str, list[str]]:
    said = {name: list(messages) for name, messages in form.errors.items()}
    for each in buttons:
        said |= {f"{each.prefix}-{name}": list(found) for name, found in each.errors.items()}
    return said
