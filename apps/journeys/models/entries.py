"""What entries by time and by joining a segment, and exits, remember between two looks."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import Contact
from apps.journeys.models.journeys import Journey
from apps.journeys.models.versions import Version


class Run(models.Model):
    """One time at which a scheduled journey lets its whole segment in.

    `occurrence` is the local time that was planned. Where it is that of each contact, there is a
    run for each moment at which it comes somewhere, with the `zones` where it does; the empty
    name stands for contacts without a zone. None: everybody.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="runs")
    occurrence = models.CharField(max_length=16, help_text="2026-03-29T09:00")
    due_at = models.DateTimeField()
    zones = models.JSONField(null=True)
    cursor = models.BigIntegerField(default=0, help_text="The contact up to which it has come.")
    entered = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "occurrence", "due_at"], name="run_once_per_moment"
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(finished_at=None), name="run_due")]

    def __str__(self) -> str:
        return f"{self.version} at {self.occurrence}"


class Watch(models.Model):
    """Looking, again and again, who has come to meet a journey's rule and who does not any more.

    A look goes through the contacts by id in slices; `cursor` says how far it has come.
    """

    version = models.OneToOneField(Version, models.CASCADE, related_name="watch")
    due_at = models.DateTimeField(null=True)
    cursor = models.BigIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0, help_text="How many were finished.")
    begun_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0, help_text="That the last one took.")

    class Meta:
        verbose_name_plural = "watches"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="watch_due")
        ]

    def __str__(self) -> str:
        return f"Watch of {self.version}"


class Sweep(models.Model):
    """Looking, again and again, who inside a version has to leave it.

    A look goes through those inside by the id of the enrolment; `cursor` says how far it has come,
    `seconds` what it has taken so far, or took.
    """

    class Reason(models.TextChoices):
        TIMEOUT = "timeout", "Had been inside too long"
        RULE = "rule", "Did not meet the journey’s rule any more"

    version = models.ForeignKey(Version, models.CASCADE, db_index=False, related_name="sweeps")
    reason = models.CharField(max_length=7, choices=Reason)
    due_at = models.DateTimeField(default=timezone.now)
    cursor = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "reason"], name="sweep_once_per_reason")
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.version}"


class Seen(models.Model):
    """A contact who met the rule of a journey entered by joining, when it was last looked at.

    `at` is when a look found so first, since the contact last did not meet it.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, related_name="seen")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "seen"
        constraints = [models.UniqueConstraint(fields=["journey", "contact"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.journey_id}"


class Refusal(models.Model):
    """Why a contact did not enter when it last could have, and how often that was."""

    class Gate(models.TextChoices):
        """In the order in which they are asked."""

        NOT_ACTIVE = "not_active", "The journey lets nobody in"
        DATES = "dates", "Outside the journey’s dates"
        EVENT = "event", "The event did not have the properties asked for"
        RULE = "rule", "Did not meet “for contacts who”"
        REENTRY = "reentry", "Has been in, or is inside"
        PAUSE = "pause", "The pause before the next time was not over"
        MAX_ENTRIES = "max_entries", "Had entered as often as one contact may"
        EXCLUDED = "excluded", "Was inside another journey that excludes this one"
        CONTROL = "control", "Is in the control group"
        TOTAL_CAP = "total_cap", "As many had entered as may altogether"

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, related_name="refusals")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    gate = models.CharField(max_length=11, choices=Gate)
    at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "contact"], name="refusal_once")]

    def __str__(self) -> str:
        return self.get_gate_display()
