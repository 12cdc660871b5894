import random

from django.db import models
from django.db.models import Q

from apps.accounts.models.sites import Site


class PushStatus(models.TextChoices):
    """Of a session, and so "of the last session" of a contact."""

    ASK = "ask", "Ask"
    ALLOWED = "allowed", "Allowed"
    BLOCKED = "blocked", "Blocked"
    NOT_SUPPORTED = "not_supported", "Not supported"
    SUSPENDED = "suspended", "Suspended"


def random_bucket() -> int:
    return random.randrange(100)


class Contact(models.Model):
    """A person known to a site; anonymous until the site identifies them."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="contacts")
    external_id = models.CharField(max_length=150, null=True, blank=True)  # noqa: DJ001 - null keeps anonymous ones out of the constraint
    state = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=50, blank=True)
    push_status = models.CharField(
        "push status of the last session",
        max_length=13,
        choices=PushStatus,
        default=PushStatus.ASK,
    )
    is_reachable = models.BooleanField(
        "reachable",
        default=False,
        help_text="Core: push enabled, user has at least one device.",
    )
    push_disabled_by_platform = models.BooleanField(
        "opted out by the platform",
        default=False,
        help_text="Set by the site’s own systems through the API; read-only here.",
    )
    unsubscribed_at = models.DateTimeField(
        "unsubscribed by themselves",
        null=True,
        blank=True,
        help_text="Until they allow push again of their own will.",
    )
    bucket = models.PositiveSmallIntegerField(default=random_bucket, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("export_contact", "Can export contacts")]
        constraints = [
            # Without a condition, so that an upsert can name it; null is not equal to null.
            models.UniqueConstraint(
                fields=["site", "external_id"], name="contact_external_id_once_per_site"
            ),
            models.CheckConstraint(condition=~Q(external_id=""), name="contact_external_id_filled"),
        ]
        indexes = [models.Index(fields=["site", "bucket"], name="contact_sample")]

    def __str__(self) -> str:
        return self.external_id or f"Visitor {self.pk}"

    @property
    def is_anonymous_visitor(self) -> bool:
        return self.external_id is None

    @property
    def has_opted_out(self) -> bool:
        """No push may be sent, whatever the browser allows."""
        return self.push_disabled_by_platform or self.unsubscribed_at is not None
