from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from apps.accounts.characters import check_name
from apps.accounts.models import Site
from apps.segments.rules import grammar


def default_pauses() -> list[int]:
    return [3, 7, 30]


def check_pauses(value: Any) -> None:
    days = value if isinstance(value, list) else []
    if not days or not all(type(d) is int and 1 <= d <= 3650 for d in days) or len(days) > 20:
        raise ValidationError("Write the days of each pause, for example 3, 7, 30.")


class Journey(models.Model):
    """A campaign: an entry, a flow of steps, an exit. Smartico calls it a campaign too."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused: nobody enters, those inside go on"
        FINISHED = "finished", "Finished"
        ARCHIVED = "archived", "Archived"

    class Category(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        OPERATIONAL = "operational", "Operational"

    class Reentry(models.TextChoices):
        ONCE = "once", "Once ever"
        NOT_INSIDE = "not_inside", "Again whenever the contact is not inside"
        PAUSE = "pause", "Again after a pause that can grow"

    # Where contacts move on; where new ones enter.
    RUNNING = (Status.ACTIVE, Status.PAUSED)

    site = models.ForeignKey(Site, models.CASCADE, related_name="journeys")
    name = models.CharField(max_length=150, validators=[check_name])
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT, editable=False)
    category = models.CharField(max_length=11, choices=Category, default=Category.MARKETING)
    entry_event = models.CharField(
        "entered by the event",
        max_length=100,
        default="session_started",
        help_text="For example session_started, purchase, or any event that the site tracks.",
    )
    entry_rule = models.JSONField(
        "for contacts who", default=dict, blank=True, validators=[grammar.check]
    )
    reentry = models.CharField("may enter", max_length=10, choices=Reentry, default=Reentry.ONCE)
    reentry_pauses = models.JSONField(
        "pauses in days",
        default=default_pauses,
        validators=[check_pauses],
        help_text="After the first time out, the second, and so on; the last one repeats.",
    )
    live_version = models.ForeignKey(
        "journeys.Version", models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="journey_name_once_per_site")
        ]
        indexes = [models.Index(fields=["site", "status"], name="journey_of_site")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether it was written since its live version was published."""
        return bool(self.live_version) and self.updated_at > self.live_version.published_at
