"""What steps count and decide across contacts."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models

from apps.assets import models as assets
from apps.journeys.models.journeys import Journey
from apps.journeys.models.versions import CompiledStep

QUARTER = 15  # minutes


def quarter(at: datetime) -> datetime:
    """Return the beginning of the quarter of an hour."""
    return at.replace(minute=at.minute - at.minute % QUARTER, second=0, microsecond=0)


class TallyManager(models.Manager["Tally"]):
    def add(self, counts: Mapping[tuple[int, str], int], *, at: datetime) -> None:
        """Add to the numbers, by id of a step and outcome. One statement."""
        self.bulk_create(
            Tally(step_id=step, at=quarter(at), outcome=outcome, count=number)
            for (step, outcome), number in counts.items()
        )


class Tally(models.Model):
    """How many came to a step in a quarter of an hour, or left it by an outcome.

    Each batch adds rows of its own, so that workers never wait for one another; a task sums them
    up. An empty outcome counts those who came.
    """

    step = models.ForeignKey(CompiledStep, models.CASCADE, db_index=False, related_name="tallies")
    at = models.DateTimeField(help_text="The beginning of the quarter of an hour.")
    outcome = models.CharField(max_length=40, blank=True)
    count = models.IntegerField()

    objects = TallyManager()

    class Meta:
        verbose_name_plural = "tallies"
        indexes = [
            models.Index(fields=["step", "at"], include=["outcome", "count"], name="tally_of_step")
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.outcome or 'came'}"


class Quota(models.Model):
    """How many a limit step has let through in a period, over all versions of the journey."""

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, related_name="quotas")
    step_key = models.CharField(max_length=12)
    period = models.CharField(max_length=10, help_text="Its first day, or “ever”.")
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journey", "step_key", "period"], name="quota_once")
        ]

    def __str__(self) -> str:
        return f"{self.used} in {self.period}"


class Winner(models.Model):
    """Which push of several at a step was clicked most, once enough had been sent."""

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, related_name="winners")
    step_key = models.CharField(max_length=12)
    push = models.ForeignKey(assets.Push, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField(default=dict, help_text="By id of a push: sent and clicked then.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "step_key"], name="winner_once")]

    def __str__(self) -> str:
        return str(self.push)
