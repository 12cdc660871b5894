import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import Contact
from apps.assets import models as assets
from apps.delivery.models.limits import Category, Hold
from apps.devices.models import Device


class PushQuerySet(models.QuerySet["Push"]):
    def due(self) -> "PushQuerySet":
        """Those that must be looked at: queued, to be tried again, or left by a dead worker; not
        those of held campaigns."""
        held = Hold.objects.standing().values("campaign")
        return self.filter(due_at__lte=timezone.now()).exclude(campaign__in=held)

    def finished(self) -> "PushQuerySet":
        """Those that no worker will look at again."""
        return self.filter(due_at=None, status__in=(Push.Status.ACCEPTED, Push.Status.FAILED))


class Push(models.Model):
    """One message to one device: queued, then its story.

    `due_at` is filled exactly as long as a worker has to look at the row.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        ACCEPTED = "accepted", "Accepted"
        FAILED = "failed", "Failed"

    class Reason(models.TextChoices):
        """Why a push failed, in words that a marketer understands."""

        GONE = "gone", "The browser has ended its subscription"
        TOO_LARGE = "too_large", "Too large for its push service"
        REFUSED = "refused", "The push service refused our key"
        REJECTED = "rejected", "The push service rejected the message"
        UNAVAILABLE = (
            "unavailable",
            "The push service could not be reached, or did not take it in time",
        )
        EXPIRED = "expired", "Its time to live was over before it could be sent"
        NO_DEVICE = "no_device", "The device has no live subscription any more"
        OPTED_OUT = "opted_out", "The contact has opted out of push"
        MOVED = "moved", "Somebody else had logged in on the device"
        NOT_ACTIVE = "not_active", "The push was not active any more"
        NOT_RENDERED = "not_rendered", "Its tags could not be filled"
        NOT_KNOWN = "not_known", "Its push service may not be called any more"
        WITHDRAWN = "withdrawn", "Withdrawn before it was sent"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=100, editable=False)
    campaign = models.CharField(
        max_length=40, blank=True, editable=False, help_text="Who asked for it, to withdraw by."
    )
    step = models.CharField(
        max_length=12, blank=True, editable=False, help_text="Of the campaign: its key there."
    )
    category = models.CharField(max_length=11, choices=Category, default=Category.MARKETING)
    ignores_consent = models.BooleanField(
        default=False, editable=False, help_text="Sent to who has opted out too."
    )
    contact = models.ForeignKey(Contact, models.CASCADE, db_index=False, related_name="pushes")
    device = models.ForeignKey(Device, models.CASCADE, related_name="pushes")
    asset = models.ForeignKey(assets.Push, models.PROTECT, related_name="messages")
    # Without a database constraint: a variation can be deleted while millions of rows name it.
    variation = models.ForeignKey(
        assets.Variation,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    left_out = models.CharField(
        max_length=60, blank=True, editable=False, help_text="So that it fits its push service."
    )
    context = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    answer = models.CharField("push service said", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    expires_at = models.DateTimeField()
    queued_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    clicked_button = models.PositiveSmallIntegerField(
        null=True, help_text="1 is the first button; empty: the push itself."
    )
    dismissed_at = models.DateTimeField(null=True)

    objects = PushQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "push"
        verbose_name_plural = "pushes"
        constraints = [
            # Asking twice for the same message to the same device gives one.
            models.UniqueConstraint(fields=["key", "device"], name="push_key_once_per_device")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="push_due"),
            models.Index(fields=["asset", "status"], name="push_of_asset"),
            # Clicks are few: who clicked lately is counted without reading every push.
            models.Index(
                fields=["clicked_at"],
                include=["contact"],
                condition=Q(clicked_at__isnull=False),
                name="push_clicked",
            ),
            models.Index(fields=["campaign", "step", "status"], name="push_of_campaign"),
            # How many a contact was sent lately.
            models.Index(fields=["contact", "category", "queued_at"], name="push_of_contact"),
        ]

    def __str__(self) -> str:
        return f"Push {self.pk}"
