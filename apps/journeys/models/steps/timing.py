from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.formats import date_format

from apps.journeys.models.steps.base import Listens, Outcomes, Step


class Unit(models.TextChoices):
    MINUTES = "minutes", "minutes"
    HOURS = "hours", "hours"
    DAYS = "days", "days"


# By `date.weekday()`.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SECONDS = {Unit.MINUTES: 60, Unit.HOURS: 3_600, Unit.DAYS: 86_400}


class WaitStep(Step):
    """Lets time pass: a duration, until a date, or until an hour of the contact's day.

    A moment that is past goes on at once; it never drops anyone.
    """

    class Until(models.TextChoices):
        DURATION = "duration", "For a while"
        DATE = "date", "Until a date"
        PROPERTY = "property", "Until a date among the contact’s properties"
        HOUR = "hour", "Until the next such day and hour"

    kind = "wait"
    group = "Time"
    icon = "schedule"
    outcomes = (("done", "Time is over"),)

    until = models.CharField("wait", max_length=8, choices=Until, default=Until.DURATION)
    amount = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    unit = models.CharField(max_length=7, choices=Unit, default=Unit.DAYS)
    on_date = models.DateField("date", null=True, blank=True)
    property = models.CharField(
        max_length=100, blank=True, help_text="A property that holds a date, such as birthday."
    )
    at_time = models.TimeField("at", null=True, blank=True, help_text="In the contact’s time zone.")
    # 0 is Monday; none means any day.
    weekdays = models.JSONField("on", default=list, blank=True)

    class Meta:
        verbose_name = "wait"

    def config(self) -> dict[str, Any]:
        return {
            "until": self.until,
            "seconds": self.amount * SECONDS[Unit(self.unit)],
            "date": self.on_date.isoformat() if self.on_date else None,
            "property": self.property,
            "at": self.at_time.strftime("%H:%M") if self.at_time else None,
            "weekdays": self.weekdays,
        }

    def problem(self) -> str:
        match self.until:
            case self.Until.DATE if self.on_date is None:
                return "Write until which date it waits."
            case self.Until.PROPERTY if not self.property:
                return "Write which property holds the date."
            case self.Until.HOUR if self.at_time is None:
                return "Write until which hour it waits."
        return ""

    def summary(self) -> str:
        at = f"{self.at_time:%H:%M}" if self.at_time else ""
        match self.until:
            case self.Until.DATE:
                return _until(date_format(self.on_date, "j F Y") if self.on_date else "", at)
            case self.Until.PROPERTY:
                return _until(f"the date in {self.property}", at)
            case self.Until.HOUR:
                return _until(" or ".join(DAYS[day] for day in self.weekdays), at)
        unit = self.unit[:-1] if self.amount == 1 else self.unit
        return f"{self.amount} {unit}"


def _until(day: str, at: str) -> str:
    words = ", ".join(filter(None, (day, at)))
    return f"Until {words}" if words else ""


class WaitForEventStep(Step):
    """Waits until one of several events happens, or its time is over.

    `events` are `{"key", "name", "event", "where"}`: the key is the outcome, the first to happen
    wins.
    """

    kind = "event"
    group = "Time"
    icon = "bolt"

    events = models.JSONField(default=list)
    amount = models.PositiveSmallIntegerField(
        "at most", default=7, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    unit = models.CharField(max_length=7, choices=Unit, default=Unit.DAYS)

    class Meta:
        verbose_name = "wait for event"

    @property
    def outcomes(self) -> Outcomes:
        named = [(row["key"], row.get("name") or row["event"]) for row in self.events]
        return (*named, ("timeout", "Not in time"))

    def config(self) -> dict[str, Any]:
        return {"seconds": self.amount * SECONDS[Unit(self.unit)]}

    def problem(self) -> str:
        return "" if self.events else "Add an event to wait for."

    def listens(self) -> Listens:
        return [(row["key"], row["event"], row.get("where", [])) for row in self.events]

    def summary(self) -> str:
        names = " or ".join(row.get("name") or row["event"] for row in self.events) or "No event"
        unit = self.unit[:-1] if self.amount == 1 else self.unit
        return f"{names}, at most {self.amount} {unit}"
