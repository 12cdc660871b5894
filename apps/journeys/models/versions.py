from django.conf import settings
from django.db import models

from apps.journeys.models.journeys import Journey


class Version(models.Model):
    """The immutable, compiled journey that was published: its entry and its flow.

    Contacts enter by the live one and stay on theirs.
    """

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    entry_event = models.CharField(max_length=100)
    entry_rule = models.JSONField(default=dict)
    reentry = models.CharField(max_length=10, choices=Journey.Reentry)
    reentry_pauses = models.JSONField(default=list)
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
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="steps")
    key = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField()
    config = models.JSONField(default=dict)
    leads = models.JSONField(default=dict)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="compiled_step_once")
        ]

    def __str__(self) -> str:
        return self.name
