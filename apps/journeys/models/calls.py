import uuid
from collections.abc import Collection

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

from apps.accounts.id_lists import listed
from apps.accounts.models import Site
from apps.journeys.models.enrolments import Enrolment
from apps.journeys.models.journeys import Journey

_WAITS = Q(enrolment__state=Enrolment.State.WAITING, enrolment__visit=F("visit"))


class CallQuerySet(models.QuerySet["Call"]):
    def due(self) -> "CallQuerySet":
        """Those that a worker must look at: new, to be tried again, or left by a dead worker."""
        return self.filter(due_at__lte=timezone.now())

    def sendable(self) -> "CallQuerySet":
        """Those due whose contact still waits for the answer, in journeys that move."""
        return self.due().filter(
            _WAITS,
            expires_at__gt=timezone.now(),
            enrolment__journey__status__in=Journey.RUNNING,
            enrolment__journey__is_held=False,
        )

    def withdraw_left(self) -> int:
        """Take back what is queued for contacts who have moved on, or have left; returns how
        many. Nobody calls for them, withdrawn yet or not."""
        gone = self.due().exclude(_WAITS)
        return Call.objects.filter(pk__in=gone.values("pk"), status=Call.Status.QUEUED).update(
            status=Call.Status.WITHDRAWN, due_at=None
        )

    def withdraw_of(self, enrolment_ids: Collection[int]) -> None:
        """Take back what is queued for these enrolments."""
        queued = self.filter(enrolment__in=listed(enrolment_ids), status=Call.Status.QUEUED)
        queued.update(status=Call.Status.WITHDRAWN, due_at=None)

    def put_off(self, enrolment_ids: Collection[int], by: timezone.timedelta) -> None:
        """Have what is queued for these enrolments wait so much longer for an answer."""
        queued = self.filter(enrolment__in=listed(enrolment_ids), status=Call.Status.QUEUED)
        queued.update(expires_at=F("expires_at") + by)

    def finished(self) -> "CallQuerySet":
        """Those that nobody waits for any more."""
        return self.exclude(status=Call.Status.QUEUED)


class Call(models.Model):
    """One request of a webhook step for one visit: queued in the engine's transaction, then its
    story. `due_at` is filled exactly as long as a worker has to look at the row."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        ANSWERED = "answered", "Answered: taken"
        REFUSED = "refused", "Answered: refused"
        FAILED = "failed", "No answer in time"
        WITHDRAWN = "withdrawn", "Withdrawn"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, db_index=False, related_name="calls")
    visit = models.PositiveIntegerField()
    method = models.CharField(max_length=4, default="POST")
    url = models.TextField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    answer = models.CharField("was answered", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "visit"], name="call_once_per_visit")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="call_due")
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class SigningSecret(models.Model):
    """What a site's webhooks are signed with; the newest signs, all older ones too until they
    are deleted, so that a receiver can change over."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="signing_secrets")
    secret = EncryptedTextField(help_text="Shown once, encrypted in the database.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Signing secret of {self.created_at:%Y-%m-%d}"
