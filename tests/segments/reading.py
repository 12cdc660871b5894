"""Rules read slowly, in plain Python, person by person: what the compiled query must agree with.

Written from what the rules say, not from the SQL; nothing of the compiler is used here.
"""

import re
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(kw_only=True)
class Happened:
    """An event."""

    name: str
    at: datetime
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Person:
    """A contact, with everything that points at it."""

    external_id: str | None = None
    state: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    time_zone: str = ""
    push_status: str = "ask"
    is_reachable: bool = False
    push_disabled_by_platform: bool = False
    unsubscribed_at: datetime | None = None
    created_at: datetime
    last_seen_at: datetime | None = None
    devices: list[dict[str, Any]] = field(default_factory=list)
    sessions: int = 0
    events: list[Happened] = field(default_factory=list)
    pushes: list[dict[str, datetime | None]] = field(default_factory=list)
    lists: set[int] = field(default_factory=set)

    def columns(self) -> dict[str, Any]:
        more = {"devices", "sessions", "events", "pushes", "lists"}
        return {row.name: getattr(self, row.name) for row in fields(self) if row.name not in more}


COLUMNS = {
    "push_status": ("choice", "push_status"),
    "reachable": ("yes_no", "is_reachable"),
    "opted_out_by_platform": ("yes_no", "push_disabled_by_platform"),
    "unsubscribed": ("date", "unsubscribed_at"),
    "external_id": ("text", "external_id"),
    "language": ("text", "language"),
    "time_zone": ("text", "time_zone"),
    "first_seen": ("date", "created_at"),
    "last_seen": ("date", "last_seen_at"),
}
PUSHES = {
    "push.last_sent": "accepted_at",
    "push.last_shown": "shown_at",
    "push.last_clicked": "clicked_at",
}
SECONDS = {"minutes": 60, "hours": 3600, "days": 86_400, "weeks": 7 * 86_400}
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(kw_only=True)
class Reading:
    """What a site knows: types of its properties, and rules of its segments (None: a list)."""

    now: datetime
    zone: ZoneInfo
    properties: dict[str, str]
    event_properties: dict[str, dict[str, str]]
    segments: dict[int, dict[str, Any] | None]

    def meets(self, rule: dict[str, Any], person: Person) -> bool:
        if not rule:
            return True
        if "all" in rule:
            return all(self.meets(each, person) for each in rule["all"])
        if "any" in rule:
            return any(self.meets(each, person) for each in rule["any"])
        if "none" in rule:
            return not any(self.meets(each, person) for each in rule["none"])
        if "segment" in rule:
            inner = self.segments[rule["segment"]]
            is_in = rule["segment"] in person.lists if inner is None else self.meets(inner, person)
            return is_in if rule["op"] == "in" else not is_in
        if "event" in rule:
            return self._meets_event(rule, person)
        return self._meets_field(rule["field"], rule["op"], rule["value"], person)

    def _meets_field(self, name: str, op: str, value: Any, person: Person) -> bool:
        if name.startswith("state."):
            own = name.removeprefix("state.")
            type = self.properties[own]
            return self._holds(type, op, value, self._typed(type, person.state.get(own)))
        if name.startswith("device."):
            return self._meets_device(name.removeprefix("device."), op, value, person)
        if name == "sessions":
            return counts(person.sessions, op, value)
        if name in PUSHES:
            moments = [push[PUSHES[name]] for push in person.pushes if push[PUSHES[name]]]
            return self._holds("date", op, value, max(moments, default=None))
        type, column = COLUMNS[name]
        held = getattr(person, column)
        return self._holds(type, op, value, None if held == "" else held)

    def _meets_device(self, name: str, op: str, value: Any, person: Person) -> bool:
        held = [device[name] for device in person.devices if device[name] != ""]
        if op == "is_set":
            return bool(held) == value
        positive = {"is_not": "is", "none_of": "any_of", "not_contains": "contains"}.get(op)
        type = "date" if name in ("first_seen", "last_seen") else "text"
        met = any(self._holds(type, positive or op, value, one) for one in held)
        return not met if positive else met

    def _meets_event(self, rule: dict[str, Any], person: Person) -> bool:
        meant = [row for row in person.events if row.name == rule["event"]]
        if rule.get("when"):
            when = rule["when"]
            meant = [row for row in meant if self._in_time(when["op"], when["value"], row.at)]
        types = self.event_properties.get(rule["event"], {})
        for each in rule.get("where", []):
            type = types[each["field"]]
            meant = [
                row
                for row in meant
                if self._holds(
                    type,
                    each["op"],
                    each["value"],
                    self._typed(type, row.properties.get(each["field"])),
                )
            ]
        op, value = rule["op"], rule["value"]
        if rule["measure"] == "count":
            return compares(len(meant), op, value)
        held = [self._typed("number", row.properties.get(rule["of"])) for row in meant]
        numbers = [number for number in held if number is not None]
        if op == "is_set":
            return bool(numbers) == value
        if not numbers:
            return False
        amount = {"sum": sum, "min": min, "max": max}[rule["measure"]](numbers)
        return compares(amount, op, value)

    def _typed(self, type: str, value: Any) -> Any:
        """Return the value as the type; None where it is of another, or empty."""
        match type, value:
            case ("text", str()) if value:
                return value
            case ("yes_no", bool()):
                return value
            case ("number", int() | float()) if not isinstance(value, bool):
                return Fraction(str(value))
            case ("list", list()) if value:
                return value
            case ("date", str()):
                return self._moment(value)
        return None

    def _holds(self, type: str, op: str, value: Any, held: Any) -> bool:
        if op == "is_set":
            return (held is not None) == value
        if op in ("is_not", "none_of", "not_contains", "has_not", "has_none"):
            asked = {
                "is_not": "is",
                "none_of": "any_of",
                "not_contains": "contains",
                "has_not": "has",
                "has_none": "has_any",
            }
            return not self._holds(type, asked[op], value, held)
        if held is None:
            return False
        match type:
            case "date":
                return self._in_time(op, value, held)
            case "number":
                return compares(held, op, value)
            case "yes_no":
                return held == value
            case "list":
                wanted = [value] if op == "has" else value
                return any(item in wanted or is_number(item, wanted) for item in held)
        return {
            "is": lambda: held == value,
            "any_of": lambda: held in value,
            "contains": lambda: value in held,
            "starts_with": lambda: held.startswith(value),
            "ends_with": lambda: held.endswith(value),
        }[op]()

    def _in_time(self, op: str, value: Any, at: datetime) -> bool:
        match op:
            case "in_last":
                return self._away(value, -1) <= at < self.now
            case "more_than_ago":
                return at < self._away(value, -1)
            case "in_next":
                return self.now <= at < self._away(value, 1)
            case "today":
                return at.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()
            case "on":
                return at.astimezone(self.zone).date() == date.fromisoformat(value)
            case "before":
                return self._is_before(at, value)
            case "after":
                return self._is_after(at, value)
        return not self._is_before(at, value[0]) and not self._is_after(at, value[1])

    def _away(self, period: dict[str, Any], sign: int) -> datetime:
        try:
            return self.now + sign * timedelta(seconds=period["amount"] * SECONDS[period["unit"]])
        except OverflowError:
            return FIRST if sign < 0 else LAST

    def _is_before(self, at: datetime, value: str) -> bool:
        if len(value) == 10:
            return at.astimezone(self.zone).date() < date.fromisoformat(value)
        return at < self._moment(value)

    def _is_after(self, at: datetime, value: str) -> bool:
        """Whether it is later than the whole of what is named: the day, the minute, the second."""
        if len(value) == 10:
            return at.astimezone(self.zone).date() > date.fromisoformat(value)
        span = 1 if re.match(r".{10}.\d\d:\d\d:\d\d", value) else 60
        return at >= self._moment(value) + timedelta(seconds=span)

    def _moment(self, text: str) -> datetime | None:
        """Return the moment that the text names, on the site's clocks where it says no offset."""
        shape = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?"
        if not re.fullmatch(shape, text, re.ASCII):
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        offset = abs(moment.utcoffset() or timedelta())
        # Nobody is that far away, and the first and the last year are not for computing with.
        if not 1000 <= moment.year <= 9998 or offset >= timedelta(hours=14):
            return None
        return moment.astimezone(UTC) if moment.tzinfo else self._on_the_clocks(moment)

    def _on_the_clocks(self, local: datetime) -> datetime:
        """Try the offsets of the days around: shown twice, the clocks mean the later moment;
        never shown, they are read as if they had not been changed yet."""
        around = [
            (local.replace(tzinfo=UTC) + timedelta(hours=hours)).astimezone(self.zone).utcoffset()
            for hours in (-30, 30)
        ]
        moments = [(local - offset).replace(tzinfo=UTC) for offset in around]
        shown = [one for one in moments if one.astimezone(self.zone).replace(tzinfo=None) == local]
        return max(shown, default=moments[0])


def is_number(item: Any, texts: list[str]) -> bool:
    """Whether one of the texts writes the number, as people write numbers."""
    if isinstance(item, bool) or not isinstance(item, int | float):
        return False
    shape = r"-?(0|[1-9]\d{0,8})(\.\d{1,6})?"
    written = [Fraction(text) for text in texts if re.fullmatch(shape, text, re.ASCII)]
    return Fraction(str(item)) in written


def counts(held: int, op: str, value: Any) -> bool:
    return (held > 0) == value if op == "is_set" else compares(held, op, value)


def compares(held: Any, op: str, value: Any) -> bool:
    """Compare exactly, as decimal numbers are written."""
    if op == "between":
        return compares(held, "gte", value[0]) and compares(held, "lte", value[1])
    asked = Fraction(str(value))
    return {
        "is": held == asked,
        "is_not": held != asked,
        "gt": held > asked,
        "gte": held >= asked,
        "lt": held < asked,
        "lte": held <= asked,
    }[op]
