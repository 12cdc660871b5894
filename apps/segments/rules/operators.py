"""The operators of each type: how to ask, what value that takes, and what it means in SQL.

Each operator either tests a value, or denies another one: “is not” is true of everybody of whom
“is” is not, those without a value among them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Expression, F, Q, Value
from django.db.models.functions import Left, Right, StrIndex
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
)

from apps.segments.rules.ranges import Range

Column = Expression | F
Test = Callable[[Column, Any], Q]


@dataclass(frozen=True, kw_only=True)
class Operator:
    """`takes` names the shape of the value (apps.segments.rules.values); `test` says what it
    means for a value that is there; an operator that `denies` another has none."""

    name: str
    label: str
    takes: str
    test: Test | None = None
    denies: str = ""


def _starts_with(column: Column, value: str) -> Q:
    return Q(Exact(Left(column, len(value)), value))


def _ends_with(column: Column, value: str) -> Q:
    return Q(Exact(Right(column, len(value)), value))


def _contains(column: Column, value: str) -> Q:
    # Not a pattern: databases do not agree on whether patterns tell A from a.
    return Q(GreaterThan(StrIndex(column, Value(value)), 0))


def _between(column: Column, value: list[Any]) -> Q:
    return Q(GreaterThanOrEqual(column, value[0])) & Q(LessThanOrEqual(column, value[1]))


def within(column: Column, asked: Range) -> Q:
    """Return whether the moment lies in the range."""
    found = Q()
    if asked.start:
        found &= Q(GreaterThanOrEqual(column, asked.start))
    if asked.end:
        found &= Q(LessThan(column, asked.end))
    return found


def _equals(column: Column, value: Any) -> Q:
    return Q(Exact(column, value))


def _any_of(column: Column, value: list[Any]) -> Q:
    return Q(In(column, value))


IS_SET = Operator(name="is_set", label="is set", takes="yes_no")

_TEXT = (
    Operator(name="is", label="is", takes="text", test=_equals),
    Operator(name="is_not", label="is not", takes="text", denies="is"),
    Operator(name="any_of", label="is any of", takes="texts", test=_any_of),
    Operator(name="none_of", label="is none of", takes="texts", denies="any_of"),
    Operator(name="contains", label="contains", takes="text", test=_contains),
    Operator(name="not_contains", label="does not contain", takes="text", denies="contains"),
    Operator(name="starts_with", label="starts with", takes="text", test=_starts_with),
    Operator(name="ends_with", label="ends with", takes="text", test=_ends_with),
    IS_SET,
)
_CHOICE = (
    Operator(name="is", label="is", takes="choice", test=_equals),
    Operator(name="is_not", label="is not", takes="choice", denies="is"),
    Operator(name="any_of", label="is any of", takes="choices", test=_any_of),
    Operator(name="none_of", label="is none of", takes="choices", denies="any_of"),
    IS_SET,
)
_NUMBER = (
    Operator(name="is", label="is", takes="number", test=_equals),
    Operator(name="is_not", label="is not", takes="number", denies="is"),
    Operator(
        name="gt",
        label="is greater than",
        takes="number",
        test=lambda column, value: Q(GreaterThan(column, value)),
    ),
    Operator(
        name="gte",
        label="is at least",
        takes="number",
        test=lambda column, value: Q(GreaterThanOrEqual(column, value)),
    ),
    Operator(
        name="lt",
        label="is less than",
        takes="number",
        test=lambda column, value: Q(LessThan(column, value)),
    ),
    Operator(
        name="lte",
        label="is at most",
        takes="number",
        test=lambda column, value: Q(LessThanOrEqual(column, value)),
    ),
    Operator(name="between", label="is between", takes="two_numbers", test=_between),
    IS_SET,
)
_TIMES = {"number": "times", "two_numbers": "two_times"}
_COUNT = tuple(replace(row, takes=_TIMES[row.takes]) for row in _NUMBER if row != IS_SET)
_DATE = (
    Operator(name="in_last", label="is in the last", takes="period"),
    Operator(name="more_than_ago", label="is longer ago than", takes="period"),
    Operator(name="in_next", label="is in the next", takes="period"),
    Operator(name="today", label="is today", takes="nothing"),
    Operator(name="on", label="is on", takes="day"),
    Operator(name="before", label="is before", takes="moment"),
    Operator(name="after", label="is after", takes="moment"),
    Operator(name="between", label="is between", takes="two_moments"),
    IS_SET,
)
_LIST = (
    Operator(name="has", label="has", takes="text"),
    Operator(name="has_any", label="has any of", takes="texts"),
    Operator(name="has_not", label="does not have", takes="text", denies="has"),
    Operator(name="has_none", label="has none of", takes="texts", denies="has_any"),
    IS_SET,
)

OPERATORS: dict[str, tuple[Operator, ...]] = {
    "choice": _CHOICE,
    # Of a choice that is always made.
    "status": _CHOICE[:-1],
    "text": _TEXT,
    "number": _NUMBER,
    "yes_no": (Operator(name="is", label="is", takes="yes_no", test=_equals), IS_SET),
    "date": _DATE,
    "list": _LIST,
    # Of a yes or no that always has a value.
    "flag": (Operator(name="is", label="is", takes="yes_no", test=_equals),),
    # Of an event, which always has its moment.
    "when": tuple(row for row in _DATE if row.name not in ("is_set", "in_next")),
    # How often something happened; how many there are of what is counted; and what numbers that
    # events hold add up to.
    "count": _COUNT,
    "total": (*_COUNT, IS_SET),
    "amount": tuple(row for row in _NUMBER if row.name != "is_not"),
}


def words(name: Any) -> str:
    """Return how an operator of any type is called, as well as can be where there is none."""
    known = (row.label for rows in OPERATORS.values() for row in rows if row.name == name)
    return next(known, str(name))


def find(type: str, name: Any) -> Operator | None:
    """Return the operator of the type that has the name, if there is one."""
    return next((row for row in OPERATORS.get(type, ()) if row.name == name), None)
