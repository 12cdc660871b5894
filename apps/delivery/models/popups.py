import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import Contact
from apps.assets import models as assets
from apps.delivery.models.limits import Hold
from apps.devices.models import Device


class PopupQuerySet(models.QuerySet["Popup"]):
    def open(self) -> "PopupQuerySet":
        """Those that the contact may still see or answer."""
        return self.filter(expires_at__gt=timezone.now(), status__in=Popup.OPEN)

    def finished(self) -> "PopupQuerySet":
        """Those whose story is over."""
        return self.exclude(status__in=Popup.OPEN)

    def overdue(self) -> "PopupQuerySet":
        """Those whose time is over; not those of held campaigns, which nobody could see."""
        held = Hold.objects.standing().values("campaign")
        late = self.filter(expires_at__lte=timezone.now(), status__in=Popup.OPEN)
        return late.exclude(campaign__in=held)


class Popup(models.Model):
    """One popup for one contact: waiting, then its story."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting to be seen"
        SHOWN = "shown", "Shown"
        ACCEPTED = "accepted", "Accepted, browser asks"
        ALLOWED = "allowed", "Accepted and allowed"
        BLOCKED = "blocked", "Accepted, then blocked"
        DISMISSED = "dismissed", "Accepted, browser's question dismissed"
        CLICKED = "clicked", "Clicked"
        DECLINED = "declined", "Declined"
        CLOSED = "closed", "Closed"
        UNSEEN = "unseen", "Not seen in time"
        WITHDRAWN = "withdrawn", "Withdrawn"

    OPEN = (Status.WAITING, Status.SHOWN, Status.ACCEPTED)

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=100, unique=True, editable=False)
    campaign = models.CharField(
        max_length=40, blank=True, editable=False, help_text="Who asked for it, to withdraw by."
    )
    step = models.CharField(
        max_length=12, blank=True, editable=False, help_text="Of the campaign: its key there."
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="popups")
    device = models.ForeignKey(
        Device, models.SET_NULL, null=True, db_index=False, related_name="popups"
    )
    asset = models.ForeignKey(assets.Popup, models.PROTECT, db_index=False, related_name="messages")
    # As on a push: a variation can be deleted while millions of rows name it.
    variation = models.ForeignKey(
        assets.Variation,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    context = models.JSONField(default=dict)
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    button = models.CharField(max_length=60, blank=True, help_text="The label that was pressed.")
    queued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = PopupQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "popup"
        verbose_name_plural = "popups"
        indexes = [
            models.Index(
                fields=["contact", "queued_at"],
                condition=Q(answered_at__isnull=True),
                name="popup_waiting",
            ),
            models.Index(
                fields=["expires_at"], condition=Q(answered_at__isnull=True), name="popup_due"
            ),
            models.Index(fields=["asset", "status"], name="popup_of_asset"),
            models.Index(fields=["campaign", "step", "status"], name="popup_of_campaign"),
            models.Index(fields=["device", "answered_at"], name="popup_of_device"),
        ]

    def __str__(self) -> str:
        return f"Popup {self.pk}"
