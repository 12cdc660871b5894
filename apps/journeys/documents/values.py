"""One field of a document: its type, its bounds, its form.

The form is what everything that reads a draft may rely on, gaps or not; what of it makes no sense
to publish, the steps themselves say (apps.journeys.models.steps.shapes).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from apps.journeys.models.steps.shapes import MAX_NAME, MAX_WEIGHT, OPS, OWN_OUTCOMES
from apps.journeys.models.terms import LARGEST, check_pauses
from apps.segments.rules import check as check_rule

# Yields what is wrong with a value, in words.
Form = Callable[[Any], Iterator[str]]

MAX_ROWS, MAX_KEY = 50, 40


def parse(field: models.Field, value: Any) -> Any:
    """Return the value that the field is given; the id where it names another row.

    Raises ValidationError for what it cannot hold. Empty texts pass: a draft may have gaps.
    """
    if isinstance(field, models.JSONField):
        for wrong in FORMS.get(field.name, _anything)(value):
            raise ValidationError(wrong)
        field.run_validators(value)
        return value
    if value is None:
        if field.null:
            return None
        raise ValidationError("This cannot be empty.")
    parsed = _typed(field, value)
    if field.choices and parsed not in {known for known, _ in field.flatchoices}:
        raise ValidationError("This is none of the choices.")
    if not field.is_relation:
        field.run_validators(parsed)
    return parsed


def _typed(field: models.Field, value: Any) -> Any:
    for type_of_field, (expected, words, convert) in TYPES.items():
        if isinstance(field, type_of_field):
            if type(value) is not expected:
                raise ValidationError(words)
            try:
                return convert(value)
            except (ValueError, OverflowError) as error:
                raise ValidationError(words) from error
    raise ValidationError("This field cannot be written so.")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.astimezone(UTC)


def _time(text: str) -> time:
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError("a zone")
    return found


def _id(number: int) -> int:
    if number < 1:
        raise ValueError("no id")
    return number


def _number(number: int) -> int:
    if number > LARGEST:
        raise OverflowError
    return number


# In the order in which they are asked: a DateTimeField is a DateField too.
TYPES: dict[type[models.Field], tuple[type, str, Callable[[Any], Any]]] = {
    models.BooleanField: (bool, "This is true or false.", bool),
    models.ForeignKey: (int, "This is the id of a row.", _id),
    models.IntegerField: (int, "This is a whole number below 2,147,483,648.", _number),
    models.DateTimeField: (str, "This is a moment with its zone.", _moment),
    models.DateField: (str, "This is a date such as 2026-03-29.", date.fromisoformat),
    models.TimeField: (str, "This is a time such as 09:00.", _time),
    models.TextField: (str, "This is a text.", str),
    models.CharField: (str, "This is a text.", str),
}


def _anything(value: Any) -> Iterator[str]:
    if value is None:
        yield "This cannot be empty."


def _checked(check: Callable[[Any], None]) -> Form:
    """Say what `check` raises."""

    def checked(value: Any) -> Iterator[str]:
        try:
            check(value)
        except ValidationError as error:
            yield from error.messages

    return checked


_rule = _checked(check_rule)


def _where(value: Any) -> Iterator[str]:
    once = {"event": "any", "measure": "count", "op": "gte", "value": 1, "where": value}
    yield from _rule(once)


def _numbers(least: int, most: int) -> Form:
    def check(value: Any) -> Iterator[str]:
        fine = isinstance(value, list) and all(
            type(each) is int and least <= each <= most for each in value
        )
        if not fine or len(set(value)) < len(value):
            yield f"It takes a list of numbers from {least} to {most}, each once."

    return check


def _rows(needed: set[str], more: set[str], check: Callable[[dict], Iterator[str]],
          *, reserved: tuple[str, ...] = ()) -> Form:  # fmt: skip
    """Check a list of objects; where they have keys, these are outcomes, each once."""

    def rows(value: Any) -> Iterator[str]:
        if not isinstance(value, list) or len(value) > MAX_ROWS:
            yield f"It takes a list of at most {MAX_ROWS}."
            return
        for row in value:
            if not isinstance(row, dict) or needed - set(row) or set(row) - needed - more:
                yield f"Each has these parts: {', '.join(sorted(needed | more))}."
                return
            yield from _named(row)
            yield from check(row)
        keys = [row["key"] for row in value if "key" in row and isinstance(row["key"], str)]
        if len(set(keys)) < len(keys) or set(keys) & set(reserved):
            yield "Two of them have the same key."

    return rows


def _named(row: dict[str, Any]) -> Iterator[str]:
    for part, most in (("key", MAX_KEY), ("name", MAX_NAME), ("event", MAX_NAME)):
        if part in row and not (isinstance(row[part], str) and len(row[part]) <= most):
            yield f"“{part}” is a text of at most {most} characters."
    if row.get("key") == "":
        yield "Each needs a key."


def _branch(row: dict[str, Any]) -> Iterator[str]:
    yield from _rule(row["rule"])


def _path(row: dict[str, Any]) -> Iterator[str]:
    if type(row["weight"]) is not int or not 0 <= row["weight"] <= MAX_WEIGHT:
        yield f"A weight is a whole number up to {MAX_WEIGHT}."


def _event(row: dict[str, Any]) -> Iterator[str]:
    yield from _where(row.get("where", []))


def _change(row: dict[str, Any]) -> Iterator[str]:
    if row["op"] not in OPS:
        yield f"A change is one of {', '.join(OPS)}."


def _object(value: Any) -> Iterator[str]:
    if not isinstance(value, dict) or len(value) > MAX_ROWS:
        yield f"It takes at most {MAX_ROWS} names with their values."
    elif any(not name or len(name) > MAX_NAME for name in value):
        yield f"A name has at most {MAX_NAME} characters."


def _headers(value: Any) -> Iterator[str]:
    yield from _object(value)
    if isinstance(value, dict) and not all(isinstance(each, str) for each in value.values()):
        yield "The value of a header is a text."


def _ids(value: Any) -> Iterator[str]:
    if not isinstance(value, list) or len(value) > MAX_ROWS:
        yield f"It takes a list of at most {MAX_ROWS}."
    elif not all(type(each) is int and each > 0 for each in value) or len(set(value)) < len(value):
        yield "It takes ids of journeys, each once."


# By name of the field: terms and steps have none in common that mean two things.
FORMS: dict[str, Form] = {
    "entry_rule": _rule,
    "entry_where": _where,
    "exit_where": _where,
    "goal_where": _where,
    "reentry_pauses": _checked(check_pauses),
    "weekdays": _numbers(0, 6),
    "month_days": _numbers(1, 31),
    "excluded": _ids,
    "branches": _rows({"key", "name", "rule"}, set(), _branch, reserved=OWN_OUTCOMES),
    "paths": _rows({"key", "name", "weight"}, set(), _path),
    "events": _rows({"key", "event"}, {"name", "where"}, _event, reserved=("timeout",)),
    "changes": _rows({"op", "name"}, {"value"}, _change),
    "properties": _object,
    "headers": _headers,
}
