"""Several of a kind in one form: branches, paths, events, changes, headers, alternatives."""

import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME, BaseFormSet

from apps.accounts.models import Site
from apps.segments.rules import Context

MOST = 20
KEY = re.compile(r"[0-9a-z_]{1,40}")


def in_our_words(fields: Iterable[forms.Field]) -> None:
    """Have the fields say what is wrong as the rest of the back office does."""
    for field in fields:
        is_choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
        field.error_messages |= {
            "required": "Choose one." if is_choice else "Fill this in.",
            "min_value": "At least %(limit_value)s.",
            "max_value": "At most %(limit_value)s.",
        }


class Row(forms.Form):
    """One of them; `FIRST` is the field without which there is no row."""

    FIRST = ""

    def __init__(self, *args: Any, site: Site, known: Context, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known
        in_our_words(self.fields.values())
        for field in self.fields.values():
            if hasattr(field.widget, "site"):
                is_rule = type(field.widget).__name__ == "RuleWidget"
                field.widget.site = site if is_rule else site.pk
        self.prepare(site)

    def prepare(self, site: Site) -> None:
        """Have fields offer what the site has."""

    def shown(self) -> list[forms.BoundField]:
        """Return the fields to draw; the rest serves the rows."""
        hidden = (DELETION_FIELD_NAME, ORDERING_FIELD_NAME)
        return [field for field in self.visible_fields() if field.name not in hidden]


class Rows(BaseFormSet):
    """Row forms in the order that is chosen. `key` of a row is the outcome: it stays, and is
    made anew where it is missing, taken or not of its form."""

    reserved: Collection[str] = ()
    heading = ""
    add = ""
    note = ""
    # Fields of the form that are drawn below the rows, and whether only where there is a row.
    below: Sequence[forms.BoundField] = ()
    below_needs_row = False

    def __init__(self, *args: Any, site: Site, known: Context, **options: Any) -> None:
        form_kwargs = {"site": site, "known": known}
        super().__init__(*args, form_kwargs=form_kwargs, **options)

    def get_ordering_widget(self) -> forms.Widget:
        return forms.HiddenInput(attrs={"data-order": ""})

    def get_deletion_widget(self) -> forms.Widget:
        return forms.CheckboxInput(attrs={"data-delete": "", "hidden": True})

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        # Kept empty, a row that was added counts as one all the same.
        form.empty_permitted = False
        form.use_required_attribute = False

    def values(self) -> list[dict[str, Any]]:
        rows, taken = [], set(self.reserved)
        for form in self.ordered_forms:
            row = {
                name: value
                for name, value in form.cleaned_data.items()
                if name not in (DELETION_FIELD_NAME, ORDERING_FIELD_NAME)
            }
            if "key" in form.fields:
                key = row.get("key") or ""
                if not KEY.fullmatch(key) or key in taken:
                    row["key"] = secrets.token_hex(4)
                taken.add(row["key"])
            rows.append(row)
        return rows


def rows_of(
    row: type[Row], *, heading: str, add: str, note: str = "", reserved: Collection[str] = (),
    most: int = MOST, below_needs_row: bool = False,
) -> type[Rows]:  # fmt: skip
    base = type(
        f"{row.__name__}s",
        (Rows,),
        {
            "reserved": reserved,
            "heading": heading,
            "add": add,
            "note": note,
            "below_needs_row": below_needs_row,
        },
    )
    return forms.formset_factory(
        row,
        formset=base,
        extra=0,
        can_delete=True,
        can_order=True,
        max_num=most,
        validate_max=True,
        absolute_max=most + 30,
    )
