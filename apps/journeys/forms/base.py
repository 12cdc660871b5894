"""What the builder's forms have in common: rows, fields that depend on others, known names."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property

from apps.accounts.models import User
from apps.assets.models import Asset
from apps.journeys.forms.fields import problems_of_event
from apps.journeys.forms.rows import Rows, in_our_words
from apps.journeys.models import Journey
from apps.segments import catalogue
from apps.segments.rules import Context

# The other field, and the values of it for which a field counts.
Needs = tuple[str, tuple[str, ...]]


class BuilderForm(forms.ModelForm):
    """A form of the side panel.

    `rows` are formsets by the name of the JSON field that they write. `shown_for` says of fields
    for which values of another they count: others are hidden, and what stands in them is let be.
    `events` are pairs of a field with an event and one with conditions on its properties.
    `below` are fields that are drawn below rows, by the name of the rows, instead of above them.
    `opens` are the admin pages, by field, of what it chooses.
    """

    rows: ClassVar[dict[str, type[Rows]]] = {}
    shown_for: ClassVar[dict[str, Needs]] = {}
    events: ClassVar[tuple[tuple[str, str], ...]] = ()
    below: ClassVar[dict[str, tuple[str, ...]]] = {}
    opens: ClassVar[dict[str, str]] = {}
    use_required_attribute = False

    def __init__(
        self, *args: Any, journey: Journey, user: User | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.journey, self.user = journey, user
        in_our_words(self.fields.values())
        for field in self.fields.values():
            if hasattr(field.widget, "site"):
                is_rule = type(field.widget).__name__ == "RuleWidget"
                field.widget.site = journey.site if is_rule else journey.site_id
        self.formsets = {name: self._formset(name, kind) for name, kind in self.rows.items()}
        self.prepare()

    def prepare(self) -> None:
        """Have fields offer what the site has."""

    @cached_property
    def known(self) -> Context:
        return catalogue.of_site(self.journey.site)

    def _formset(self, name: str, kind: type[Rows]) -> Rows:
        own = {"site": self.journey.site, "known": self.known, "prefix": name}
        if self.is_bound:
            return kind(self.data, **own)
        return kind(initial=self.initial_rows(name), **own)

    def initial_rows(self, name: str) -> list[dict[str, Any]]:
        return getattr(self.instance, name)

    def stored_rows(self, name: str) -> Any:
        """Return the rows as the model's field holds them."""
        return self.formsets[name].values()

    def is_valid(self) -> bool:
        # All of them, so that each says what is wrong.
        return all([super().is_valid(), *(each.is_valid() for each in self.formsets.values())])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for event, where in self.events:
            for message in problems_of_event(
                cleaned.get(event) or "", cleaned.get(where) or [], self.known
            ):
                self.add_error(where, message)
        return cleaned

    def counts(self, name: str) -> bool:
        """Whether the field is one of those that what was chosen asks for."""
        other, values = self.shown_for.get(name, ("", ()))
        return not other or str(self.cleaned_data.get(other, "")) in values

    def _clean_fields(self) -> None:
        """What is hidden cannot be corrected, so it is left as it was stored."""
        super()._clean_fields()
        for name in self.shown_for:
            if name in self.fields and not self.counts(name):
                self._errors.pop(name, None)
                with contextlib.suppress(AttributeError):
                    self.cleaned_data[name] = getattr(self.instance, name)

    def need(self, name: str, message: str) -> None:
        """Ask for the field where it counts."""
        if self.counts(name) and name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, message)

    def save(self, commit: bool = True) -> Any:
        for name in self.rows:
            if hasattr(self.instance, name) and not self._is_relation(name):
                setattr(self.instance, name, self.stored_rows(name))
        return super().save(commit)

    def _is_relation(self, name: str) -> bool:
        return self._meta.model._meta.get_field(name).is_relation

    def errors_by_id(self) -> dict[str, list[str]]:
        """Return what is wrong at each input, by its id; an empty list where nothing is."""
        forms_here = [self, *(form for rows in self.formsets.values() for form in rows.forms)]
        found = {
            field.auto_id: list(field.errors) if form.is_bound else []
            for form in forms_here
            for field in form
        }
        found["form"] = list(self.non_field_errors()) if self.is_bound else []
        for name, rows in self.formsets.items():
            found[f"rows-{name}"] = list(rows.non_form_errors()) if rows.is_bound else []
        return found

    def shown(self) -> list[Any]:
        """Return the fields to draw, each with what it depends on (`needs`); those that come
        below rows are set on these instead."""
        lower = {name: rows for rows, names in self.below.items() for name in names}
        for rows in self.formsets.values():
            rows.below = []
        fields = []
        for field in self.visible_fields():
            field.needs, values = self.shown_for.get(field.name, ("", ()))
            field.needed = " ".join(values)
            field.opens = self.opens.get(field.name, "")
            if field.name in lower:
                self.formsets[lower[field.name]].below.append(field)
            elif field.name not in self.rows:
                fields.append(field)
        return fields


class StepForm(BuilderForm):
    """A step of the flow. A name that is left empty is made from what the step does."""

    name = forms.CharField(
        required=False,
        max_length=100,
        label="Name",
        help_text="As the numbers will show it. Empty: a name is made.",
    )
    # What a new step begins with, beside the defaults of its model.
    begins_with: ClassVar[dict[str, Any]] = {}

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            names = [name for name in self.fields if name not in ("name", *self.rows)]
            values = {name: getattr(self.instance, name) for name in names if name != "name"}
            rows = [self.initial_rows(name) for name in self.rows]
            made = self.made_name(values, *rows)[:100]
            if made == self.instance.name:
                # It goes on being made, as what the step does changes.
                self.initial["name"] = ""
                self.fields["name"].widget.attrs["placeholder"] = made

    def _post_clean(self) -> None:
        if not self.cleaned_data.get("name") and "name" not in self.errors:
            rows = [each.values() if each.is_valid() else [] for each in self.formsets.values()]
            self.cleaned_data["name"] = self.made_name(self.cleaned_data, *rows)[:100]
        super()._post_clean()

    def made_name(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> str:
        """Return a name for what was written: its fields, and its rows where it has some."""
        return str(self._meta.model._meta.verbose_name).capitalize()

    def offer_assets(self, name: str, model: type[Asset], kept: int | None) -> None:
        """Have the field offer the site's assets that are in use, and the one it has."""
        field = self.fields[name]
        field.queryset = model.objects.filter(site=self.journey.site_id)
        field.choices = asset_choices(model, self.journey.site_id, {kept})


def asset_choices(
    model: type[Asset], site_id: int, kept: set[int | None]
) -> list[tuple[int | str, str]]:
    """Return the site's assets that can be chosen: none that is archived but those `kept`."""
    rows = model.objects.filter(site=site_id).order_by("name").values_list("pk", "name", "status")
    return [("", "Choose one")] + [
        (pk, name if status == Asset.Status.ACTIVE else f"{name} ({status})")
        for pk, name, status in rows
        if status != Asset.Status.ARCHIVED or pk in kept
    ]
