import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from polymorphic.models import PolymorphicModel

from apps.accounts.characters import check_name
from apps.assets import models as assets
from apps.journeys.models.journeys import Journey


def new_key() -> str:
    return secrets.token_hex(6)


class Step(PolymorphicModel):
    """A node of the flow, as it is being written. Smartico calls it an activity.

    Publishing compiles it; the engine never reads this table. `kind` names the behaviour in
    `apps.journeys.kinds`, `outcomes` what may come out of it, the main one first.
    """

    kind = ""
    outcomes: tuple[tuple[str, str], ...] = ()

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=12, default=new_key, editable=False)
    name = models.CharField(
        max_length=100, validators=[check_name], help_text="As the numbers will show it."
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="The journey begins with the lowest."
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "key"], name="step_key_once_per_journey")
        ]

    def __str__(self) -> str:
        return self.name

    def config(self) -> dict[str, int]:
        """Return what the engine needs to know of this step, as JSON."""
        return {}

    def problem(self) -> str:
        """Return why the step cannot be published, or an empty string."""
        return ""


class PopupStep(Step):
    """Meets the contact on the site with a popup."""

    kind = "popup"
    outcomes = (
        ("allowed", "Accepted and allowed"),
        ("blocked", "Accepted, then blocked"),
        ("dismissed", "Accepted, browser's question dismissed"),
        ("clicked", "Clicked another button"),
        ("declined", "Declined"),
        ("closed", "Closed"),
        ("unseen", "Not seen in time"),
    )

    popup = models.ForeignKey(assets.Popup, models.PROTECT, related_name="steps")

    class Meta:
        verbose_name = "popup"

    def config(self) -> dict[str, int]:
        return {"asset": self.popup_id}

    def problem(self) -> str:
        return inactive(self.popup)


class PushStep(Step):
    """Sends a push to every device of the contact."""

    kind = "push"
    outcomes = (
        ("sent", "Sent"),
        ("unreachable", "No device to send to"),
        ("not_active", "The push was not active"),
    )

    push = models.ForeignKey(assets.Push, models.PROTECT, related_name="steps")

    class Meta:
        verbose_name = "push"

    def config(self) -> dict[str, int]:
        return {"asset": self.push_id}

    def problem(self) -> str:
        return inactive(self.push)


def inactive(asset: assets.Asset) -> str:
    if asset.is_active:
        return ""
    return f"“{asset}” is {asset.get_status_display().lower()}; make it active first."


class WaitStep(Step):
    """Lets time pass."""

    class Unit(models.TextChoices):
        MINUTES = "minutes", "minutes"
        HOURS = "hours", "hours"
        DAYS = "days", "days"

    SECONDS = {Unit.MINUTES: 60, Unit.HOURS: 3_600, Unit.DAYS: 86_400}

    kind = "wait"
    outcomes = (("done", "Time is over"),)

    amount = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    unit = models.CharField(max_length=7, choices=Unit, default=Unit.DAYS)

    class Meta:
        verbose_name = "wait"

    def config(self) -> dict[str, int]:
        return {"seconds": self.amount * self.SECONDS[self.Unit(self.unit)]}


class Lead(models.Model):
    """Where an outcome of a step leads; an outcome without one ends the journey."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="leads")
    outcome = models.CharField(max_length=40)
    target = models.ForeignKey(Step, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "outcome"], name="lead_once_per_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.outcome} → {self.target_id}"
