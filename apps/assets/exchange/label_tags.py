"""Planning the label tags of a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from apps.accounts.models import Site
from apps.assets.exchange.planned import PlannedLabelTag, Taken, Verdict
from apps.assets.exchange.references import by_id, ids_of
from apps.assets.library import differences
from apps.assets.models import LabelTag, LabelValue
from apps.segments import rules
from apps.segments.rules import Context

PARTS, VALUE_PARTS = {"name", "value", "values"}, {"rule", "value"}
MAX_VALUES = 100


def plan(rows: list[Any], site: Site, context: Context) -> list[PlannedLabelTag]:
    """Return what would be done with each label tag of a file, in two queries."""
    stored = LabelTag.objects.filter(site=site).prefetch_related("values")
    existing = {row.name: row for row in stored}
    ids = ids_of(context)
    planned = [_planned(number, row, context, ids) for number, row in enumerate(rows)]
    names: set[str] = set()
    for each in planned:
        if each.name in names:
            each.refuse("Name", "The file has it twice.")
        names.add(each.name)
        if each.verdict != Verdict.REFUSED:
            _compare(each, existing.get(each.name), context)
    return planned


def _planned(number: int, row: Any, context: Context, ids: Mapping[str, int]) -> PlannedLabelTag:
    name = row.get("name") if isinstance(row, dict) else None
    shown = name[:60] if isinstance(name, str) and name else f"Label tag {number + 1}"
    planned = PlannedLabelTag(key=f"label-{number}", name=shown, kind="label tag")
    if not _has_shape(row):
        planned.refuse("Label tag", "It needs a name, a value, and a list of values under rules.")
        return planned
    for place, message in _wrong(LabelTag(name=name, value=row["value"]), exclude=["site"]):
        planned.refuse(place, message)
    planned.value = row["value"]
    for position, each in enumerate(row["values"], start=1):
        _add_value(planned, f"Value {position}", each, context, ids)
    return planned


def _has_shape(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and set(row) == PARTS
        and isinstance(row["name"], str)
        and isinstance(row["value"], str)
        and isinstance(row["values"], list)
        and len(row["values"]) <= MAX_VALUES
        and all(isinstance(each, dict) and set(each) == VALUE_PARTS for each in row["values"])
        and all(isinstance(each["value"], str) for each in row["values"])
    )


def _add_value(
    planned: PlannedLabelTag,
    place: str,
    each: dict[str, Any],
    context: Context,
    ids: Mapping[str, int],
) -> None:
    for _, message in _wrong(LabelValue(value=each["value"]), exclude=["label", "rule"]):
        planned.refuse(place, message)
    rule, missing = by_id(each["rule"], ids)
    # A value has no draft to wait in: it is left out, and what comes after it is said instead.
    if missing:
        planned.note(place, f"Left out: there is no segment “{missing[0]}” here.")
    elif found := rules.problems(rule, context):
        planned.note(place, f"Left out: {found[0].message}")
    else:
        planned.values.append({"rule": rule, "value": each["value"]})


def _wrong(row: LabelTag | LabelValue, exclude: list[str]) -> Iterator[tuple[str, str]]:
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            place = capfirst(str(row._meta.get_field(name).verbose_name))
            yield from ((place, message) for message in messages)


def _compare(planned: PlannedLabelTag, existing: LabelTag | None, context: Context) -> None:
    planned.existing = existing
    if existing is None:
        return
    values = [{"rule": each.rule, "value": each.value} for each in existing.values.all()]
    if (existing.value, values) == (planned.value, planned.values):
        planned.verdict = Verdict.SAME
        return
    planned.verdict = Verdict.CHANGED
    planned.choices = (Taken.SKIP, Taken.REPLACE)
    planned.changes = [
        *differences.texts("Default value", existing.value, planned.value),
        *differences.texts(
            "Values under rules", _words(values, context), _words(planned.values, context)
        ),
    ]


def _words(values: list[dict[str, Any]], context: Context) -> str:
    lines = [f"{rules.describe(each['rule'], context)}: {each['value']}" for each in values]
    return "\n".join(lines)
