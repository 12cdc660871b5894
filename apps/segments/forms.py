"""A rule as facets: one field for each thing that can be asked, all of which must be met.

What the facets cannot show (groups in groups, other operators) is kept as it is and shown in
words.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.segments import rules
from apps.segments.fields import FIELDS, Field
from apps.segments.rules import Rule

YES_NO = [("", "Any"), ("yes", "Yes"), ("no", "No")]
PREFIX = "facet_"


def _choices(row: Field) -> forms.Field:
    return forms.MultipleChoiceField(
        label=row.label,
        required=False,
        choices=row.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="Any of those ticked; none ticked: any.",
    )


def _texts(row: Field) -> forms.Field:
    return forms.CharField(
        label=row.label,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Any"}),
        help_text="One or several, with commas between them.",
    )


def _yes_no(row: Field) -> forms.Field:
    return forms.ChoiceField(
        label=row.label, required=False, choices=YES_NO, widget=UnfoldAdminSelectWidget()
    )


def _is_known(row: Field) -> forms.Field:
    found = _yes_no(row)
    found.label, found.help_text = f"{row.label} known", "Yes: has logged in; no: a visitor."
    return found


@dataclass(frozen=True, kw_only=True)
class Facet:
    """How fields of one type are asked: the operator for one value and for several."""

    make: Any
    one: str
    several: str = ""


FACETS = {
    "choice": Facet(make=_choices, one="is", several="any_of"),
    "text": Facet(make=_texts, one="is", several="any_of"),
    "yes_no": Facet(make=_yes_no, one="is"),
    "id": Facet(make=_is_known, one="is_set"),
}
SHOWN = [row for row in FIELDS.values() if row.type in FACETS]
FACET_NAMES = [PREFIX + row.name for row in SHOWN]


def split(rule: Rule) -> tuple[dict[str, Any], list[Rule]]:
    """Return the values of the facets by field, and the parts that these cannot show."""
    if set(rule) - {"all"}:
        return {}, [rule]
    values: dict[str, Any] = {}
    kept = []
    for node in rule.get("all", []):
        name = node.get("field")
        value = _value(node)
        if value is None or name in values:
            kept.append(node)
        else:
            values[name] = value
    return values, kept


def _value(node: Rule) -> Any:
    """Return what the facet's field shows for the condition; None when it cannot."""
    field = FIELDS.get(node.get("field", ""))
    facet = FACETS.get(field.type) if field else None
    if facet is None or node["op"] not in (facet.one, facet.several):
        return None
    if isinstance(node["value"], bool):
        return "yes" if node["value"] else "no"
    texts = node["value"] if isinstance(node["value"], list) else [node["value"]]
    if field.type == "choice":
        return texts
    # A comma inside a value would come back as two.
    return None if any("," in text for text in texts) else ", ".join(texts)


def condition(field: Field, value: Any) -> Rule | None:
    """Return the condition that the facet asks for; None when it asks for nothing."""
    facet = FACETS[field.type]
    if facet.several:
        texts = value if isinstance(value, list) else [part.strip() for part in value.split(",")]
        texts = [text for text in texts if text]
        if not texts:
            return None
        op = facet.one if len(texts) == 1 else facet.several
        return {"field": field.name, "op": op, "value": texts[0] if len(texts) == 1 else texts}
    return {"field": field.name, "op": facet.one, "value": value == "yes"} if value else None


def join(conditions: list[Rule], kept: list[Rule]) -> Rule:
    if not conditions and len(kept) == 1 and next(iter(kept[0])) in rules.GROUPS:
        return kept[0]
    parts = [*conditions, *kept]
    return {"all": parts} if parts else {}


class _FacetForm(forms.ModelForm):
    """Edits the rule in `rule_field` of the instance."""

    rule_field = "rule"
    drop_kept = forms.BooleanField(
        label="Remove the further conditions", required=False, widget=UnfoldBooleanSwitchWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values, self.kept = split(getattr(self.instance, self.rule_field) or {})
        for name, value in values.items():
            self.initial.setdefault(PREFIX + name, value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        conditions = []
        for field in SHOWN:
            asked = condition(field, cleaned.get(PREFIX + field.name) or "")
            if asked:
                self._check(asked, PREFIX + field.name)
                conditions.append(asked)
        kept = [] if cleaned.get("drop_kept") else self.kept
        setattr(self.instance, self.rule_field, join(conditions, kept))
        return cleaned

    def _check(self, asked: Rule, name: str) -> None:
        try:
            rules.check(asked)
        except ValidationError as error:
            self.add_error(name, error)


# The fields are those of the registry, so the class is made from it.
FacetForm = type(_FacetForm)(
    "FacetForm", (_FacetForm,), {PREFIX + row.name: FACETS[row.type].make(row) for row in SHOWN}
)


def facet_names(rule: Rule) -> list[str]:
    """Return the names of the fields to show for the rule, in their order."""
    _, kept = split(rule or {})
    return [*FACET_NAMES, "further_conditions", "drop_kept"] if kept else FACET_NAMES


def further_conditions(rule: Rule) -> str:
    """Return in words what the facets cannot show."""
    _, kept = split(rule or {})
    return rules.describe(join([], kept)) if kept else ""
