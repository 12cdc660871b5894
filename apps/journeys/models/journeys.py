from django.conf import settings
from django.db import models

from apps.accounts.characters import check_name
from apps.accounts.models import Site
from apps.journeys.models.terms import Terms


class Journey(Terms):
    """A campaign: an entry, a flow of steps, an exit, a goal. Smartico calls it a campaign too."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused: nobody enters, those inside go on"
        FINISHED = "finished", "Finished"
        ARCHIVED = "archived", "Archived"

    # Where contacts move on; where new ones enter.
    RUNNING = (Status.ACTIVE, Status.PAUSED)

    site = models.ForeignKey(Site, models.CASCADE, related_name="journeys")
    name = models.CharField(max_length=150, validators=[check_name])
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT, editable=False)
    is_held = models.BooleanField(
        "held",
        default=False,
        editable=False,
        help_text="Those inside stand still too, and nothing is sent.",
    )
    held_at = models.DateTimeField(null=True, editable=False)
    shifted_to = models.BigIntegerField(
        null=True,
        editable=False,
        help_text="While a held journey resumes: the enrolment up to which waits were put off.",
    )
    move_over = models.JSONField(
        null=True,
        editable=False,
        help_text="While those inside are being moved to the live version: what was asked for.",
    )
    pause_reason = models.CharField(
        max_length=100, blank=True, editable=False, help_text="Where it paused itself."
    )
    live_version = models.ForeignKey(
        "journeys.Version", models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("send_without_consent", "Can have journeys send to who has opted out"),
            ("send_without_caps", "Can have journeys send beyond the caps"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="journey_name_once_per_site")
        ]
        indexes = [models.Index(fields=["site", "status"], name="journey_of_site")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether it was written since its live version was published."""
        return bool(self.live_version) and self.updated_at > self.live_version.published_at


class Edit(models.Model):
    """What a draft was before and after one change, so that it can be undone and done again.

    Both are documents (apps.journeys.documents). `is_undone` ones are what redo brings back.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="edits")
    words = models.CharField(max_length=150)
    before = models.JSONField()
    after = models.JSONField()
    is_undone = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.words
