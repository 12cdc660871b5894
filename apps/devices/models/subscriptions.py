import hashlib

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.devices.models.devices import Device
from apps.devices.models.keys import VapidKey


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def live(self) -> "SubscriptionQuerySet":
        return self.filter(ended_at=None)

    def welcome(self) -> "SubscriptionQuerySet":
        """Live ones of contacts who have not opted out: those that may be sent to."""
        return self.live().filter(
            device__contact__push_disabled_by_platform=False,
            device__contact__unsubscribed_at=None,
        )


class Subscription(models.Model):
    """Where a push for a device goes; ended ones stay, with the reason."""

    class EndReason(models.TextChoices):
        GONE = "gone", "The push service says it has ended (404 or 410)"
        REPLACED = "replaced", "The browser made a new one"
        REVOKED = "revoked", "The permission was taken back in the browser"
        UNSUBSCRIBED = "unsubscribed", "The visitor unsubscribed on the site"
        RETIRED = "retired", "Its VAPID key was retired before the browser came back"
        MOVED = "moved", "The same browser came back as another device"

    device = models.ForeignKey(Device, models.CASCADE, related_name="subscriptions")
    key = models.ForeignKey(VapidKey, models.PROTECT, related_name="subscriptions")
    endpoint = models.TextField()
    endpoint_hash = models.CharField(max_length=64, editable=False)
    p256dh = models.CharField(max_length=90)
    auth = models.CharField(max_length=24)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("export_subscription", "Can export push subscriptions with their keys")]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint_hash"],
                condition=Q(ended_at=None),
                name="subscription_live_endpoint_once",
            ),
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(ended_at=None),
                name="subscription_live_once_a_device",
            ),
        ]
        # Ended ones are looked up by it too: a browser may bring an endpoint that has gone.
        indexes = [
            models.Index(fields=["endpoint_hash"], name="subscription_by_endpoint"),
            # How far a key's rotation has come, counted on its page.
            models.Index(fields=["key", "ended_at"], name="subscription_of_key"),
        ]

    def __str__(self) -> str:
        return f"Subscription {self.pk}"

    @staticmethod
    def hash_of(endpoint: str) -> str:
        return hashlib.sha256(endpoint.encode()).hexdigest()
