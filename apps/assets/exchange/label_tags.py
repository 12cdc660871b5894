"""Planning the label tags of a file."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.text import capfirst

from apps.assets.exchange import texts
from apps.assets.exchange.bringing import Pictures
from apps.assets.exchange.planned import PlannedLabelTag, Taken, Verdict
from apps.assets.exchange.references import by_id, ids_of
from apps.assets.forms.labels import MAX_VALUES
from apps.assets.library import differences
from apps.assets.models import LabelTag, LabelValue
from apps.assets.snapshots import Knowledge
from apps.assets.tags import Known
from apps.assets.tags import problems as unknown_names
from apps.segments import rules
from apps.segments.rules import Context

PARTS, VALUE_PARTS = {"name", "value", "values"}, {"rule", "value"}


def plan(rows: list[Any], knowledge: Knowledge, pictures: Pictures) -> list[PlannedLabelTag]:
    """Return what would be done with each label tag of a file, in two queries."""
    stored = LabelTag.objects.filter(site=knowledge.site).prefetch_related("values")
    existing = {row.name: row for row in stored}
    planner = _Planner(knowledge, pictures)
    planned = [planner.planned(number, row) for number, row in enumerate(rows)]
    names: set[str] = set()
    for each in planned:
        if each.name in names:
            each.refuse("Name", "The file has it twice.")
        names.add(each.name)
        if each.verdict != Verdict.REFUSED:
            _compare(each, existing.get(each.name), knowledge.context)
    return planned


class _Planner:
    def __init__(self, knowledge: Knowledge, pictures: Pictures) -> None:
        self.context, self.pictures = knowledge.context, pictures
        self.ids = ids_of(knowledge.context)
        # Of other label tags the model says that it may name none.
        self.names: Known = {**knowledge.names, "label": None}

    def planned(self, number: int, row: Any) -> PlannedLabelTag:
        row, named = self.pictures.addressed(row, texts.of_label_tag)
        name = row.get("name") if isinstance(row, dict) else None
        shown = name[:60] if isinstance(name, str) and name else f"Label tag {number + 1}"
        planned = PlannedLabelTag(key=f"label-{number}", name=shown, kind="label tag")
        if not _has_shape(row):
            words = f"a list of at most {MAX_VALUES} values under rules."
            planned.refuse("Label tag", f"It needs a name, a value, and {words}")
            return planned
        for place, message in _wrong(LabelTag(name=name, value=row["value"]), exclude=["site"]):
            planned.refuse(place, message)
        planned.value = row["value"]
        self._note_unknown(planned, "Default value", row["value"])
        for position, each in enumerate(row["values"], start=1):
            self._add_value(planned, f"Value {position}", each)
        planned.bring(named, self.pictures)
        return planned

    def _add_value(self, planned: PlannedLabelTag, place: str, each: dict[str, Any]) -> None:
        for _, message in _wrong(LabelValue(value=each["value"]), exclude=["label", "rule"]):
            planned.refuse(place, message)
        rule, missing = by_id(each["rule"], self.ids)
        # A value has no draft to wait in: it is left out, and what comes after it is said instead.
        if missing:
            planned.note(place, f"Left out: there is no segment “{missing[0]}” here.")
        elif found := rules.problems(rule, self.context):
            planned.note(place, f"Left out: {found[0].message}")
        else:
            self._note_unknown(planned, place, each["value"])
            planned.values.append({"rule": rule, "value": each["value"]})

    def _note_unknown(self, planned: PlannedLabelTag, place: str, text: str) -> None:
        """Note the names in tags that the site does not know: nothing would be said there."""
        if planned.verdict == Verdict.REFUSED:
            return
        for each in unknown_names(text, self.names, is_address=False):
            planned.note(place, str(each))


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


def _wrong(row: LabelTag | LabelValue, exclude: list[str]) -> Iterator[tuple[str, str]]:
    column = row._meta.get_field("value")
    try:
        # Of long texts only forms say how long they may be.
        MaxLengthValidator(column.max_length)(row.value)
    except ValidationError as error:
        yield capfirst(str(column.verbose_name)), " ".join(error.messages)
        return
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
