from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.accounts.models import Site


class Category(models.TextChoices):
    """Of a push: what each may do is limited apart."""

    MARKETING = "marketing", "Marketing"
    OPERATIONAL = "operational", "Operational"


class Limits(models.Model):
    """When a site's pushes may be sent, in each contact's own time zone, and how many."""

    site = models.OneToOneField(Site, models.CASCADE, related_name="limits")
    hours_from = models.TimeField("allowed from", null=True, blank=True)
    hours_till = models.TimeField(
        "till", null=True, blank=True, help_text="Earlier than “from”: over midnight."
    )
    # 0 is Monday, as in `date.weekday()`.
    skipped_weekdays = models.JSONField("never on", default=list, blank=True)
    marketing_cap = models.PositiveIntegerField(
        "marketing pushes, at most",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="To one contact. Empty: any number.",
    )
    marketing_cap_days = models.PositiveSmallIntegerField(
        "within days", default=7, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    operational_cap = models.PositiveIntegerField(
        "operational pushes, at most",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="To one contact. Empty: any number.",
    )
    operational_cap_days = models.PositiveSmallIntegerField(
        "within days", default=7, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )

    class Meta:
        verbose_name = "limit"

    def __str__(self) -> str:
        return f"Limits of {self.site}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self) -> "HoldQuerySet":
        """Those whose messages are left alone."""
        return self.exclude(status=Hold.Status.RELEASED)


class Hold(models.Model):
    """A campaign whose queued messages wait until it is let go on; it goes when that is done."""

    class Status(models.TextChoices):
        HELD = "held", "Held"
        RELEASED = "released", "Released: what was put off comes back"
        WITHDRAWN = "withdrawn", "Withdrawn: what is queued is being taken back"

    campaign = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.HELD)
    since = models.DateTimeField(auto_now_add=True)

    objects = HoldQuerySet.as_manager()

    def __str__(self) -> str:
        return self.campaign
