import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.accounts.models import Contact, PushStatus


class DeviceQuerySet(models.QuerySet["Device"]):
    def let_contact_go(self, contact: Contact) -> None:
        """Before a contact is erased (apps.accounts.privacy): what others have used too, and
        where their story hangs, goes to a fresh visitor without what pushes were sent by."""
        others = Session.objects.filter(device=OuterRef("pk")).exclude(contact=contact)
        for device in self.filter(Exists(others), contact=contact):
            device.subscriptions.all().delete()
            device.contact = Contact.objects.create(
                site=contact.site, language=device.language, time_zone=device.time_zone
            )
            device.save(update_fields=["contact"])


class Device(models.Model):
    """One browser profile; it belongs to the contact who used it last.

    Logging in as another contact moves the device, and with it the subscription: so one live
    subscription never serves two contacts.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False, blank=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="devices")
    push_status = models.CharField(
        max_length=13, choices=PushStatus, default=PushStatus.ASK, editable=False
    )
    browser = models.CharField(max_length=30, blank=True)
    browser_version = models.CharField(max_length=20, blank=True)
    os = models.CharField("OS", max_length=30, blank=True)
    is_mobile = models.BooleanField("mobile", default=False)
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=50, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return " on ".join(filter(None, [self.browser, self.os])) or f"Device {self.pk}"

    @property
    def is_unclaimed(self) -> bool:
        """Imported with its subscription, and its browser has not come by yet."""
        return not self.secret_hash

    def lock(self) -> None:
        """Stand in line for this device until the transaction ends, and read it anew.

        Two tabs speak for one device; what was read before the line is not to be trusted.
        """
        self.refresh_from_db(from_queryset=Device.objects.select_for_update(no_key=True))


class SessionQuerySet(models.QuerySet["Session"]):
    def superseded(self) -> "SessionQuerySet":
        """Those after which their contact had another one: a contact's push status is that of
        the last."""
        same = Session.objects.filter(contact=OuterRef("contact"))
        at = OuterRef("last_seen_at")
        later = same.filter(Q(last_seen_at__gt=at) | Q(last_seen_at=at, pk__gt=OuterRef("pk")))
        return self.filter(Exists(later))


class Session(models.Model):
    """One visit of a device; ends after 30 minutes without a sign of life."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="sessions")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="sessions")
    push_status = models.CharField(max_length=13, choices=PushStatus)
    url = models.CharField("first page", max_length=1000, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["device", "-last_seen_at"], name="session_of_device"),
            models.Index(fields=["contact", "-last_seen_at"], name="session_of_contact"),
        ]

    def __str__(self) -> str:
        return f"Session of {self.device_id} at {self.started_at:%Y-%m-%d %H:%M}"
