"""An asset as it stands in the editor, saved or not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from apps.accounts.uniqueness import told_at_fields
from apps.assets.colors import FAINT
from apps.assets.forms import (
    ButtonFormSet,
    PopupButtonForm,
    PopupButtonFormSet,
    PopupForm,
    PopupVariationButtonFormSet,
    PushButtonForm,
    PushForm,
    VariationButtonFormSet,
    VariationForm,
)
from apps.assets.models import Asset, Button, Popup, Push, Variation
from apps.assets.rendering import Source, Version, of

# What is said while somebody writes is what saving says.
FORMS = {
    Push: (told_at_fields(PushForm), PushButtonForm, ButtonFormSet),
    Popup: (told_at_fields(PopupForm), PopupButtonForm, PopupButtonFormSet),
}
OF_A_VARIATION = told_at_fields(VariationForm)
OF_VARIATIONS = {Push: VariationButtonFormSet, Popup: PopupVariationButtonFormSet}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`source` is what can be rendered: a field in error is as it was stored, or empty. `errors`
    are lists of messages by the name of the field, those of buttons as `buttons-0-label`. `faint`
    are the fields in error that are as they are written: colours that are hard to read; `missing`
    those of what was never saved that nobody has written anything in yet. `edited` is the key of
    the variation that the form writes, None for the default content."""

    source: Source
    errors: Mapping[str, list[str]]
    faint: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    edited: int | None = None


def read(kind: type[Asset], data: Mapping[str, Any], *, asset: Asset | None = None) -> Draft | None:
    """Return what the fields of the editor's page, as posted, would make; nothing is saved.

    `asset` is the stored one, with the variations that count; None for a new one, which is no
    draft yet while no site is chosen.
    """
    form_class, button_class, formset_class = FORMS[kind]
    form = form_class(data, instance=kind.objects.get(pk=asset.pk) if asset else kind())
    if asset:
        del form.fields["site"]
    # Not shown to visitors, and by name on the page, where they may be new.
    del form.fields["labels"]
    form.is_valid()
    site = form.site()
    if site is None:
        return None
    stored = asset.own_content if asset else _blank(kind)
    content = {name: _held(form, name, stored[name]) for name in kind.CONTENT}
    factory = forms.inlineformset_factory(
        Asset, Button, form=button_class, formset=formset_class, fk_name="asset", extra=0
    )
    buttons = _buttons(factory, data, form.instance, Button.objects.filter(variation=None))
    variations = asset.variations.filter(status=Variation.Status.ACTIVE) if asset else ()
    return Draft(
        source=Source(
            kind=kind,
            site=site,
            content={**content, "buttons": _contents(buttons)},
            versions=of(asset, variations).versions if asset else (),
        ),
        errors=_said(form, buttons),
        faint=tuple(name for name in content if form.has_error(name, FAINT)),
        missing=() if asset else tuple(each for each in form.errors if _is_missing(form, each)),
    )


def read_variation(variation: Variation, data: Mapping[str, Any]) -> Draft:
    """Return the stored asset with the variation as the fields of its page, as posted, would make
    it, in its place among those that are active, whether it is or not. A new one, which has its
    asset, has the key 0 and comes last."""
    asset = variation.asset
    form = OF_A_VARIATION(data, instance=variation)
    form.is_valid()
    _, button_class, _ = FORMS[type(asset)]
    factory = forms.inlineformset_factory(
        Variation,
        Button,
        form=button_class,
        formset=OF_VARIATIONS[type(asset)],
        fk_name="variation",
        extra=0,
    )
    buttons = _buttons(factory, data, variation, Button.objects.all())
    own = {"buttons": _contents(buttons)} if form.cleaned_data.get("has_own_buttons") else {}
    written = Version(
        key=variation.pk or 0,
        name=form.cleaned_data.get("name") or "This variation",
        rule=form.cleaned_data.get("rule") or {},
        content={**_stored_of(variation, form), **form.cleaned_data.get("content", {}), **own},
    )
    others = list(asset.variations.filter(status=Variation.Status.ACTIVE).exclude(pk=variation.pk))
    before = [row for row in others if _comes_before(row, variation)]
    source = of(asset, others)
    versions = list(source.versions)
    versions.insert(len(before), written)
    return Draft(
        source=replace(source, versions=tuple(versions)),
        errors=_said(form, buttons),
        edited=written.key,
    )


def _comes_before(row: Variation, other: Variation) -> bool:
    return other.pk is None or (row.position, row.pk) < (other.position, other.pk)


def _stored_of(variation: Variation, form: forms.BaseForm) -> dict[str, Any]:
    """Return what a field in error had of its own before."""
    stored = Variation.objects.filter(pk=variation.pk).values_list("content", flat=True).first()
    return {name: value for name, value in (stored or {}).items() if name in form.errors}


def _blank(kind: type[Asset]) -> dict[str, Any]:
    return {name: kind._meta.get_field(name).get_default() for name in kind.CONTENT}


def _is_missing(form: forms.BaseForm, name: str) -> bool:
    return form.has_error(name, "required") and not form[name].value()


def _held(form: forms.BaseForm, name: str, otherwise: Any) -> Any:
    if form.has_error(name, FAINT):
        return form.fields[name].clean(form[name].value())
    held = form.cleaned_data.get(name)
    return otherwise if held is None else held


def _buttons(
    factory: type[forms.BaseInlineFormSet], data: Any, row: Model, rows: QuerySet[Button]
) -> list[forms.ModelForm]:
    """Return the forms of the buttons that are to stay, in their order."""
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
