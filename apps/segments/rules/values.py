"""What the value of a condition may be: one check for each shape that an operator takes."""

import re
from collections.abc import Callable
from typing import Any

from apps.accounts.moments import WITH_OFFSET, is_moment
from apps.segments.rules.ranges import is_period

MAX_TEXT, MAX_ITEMS = 500, 1_000
# Beyond it SQLite has no whole numbers, and JSON's own are not exact.
MAX_NUMBER = 10**15
MAX_TIMES = 1_000_000


def is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and _can_be_stored(value)


def _can_be_stored(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def is_number(value: Any) -> bool:
    # bool is an int in Python; what is no number or has no end is not below the bound either.
    return type(value) in (int, float) and abs(value) <= MAX_NUMBER


def _is_times(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_TIMES


def _list_of(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list) and 0 < len(value) <= MAX_ITEMS and all(map(check, value))
    )


def _two(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) == 2 and all(map(check, value))


def _is_day(value: Any) -> bool:
    return is_moment(value) and len(value) == 10


# Shape: whether the value has it, and what to say when it has not.
SHAPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (is_text, f"Write a text of at most {MAX_TEXT} characters."),
    "texts": (_list_of(is_text), f"Write at least one text, at most {MAX_ITEMS}."),
    "choice": (is_text, "Choose a value."),
    "choices": (_list_of(is_text), "Choose at least one value."),
    "number": (is_number, "Write a number, for example 20 or 9.5."),
    "two_numbers": (_two(is_number), "Write two numbers."),
    "times": (_is_times, f"Write a whole number of times, from 0 to {MAX_TIMES:,}."),
    "two_times": (_two(_is_times), f"Write two whole numbers, from 0 to {MAX_TIMES:,}."),
    "yes_no": (lambda value: isinstance(value, bool), "Choose yes or no."),
    "nothing": (lambda value: value is None, "It takes no value."),
    "period": (is_period, "Write a whole number and choose minutes, hours, days or weeks."),
    "day": (_is_day, "Choose a day."),
    "moment": (is_moment, "Choose a day, or write 2026-12-24T18:00."),
    "two_moments": (_two(is_moment), "Choose two days."),
}


def wrong(takes: str, value: Any) -> str:
    """Return what is wrong with the value, in words; nothing when it fits."""
    fits, words = SHAPES[takes]
    if not fits(value):
        return words
    if takes not in IN_ORDER or not _is_later(*value):
        return ""
    return f"Nothing lies between them: the first is the {IN_ORDER[takes]} one."


IN_ORDER = {"two_numbers": "greater", "two_times": "greater", "two_moments": "later"}


def _is_later(first: Any, second: Any) -> bool:
    """Whether nothing can lie between the two; of moments with an offset that is left open."""
    if not isinstance(first, str):
        return first > second
    if re.search(WITH_OFFSET, first) or re.search(WITH_OFFSET, second):
        return False
    # A day and a moment within it are compared as days.
    known = min(len(first), len(second))
    return first.replace(" ", "T")[:known] > second.replace(" ", "T")[:known]
