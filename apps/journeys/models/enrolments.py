from django.db import models, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from apps.accounts.models import Contact, Event
from apps.delivery.wanted import withdraw
from apps.journeys.models.journeys import Journey
from apps.journeys.models.versions import CompiledStep, Version


def campaign(journey_id: int) -> str:
    """Return the name under which a journey asks delivery for messages."""
    return f"journey:{journey_id}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def due(self) -> "EnrolmentQuerySet":
        """Those that the engine must look at, in journeys that move."""
        return self.filter(due_at__lte=timezone.now(), journey__status__in=Journey.RUNNING)

    def move_to_contact(self, old: Contact, new: Contact) -> None:
        """Give the enrolments of an anonymous contact to a known one (apps.accounts.contacts).

        Where both are inside the same journey, the known contact's way goes on, and what the
        other way has asked for is withdrawn.
        """
        inside = Enrolment.objects.filter(contact=new, left_at=None).values("journey")
        both = self.filter(left_at=None, journey__in=inside)
        # Held first: the engine may be asking for something in their name at this moment.
        held = list(both.select_for_update(of=("self",)))
        Enrolment.objects.filter(pk__in=[row.pk for row in held]).leave(Enrolment.Exit.MERGED)
        withdraw(key__in=[row.message_key for row in held])
        highest = Enrolment.objects.filter(contact=new).values("journey").annotate(n=Max("number"))
        for row in list(highest.order_by()):
            self.filter(journey=row["journey"]).update(contact=new, number=F("number") + row["n"])
        self.filter(contact=old).update(contact=new)

    @transaction.atomic
    def leave(self, reason: "Enrolment.Exit") -> None:
        """End these ways, and with them the visits that are open.

        Enrolments first, then visits: the order in which the engine takes them too.
        """
        now = timezone.now()
        ids = list(self.select_for_update(of=("self",)).values_list("pk", flat=True))
        if not ids:
            return
        Enrolment.objects.filter(pk__in=ids).update(
            state=Enrolment.State.LEFT, exit_reason=reason, left_at=now, due_at=None
        )
        Visit.objects.filter(enrolment__in=ids, left_at=None).update(left_at=now, outcome=reason)


class Enrolment(models.Model):
    """One contact's way through one journey.

    `due_at` is filled exactly as long as the engine has to look at the row by itself.
    """

    class State(models.TextChoices):
        READY = "ready", "Has come to the step"
        WAITING = "waiting", "Waits at the step"
        LEFT = "left", "Has left"
        FAILED = "failed", "Stopped by an error"

    class Exit(models.TextChoices):
        END = "end", "Came to the end"
        ENDED = "ended", "The journey was ended"
        MERGED = "merged", "The contact became another one who is inside"

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="enrolments")
    version = models.ForeignKey(Version, models.PROTECT, related_name="enrolments")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="enrolments")
    step = models.ForeignKey(CompiledStep, models.PROTECT, related_name="enrolments")
    number = models.PositiveIntegerField(help_text="1 is the contact's first time in.")
    visit = models.PositiveIntegerField(default=1, help_text="How many steps, this one included.")
    state = models.CharField(max_length=7, choices=State, default=State.READY)
    context = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    errors = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)
    exit_reason = models.CharField(max_length=12, choices=Exit, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "contact", "number"], name="enrolment_number_once"
            ),
            models.UniqueConstraint(
                fields=["journey", "contact"],
                condition=Q(left_at=None),
                name="enrolment_inside_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["step", "due_at"], condition=Q(due_at__isnull=False), name="enrolment_due"
            ),
            models.Index(
                fields=["version", "step"], condition=Q(left_at=None), name="enrolment_inside"
            ),
        ]

    def __str__(self) -> str:
        return f"Enrolment {self.pk}"

    @property
    def message_key(self) -> str:
        """The unique key of what this visit asks of delivery."""
        return f"{campaign(self.journey_id)}:{self.pk}:{self.visit}"


class Visit(models.Model):
    """An enrolment's passage through one step: the history, and what numbers count."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="visits")
    step = models.ForeignKey(CompiledStep, models.PROTECT, related_name="visits")
    number = models.PositiveIntegerField()
    entered_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["enrolment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="visit_number_once"),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(left_at=None), name="visit_open_once"
            ),
        ]
        indexes = [models.Index(fields=["step", "outcome"], name="visit_of_step")]

    def __str__(self) -> str:
        return f"Visit {self.number} of enrolment {self.enrolment_id}"


class PendingEvent(models.Model):
    """An event that a journey has yet to hear: written with the event, gone when handled."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="+")
    due_at = models.DateTimeField(
        null=True, default=timezone.now, help_text="Empty: given up after too many errors."
    )
    errors = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Event {self.event_id}"
