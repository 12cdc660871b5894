"""What an update does to a contact's state."""

import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.assets.tags import NotFilled, Values
from apps.journeys.kinds.filling import filled

# From here on a number of JSON does not count by ones.
MAX_NUMBER = 2**53
MAX_DIGITS = 40


class NotANumber(ValueError):
    """What is to be counted up is something else, or too large to count."""


class NotAList(ValueError):
    """What is to be added to is something else."""


def changes(
    wanted: Iterable[Mapping[str, Any]], state: Mapping[str, Any], values: Values
) -> dict[str, Any]:
    """Return what `wanted` (`{"op", "name", "value"}`, one after the other) makes of the names
    that it is about; None for those that it removes.

    Raises NotFilled, NotANumber and NotAList: what somebody keeps there is never overwritten by
    a count or a list that it is not.
    """
    changed: dict[str, Any] = {}
    for each in wanted:
        name = each["name"]
        now = changed[name] if name in changed else state.get(name)
        changed[name] = OPS[each["op"]](now, each.get("value"), values)
    return changed


def _set(now: Any, value: Any, values: Values) -> Any:
    return filled(value, values)


def _unset(now: Any, value: Any, values: Values) -> None:
    return None


def _add(now: Any, value: Any, values: Values) -> list[Any]:
    if now is not None and not isinstance(now, list):
        raise NotAList
    added, kept = filled(value, values), list(now or [])
    for each in added if isinstance(added, list) else [added]:
        # By type too: for Python True is 1.
        if not any(type(held) is type(each) and held == each for held in kept):
            kept.append(each)
    return kept


def _increment(now: Any, value: Any, values: Values) -> int | float:
    by = _number(filled(value, values))
    if by is None:
        raise NotFilled("This is no number to count up by.")
    before = Decimal(0) if now is None else _number(now)
    if before is None:
        raise NotANumber
    # As people add: 0.1 and 0.2 make 0.3.
    total = before + by
    if abs(total) > MAX_NUMBER:
        raise NotANumber
    return int(total) if total == total.to_integral_value() else float(total)


def _number(value: Any) -> Decimal | None:
    """Return the number that the value is, or that its text writes; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        return None
    text = value.strip() if isinstance(value, str) else repr(value)
    if len(text) > MAX_DIGITS:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and math.isfinite(float(number)) else None


OPS: dict[str, Callable[[Any, Any, Values], Any]] = {
    "set": _set,
    "unset": _unset,
    "add": _add,
    "increment": _increment,
}
