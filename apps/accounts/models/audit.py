from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.accounts.models.sites import Site


class AuditEntry(models.Model):
    """Who did what to whom: kept for ever, without what was erased."""

    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="audit_entries")
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="audit_entries"
    )
    who = models.CharField(
        max_length=150, help_text="The user’s name then, the API key, or the command."
    )
    action = models.CharField(max_length=50)
    subject = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.who}: {self.action} {self.subject}".strip()


class ErasedId(models.Model):
    """An external id whose contact was erased: only its keyed hash, to know it again."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="erased_ids")
    hash = models.CharField(max_length=64)
    erased_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["site", "hash"], name="erased_id_once")]

    def __str__(self) -> str:
        return f"Erased on {self.erased_at:%Y-%m-%d}"
