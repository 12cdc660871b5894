from django.conf import settings
from django.db import models

from apps.journeys.models.journeys import Journey


class DryRun(models.Model):
    """A draft tried over real contacts with a simulated clock; nothing else is touched."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waits for a worker"
        RUNNING = "running", "Is running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped by an error"

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="dry_runs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=7, choices=Status, default=Status.QUEUED)
    document = models.JSONField(help_text="The draft that was tried.")
    options = models.JSONField(default=dict)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    begun_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Dry run {self.pk}"
