import secrets
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from polymorphic.models import PolymorphicModel

from apps.accounts.characters import check_name
from apps.journeys.models.journeys import Journey

# Pairs of name and label, the main one first.
Outcomes = tuple[tuple[str, str], ...]
# What a step listens for: the outcome, the event, and conditions on its properties.
Listens = list[tuple[str, str, list[dict[str, Any]]]]


def new_key() -> str:
    return secrets.token_hex(6)


class Step(PolymorphicModel):
    """A node of the flow, as it is being written. Smartico calls it an activity.

    Publishing compiles it; the engine never reads this table. `kind` names the behaviour in
    `apps.journeys.kinds`, `outcomes` what may come out of it, the main one first.
    """

    kind = ""
    group = ""
    icon = ""
    outcomes: Outcomes = ()

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

    def config(self) -> dict[str, Any]:
        """Return what the engine needs to know of this step, as JSON."""
        return {}

    def wrong(self) -> dict[str, str]:
        """Return, by field, what makes no sense as it is written, whatever the site knows."""
        return {}

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Raises ValidationError, by field, also for what `wrong` finds."""
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict({})
        for name, message in self.wrong().items():
            if name not in (exclude or ()):
                errors[name] = message
        if errors:
            raise ValidationError(errors)

    def problem(self) -> str:
        """Return why the step cannot be published, or an empty string."""
        return next(iter(self.wrong().values()), "")

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules about contacts that the step asks, to check and to find uses by."""
        return []

    def listens(self) -> Listens:
        """Return the events that lead on from the step."""
        return []

    def summary(self) -> str:
        """Return, in a line of plain words, what the step does: its card shows it."""
        return ""


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
