from typing import Any

from django.conf import settings
from django.db import models

from apps.journeys.models.journeys import Journey
from apps.journeys.models.terms import Terms


class Version(Terms):
    """The immutable, compiled journey that was published: its terms and its flow.

    Contacts enter by the live one and stay on theirs. `document` is the journey as it was written
    then (apps.journeys.documents): what a draft is compared with and brought back to.
    """

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(default=dict)
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "number"], name="version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.journey}, version {self.number}"


class CompiledStep(models.Model):
    """A step of a version: what the engine reads. `key` is stable across versions.

    `leads` maps an outcome to the key of the step it leads to; others end the journey.
    `outcomes` are pairs of name and label, as they were then.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="steps")
    key = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField()
    config = models.JSONField(default=dict)
    outcomes = models.JSONField(default=list)
    leads = models.JSONField(default=dict)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="compiled_step_once")
        ]

    def __str__(self) -> str:
        return self.name


class Trigger(models.Model):
    """An event that a version listens for: for its entry, an exit, its goal, or at a step.

    `where` are conditions on the event's properties, `outcome` is how it leads on from the step.
    """

    class Purpose(models.TextChoices):
        ENTRY = "entry", "Enters"
        EXIT = "exit", "Leaves"
        GOAL = "goal", "Reaches the goal"
        STEP = "step", "Leads on from a step"

    version = models.ForeignKey(Version, models.CASCADE, related_name="triggers")
    step = models.ForeignKey(CompiledStep, models.CASCADE, null=True, related_name="triggers")
    purpose = models.CharField(max_length=5, choices=Purpose)
    event = models.CharField(max_length=100)
    where = models.JSONField(default=list)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["event", "purpose"], name="trigger_of_event")]

    def __str__(self) -> str:
        return f"{self.event} {self.get_purpose_display().lower()}"

    @property
    def condition(self) -> dict[str, Any]:
        """Return it as a condition of a rule (apps.segments.rules.grammar): at least once."""
        once: dict[str, Any] = {"event": self.event, "measure": "count", "op": "gte", "value": 1}
        return {**once, "where": self.where} if self.where else once
