from collections import Counter

from django.db import models, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.accounts.inserting import insert_from
from apps.accounts.models import Contact, Event
from apps.journeys.models.counters import Tally
from apps.journeys.models.journeys import Journey
from apps.journeys.models.message_keys import message_key
from apps.journeys.models.versions import CompiledStep, Version
from apps.journeys.models.withdrawing import withdraw_messages

# SQLite takes so many ids in one statement, and more.
LEAVING_AT_ONCE = 10_000


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def inside(self) -> "EnrolmentQuerySet":
        """Those who are on their way."""
        return self.filter(left_at=None)

    def inside_journey(self, journey_id: int) -> "EnrolmentQuerySet":
        """Those who are inside the journey, by the ids of its steps: over a join the database
        may read everybody who is inside any to find that nobody is inside this one."""
        steps = steps_with_somebody().filter(version__journey=journey_id).order_by()
        return self.inside().filter(step__in=list(steps.values_list("pk", flat=True)))

    def due(self) -> "EnrolmentQuerySet":
        """Those that the engine must look at, in journeys that move."""
        return self.inside().filter(
            due_at__lte=timezone.now(),
            journey__status__in=Journey.RUNNING,
            journey__is_held=False,
        )

    def move_to_contact(self, old: Contact, new: Contact) -> None:
        """Give the enrolments of an anonymous contact to a known one (apps.accounts.contacts).

        Where both are inside the same journey, the known contact's way goes on, and what the
        other way has asked for is withdrawn.
        """
        # Held first, as by whom they are heard, who then looks for the enrolments.
        unheard = Event.objects.filter(contact=old, pk__in=PendingEvent.objects.values("event"))
        list(unheard.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
        of_new = Enrolment.objects.filter(contact=new)
        both = self.inside().filter(journey__in=of_new.inside().values("journey"), is_single=True)
        # Held first: the engine may be asking for something in their name at this moment.
        held = list(both.select_for_update(of=("self",)))
        Enrolment.objects.filter(pk__in=[row.pk for row in held]).leave(Enrolment.Exit.MERGED)
        withdraw_messages([(row.pk, row.journey_id, row.contact_id) for row in held])
        for row in list(of_new.values("journey").annotate(n=Max("number")).order_by()):
            self.filter(journey=row["journey"]).update(number=F("number") + row["n"])
        same = of_new.filter(journey=OuterRef("journey"), entry_key=OuterRef("entry_key"))
        self.filter(Exists(same)).update(
            entry_key=Concat(Value("merged:"), F("pk"), output_field=models.CharField())
        )
        self.filter(contact=old).update(contact=new)

    def let_contact_go(self, contact: Contact) -> None:
        """Before a contact is erased (apps.accounts.privacy): what was counted of them stays, so
        where they are on their way they are counted as having left."""
        inside = self.inside().filter(contact=contact).order_by()
        counts = {
            (step, str(Enrolment.Exit.ERASED)): number
            for step, number in inside.values_list("step").annotate(Count("pk"))
        }
        if counts:
            Tally.objects.add(counts, at=timezone.now())

    @transaction.atomic
    def leave(self, reason: "Enrolment.Exit") -> int:
        """End these ways where they are, write down the visits, and count them; returns how many.

        Goes to the table of its own accord, whatever the query joined: the rows are held first.
        """
        held = self.inside().order_by("pk").select_for_update(of=("self",))
        rows = list(held.values_list("pk", "step"))
        now = timezone.now()
        for begin in range(0, len(rows), LEAVING_AT_ONCE):
            ids = [pk for pk, _ in rows[begin : begin + LEAVING_AT_ONCE]]
            part = Enrolment.objects.filter(pk__in=listed(ids))
            Visit.objects.record(part, outcome=reason, at=now)
            part.update(state=Enrolment.State.LEFT, exit_reason=reason, left_at=now, due_at=None)
        counts = Counter((step, str(reason)) for _, step in rows)
        if counts:
            Tally.objects.add(counts, at=now)
        return len(rows)


class Enrolment(models.Model):
    """One contact's way through one journey.

    It says where the contact is: at `step`, since `arrived_at`, for its `visit`-th visit. `due_at`
    is filled exactly as long as the engine has to look at the row by itself. Who is in the control
    group has a row too, which never moves: it has left as it came.
    """

    class State(models.TextChoices):
        READY = "ready", "Has come to the step"
        WAITING = "waiting", "Waits at the step"
        LEFT = "left", "Has left"
        FAILED = "failed", "Stopped by an error"

    class Exit(models.TextChoices):
        END = "end", "Came to the end"
        STEP = "step", "Left by a step"
        GOAL = "goal", "Reached the goal"
        EVENT = "event", "Left on an event"
        RULE = "rule", "Did not meet the journey’s rule any more"
        TIMEOUT = "timeout", "Had been inside too long"
        HAND = "hand", "Taken out by hand"
        RESTARTED = "restarted", "Started anew"
        MOVED = "moved", "The step was gone in the version moved to"
        CONTROL = "control", "Kept out: control group"
        ENDED = "ended", "The journey was ended"
        MERGED = "merged", "The contact became another one who is inside"
        ERASED = "erased", "The contact was erased"

    # Without constraints, which take as long as writing the row: nothing deletes a journey that was
    # published, its versions or their steps.
    journey = models.ForeignKey(
        Journey, models.PROTECT, db_index=False, db_constraint=False, related_name="enrolments"
    )
    version = models.ForeignKey(
        Version, models.PROTECT, db_index=False, db_constraint=False, related_name="enrolments"
    )
    contact = models.ForeignKey(Contact, models.CASCADE, db_index=False, related_name="enrolments")
    step = models.ForeignKey(
        CompiledStep, models.PROTECT, db_index=False, db_constraint=False, related_name="enrolments"
    )
    number = models.PositiveIntegerField(help_text="1 is the contact's first time in.")
    entry_key = models.CharField(
        max_length=60, help_text="What made the contact enter: the same never does twice."
    )
    is_single = models.BooleanField(
        default=True, help_text="The contact may be inside once at a time only."
    )
    is_control = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State, default=State.READY)
    visit = models.PositiveIntegerField(default=1, help_text="How many steps, this one included.")
    arrived_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    context = models.JSONField(default=dict, help_text="What tags may name: event, journey.")
    errors = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField(default=timezone.now)
    converted_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    exit_reason = models.CharField(max_length=12, choices=Exit, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Beginning with the contact: rows of one entry follow each other in the index.
            models.UniqueConstraint(
                fields=["contact", "journey", "entry_key"], name="enrolment_entry_once"
            ),
            models.UniqueConstraint(
                fields=["contact", "journey"],
                condition=Q(left_at__isnull=True, is_single=True),
                name="enrolment_inside_once",
            ),
        ]
        indexes = [
            # Who is due at a step, and who is there at all.
            models.Index(
                fields=["step", "due_at"], condition=Q(left_at__isnull=True), name="enrolment_due"
            ),
            models.Index(fields=["journey", "entered_at"], name="enrolment_of_journey"),
            models.Index(
                fields=["journey", "converted_at"],
                condition=Q(converted_at__isnull=False),
                name="enrolment_converted",
            ),
        ]

    def __str__(self) -> str:
        return f"Enrolment {self.pk}"

    @property
    def message_key(self) -> str:
        """The unique key of what this visit asks of delivery."""
        return message_key(self.journey_id, self.pk, self.visit)


