from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.segments.rules import grammar

# What every database counts to; SQLite alone would take more.
LARGEST = 2**31 - 1


def default_pauses() -> list[int]:
    return [3, 7, 30]


def check_pauses(value: Any) -> None:
    days = value if isinstance(value, list) else []
    if not days or not all(type(d) is int and 1 <= d <= 3650 for d in days) or len(days) > 20:
        raise ValidationError("Write the days of each pause, for example 3, 7, 30.")


def check_day(value: date) -> None:
    """Raise ValidationError for a day that has no name in some zone, or that nobody can mean."""
    if not 1970 <= value.year <= 2200:
        raise ValidationError("Choose a day of this century.")


class Terms(models.Model):
    """On which terms contacts enter a journey, leave it and count as a success.

    A journey has them as they are written, a version as they were published. A `…_where` is a
    list of conditions on the properties of the event beside it, as in the `where` of a rule.
    """

    class Category(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        OPERATIONAL = "operational", "Operational"

    class Entry(models.TextChoices):
        EVENT = "event", "When something happens: an event"
        SEGMENT = "segment", "Whoever meets a rule: joining a segment"
        SCHEDULE = "schedule", "At a time, everybody at once"
        CALL = "call", "By the API or by another journey"

    class Members(models.TextChoices):
        """Of a segment that is entered by joining it."""

        BOTH = "both", "Those in it now, and those who join later"
        PRESENT = "present", "Only those in it now"
        FUTURE = "future", "Only those who join later"

    class Repeats(models.TextChoices):
        ONCE = "once", "Once"
        DAILY = "daily", "Every day"
        WEEKLY = "weekly", "On days of the week"
        MONTHLY = "monthly", "On days of the month"

    class Zone(models.TextChoices):
        SITE = "site", "The site’s time zone: everybody at the same moment"
        CONTACT = "contact", "Each contact’s own time zone"

    class Reentry(models.TextChoices):
        ONCE = "once", "Once ever"
        NOT_INSIDE = "not_inside", "Again whenever the contact is not inside"
        EVERY = "every", "Every time, even while inside"
        RESTART = "restart", "Every time; who is inside starts anew"
        PAUSE = "pause", "Again after a pause that can grow"

    category = models.CharField(max_length=11, choices=Category, default=Category.MARKETING)

    entry_kind = models.CharField(
        "contacts enter", max_length=8, choices=Entry, default=Entry.EVENT
    )
    entry_event = models.CharField(
        "event",
        max_length=100,
        blank=True,
        default="session_started",
        help_text="For example session_started, purchase, or any event that the site tracks.",
    )
    entry_where = models.JSONField("where the event", default=list, blank=True)
    entry_rule = models.JSONField(
        "for contacts who", default=dict, blank=True, validators=[grammar.check]
    )
    members = models.CharField("which members", max_length=7, choices=Members, default=Members.BOTH)

    repeats = models.CharField("how often", max_length=7, choices=Repeats, default=Repeats.ONCE)
    on_date = models.DateField("on the day", null=True, blank=True, validators=[check_day])
    at_time = models.TimeField("at the time", null=True, blank=True)
    # 0 is Monday, as in `date.weekday()`; 31 is the last day of shorter months.
    weekdays = models.JSONField("on these days of the week", default=list, blank=True)
    month_days = models.JSONField("on these days of the month", default=list, blank=True)
    zone = models.CharField("in the time zone", max_length=7, choices=Zone, default=Zone.SITE)

    reentry = models.CharField("may enter", max_length=10, choices=Reentry, default=Reentry.ONCE)
    reentry_pauses = models.JSONField(
        "pauses in days",
        default=default_pauses,
        validators=[check_pauses],
        help_text="After the first time out, the second, and so on; the last one repeats.",
    )
    max_entries = models.PositiveIntegerField(
        "at most, per contact",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST)],
    )
    max_entries_days = models.PositiveIntegerField(
        "within days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Empty: ever.",
    )
    total_cap = models.PositiveIntegerField(
        "at most, altogether",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST)],
        help_text="The journey pauses itself when so many have entered.",
    )
    excluded = models.JSONField(
        "not while inside these journeys", default=list, blank=True, help_text="Ids of journeys."
    )
    control_percent = models.PositiveSmallIntegerField(
        "control group, percent",
        default=0,
        validators=[MaxValueValidator(90)],
        help_text="So many are kept out, always the same ones, and compared by the goal.",
    )
    starts_at = models.DateTimeField(
        "nobody enters before", null=True, blank=True, validators=[check_day]
    )
    ends_at = models.DateTimeField(
        "nobody enters after", null=True, blank=True, validators=[check_day]
    )

    exit_event = models.CharField("leave on the event", max_length=100, blank=True)
    exit_where = models.JSONField("where that event", default=list, blank=True)
    exits_on_goal = models.BooleanField("leave when the goal is reached", default=False)
    exits_with_rule = models.BooleanField(
        "leave when “for contacts who” is not met any more", default=False
    )
    timeout_hours = models.PositiveIntegerField(
        "leave after hours",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(87_600)],
    )

    goal_event = models.CharField("goal: the event", max_length=100, blank=True)
    goal_where = models.JSONField("where the goal’s event", default=list, blank=True)
    goal_hours = models.PositiveIntegerField(
        "within hours of entering",
        default=168,
        validators=[MinValueValidator(1), MaxValueValidator(8760)],
    )

    class Meta:
        abstract = True

    @classmethod
    def terms(cls) -> list[str]:
        """Return the names of the fields that publishing copies."""
        return [field.name for field in Terms._meta.get_fields()]
