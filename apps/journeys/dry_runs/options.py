"""What a dry run is asked for: over whom, how long, and what is assumed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices

from apps.journeys.models import PopupStep, WebhookStep

MOST_CONTACTS, MOST_DAYS, MOST_EVENTS = 5_000, 90, 50
LATEST_START = timedelta(days=365)
LARGEST = 2**31 - 1
# Of popups: not seeing it is no answer.
ANSWERS = tuple(name for name, _ in PopupStep.outcomes if name != "unseen")
REPLIES = tuple(name for name, _ in WebhookStep.outcomes)
# General rates: nobody has measured them.
WEBHOOKS = {"taken": 95.0, "refused": 3.0, "failed": 2.0}


class Who(TextChoices):
    EVERYBODY = "everybody", "All contacts of the site"
    RULE = "rule", "Those who meet “for contacts who” of the journey now"
    SEGMENT = "segment", "Those in a segment now"


@dataclass(frozen=True, kw_only=True)
class Options:
    """`size` is how many are tried at most, `many` how many pushes of a day are too many, `seed`
    what chance goes by.

    Rates are percents: of `events`, by name, in place of what history says (of those who wait,
    where a step waits for it; of all others within the run); of `popups` and `webhooks` by
    outcome; `joins` are those who come to meet the rule, `calls` those let in by a call.
    """

    start: datetime
    who: str = Who.EVERYBODY
    segment: int | None = None
    size: int = 1_000
    days: int = 30
    many: int = 2
    seed: int = 1
    joins: float = 0
    calls: float = 100
    events: dict[str, float] = field(default_factory=dict)
    popups: dict[str, float] = field(default_factory=dict)
    webhooks: dict[str, float] = field(default_factory=WEBHOOKS.copy)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)

    def written(self) -> dict[str, Any]:
        """Return them as JSON."""
        return {**asdict(self), "start": self.start.isoformat()}


BOUNDS = {
    "size": (1, MOST_CONTACTS),
    "days": (1, MOST_DAYS),
    "many": (1, 100),
    "seed": (0, LARGEST),
    "segment": (1, LARGEST),
}


def read(given: Any, *, now: datetime) -> Options:
    """Return the options that were given as JSON; what is not given is as usual, and the start
    is `now`. Raises ValidationError by field."""
    if not isinstance(given, dict):
        raise ValidationError("Options are names with values.")
    errors: dict[str, str] = {
        str(name)[:50]: "There is no such option."
        for name in given
        if name not in Options.__dataclass_fields__
    }
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in errors or (value is None and name in ("segment", "start")):
            continue
        try:
            values[name] = _value(name, value, now)
        except ValidationError as error:
            errors[name] = error.message
    if values.get("who") == Who.SEGMENT and "segment" not in {*values, *errors}:
        errors["segment"] = "Choose the segment."
    if errors:
        raise ValidationError(errors)
    return Options(**{"start": now, **values})


def _value(name: str, value: Any, now: datetime) -> Any:
    if name in BOUNDS:
        least, most = BOUNDS[name]
        if type(value) is not int or not least <= value <= most:
            raise ValidationError(f"This is a whole number from {least} to {most:,}.")
        return value
    match name:
        case "who":
            if value not in Who.values:
                raise ValidationError(f"This is one of {', '.join(Who.values)}.")
            return value
        case "start":
            return _start(value, now)
        case "events":
            return _rates(value, None)
        case "popups":
            return _parts(value, ANSWERS)
        case "webhooks":
            return _parts(value, REPLIES)
    return _percent(value)


def _start(value: Any, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        moment = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        words = "This is a moment with its zone, as 2026-03-29T09:00:00Z."
        raise ValidationError(words) from error
    # What was begun again after its worker died keeps its start.
    if not now - timedelta(days=1) <= moment <= now + LATEST_START:
        raise ValidationError("It begins now, or within a year.")
    return moment


def _percent(value: Any) -> float:
    # Which NaN is not either.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise ValidationError("This is a percentage, 0 to 100.")
    return float(value)


def _rates(value: Any, known: tuple[str, ...] | None) -> dict[str, float]:
    if not isinstance(value, Mapping) or len(value) > MOST_EVENTS:
        raise ValidationError(f"These are at most {MOST_EVENTS} names with their percentages.")
    for name in value:
        if not isinstance(name, str) or len(name) > 100 or (known and name not in known):
            raise ValidationError(f"There is no “{str(name)[:100]}” here.")
    return {name: _percent(each) for name, each in value.items()}


def _parts(value: Any, known: tuple[str, ...]) -> dict[str, float]:
    rates = _rates(value, known)
    if sum(rates.values()) > 100.001:
        raise ValidationError("Together they are more than 100 %.")
    return rates