def steps_with_somebody() -> models.QuerySet[CompiledStep]:
    """Return the steps at which somebody is, at the cost of one look into an index for each."""
    # Not Exists, which the database may turn into a join that reads everybody.
    inside = Enrolment.objects.inside().filter(step=OuterRef("pk"))
    first = Subquery(inside.order_by("due_at").values("pk")[:1])
    return CompiledStep.objects.annotate(somebody=first).filter(somebody__isnull=False)


class VisitQuerySet(models.QuerySet["Visit"]):
    def record(
        self, rows: "models.QuerySet[Enrolment]", *, outcome: str, at: timezone.datetime,
        detail: str = "",
    ) -> int:  # fmt: skip
        """Write down that the visits at which the enrolments are have ended; call it before the
        enrolments move. One statement; returns how many."""
        columns = {
            "enrolment": F("pk"),
            "step": F("step_id"),
            "number": F("visit"),
            "entered_at": F("arrived_at"),
            "left_at": Value(at, output_field=models.DateTimeField()),
            "outcome": Value(outcome),
            "detail": Value(detail),
        }
        return insert_from(Visit, rows, columns)


class Visit(models.Model):
    """An enrolment's passage through one step, written when it is over: the history.

    Where it is now, and since when, says the enrolment.
    """

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, db_index=False, related_name="visits")
    # Without a constraint, as the enrolment's.
    step = models.ForeignKey(
        CompiledStep, models.PROTECT, db_index=False, db_constraint=False, related_name="visits"
    )
    number = models.PositiveIntegerField()
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    detail = models.CharField(
        max_length=20, blank=True, help_text="Why, where the outcome alone does not say."
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["enrolment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="visit_number_once")
        ]
        indexes = [models.Index(fields=["step", "outcome", "left_at"], name="visit_of_step")]

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
