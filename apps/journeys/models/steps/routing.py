from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.journeys.models.steps import shapes
from apps.journeys.models.steps.base import Outcomes, Step
from apps.journeys.models.terms import LARGEST


class CheckStep(Step):
    """Asks rules about the contact, in order: the first that is met leads on.

    `branches` are `{"key", "name", "rule"}`: the key is the outcome.
    """

    kind = "check"
    group = "Paths"
    icon = "alt_route"

    branches = models.JSONField(default=list)

    class Meta:
        verbose_name = "check"

    @property
    def outcomes(self) -> Outcomes:
        return (*((row["key"], row["name"]) for row in self.branches), ("none", "None of them"))

    def config(self) -> dict[str, Any]:
        return {"branches": [[row["key"], row["rule"]] for row in self.branches]}

    def wrong(self) -> dict[str, str]:
        return shapes.found("branches", shapes.in_branches(self.branches))

    def problem(self) -> str:
        if found := super().problem():
            return found
        empty = [row["name"] for row in self.branches if not row["rule"]]
        return f"“{empty[0]}” asks for nothing, so everybody meets it." if empty else ""

    def rules(self) -> list[dict[str, Any]]:
        return [row["rule"] for row in self.branches]

    def summary(self) -> str:
        return ", ".join(row["name"] for row in self.branches)


class SplitStep(Step):
    """Sends contacts down one of several paths by chance; the same contact always down the same.

    `paths` are `{"key", "name", "weight"}`: the key is the outcome.
    """

    kind = "split"
    group = "Paths"
    icon = "call_split"

    paths = models.JSONField(default=list)

    class Meta:
        verbose_name = "random split"

    @property
    def outcomes(self) -> Outcomes:
        return tuple((row["key"], row["name"]) for row in self.paths)

    def config(self) -> dict[str, Any]:
        return {"paths": [[row["key"], row["weight"]] for row in self.paths]}

    def wrong(self) -> dict[str, str]:
        return shapes.found("paths", shapes.in_paths(self.paths))

    def problem(self) -> str:
        return super().problem() or ("" if len(self.paths) > 1 else "A split needs two paths.")

    def summary(self) -> str:
        total = sum(row["weight"] for row in self.paths) or 1
        return ", ".join(f"{row['name']} {row['weight'] * 100 / total:.0f} %" for row in self.paths)


class LimitStep(Step):
    """Lets the first so many of a period go on; counted over all contacts."""

    class Period(models.TextChoices):
        EVER = "ever", "ever"
        DAY = "day", "a day"
        WEEK = "week", "a week"
        MONTH = "month", "a month"

    kind = "limit"
    group = "Paths"
    icon = "speed"
    outcomes = (("within", "Within the limit"), ("beyond", "Beyond it"))

    most = models.PositiveIntegerField(
        "at most", default=100, validators=[MinValueValidator(1), MaxValueValidator(LARGEST)]
    )
    period = models.CharField(
        max_length=5, choices=Period, default=Period.DAY, help_text="In the site’s time zone."
    )

    class Meta:
        verbose_name = "limit"

    def config(self) -> dict[str, Any]:
        return {"most": self.most, "period": self.period}

    def summary(self) -> str:
        return f"The first {self.most} {self.get_period_display()}"


class StartStep(Step):
    """Lets the contact into another journey, beside this one."""

    kind = "start"
    group = "Paths"
    icon = "playlist_add"
    outcomes = (("started", "Entered it"), ("refused", "Did not enter it"))

    # Its own name: `journey` is the one that the step belongs to.
    target = models.ForeignKey("journeys.Journey", models.PROTECT, related_name="started_by")

    class Meta:
        verbose_name = "start journey"

    def config(self) -> dict[str, Any]:
        return {"journey": self.target_id}

    def problem(self) -> str:
        if self.target_id == self.journey_id:
            return "A journey cannot start itself."
        if self.target.site_id != self.journey.site_id:
            return f"“{self.target}” belongs to another site."
        if self.target.entry_kind != "call":
            return f"“{self.target}” is not one that is entered by the API or another journey."
        if self.target.live_version_id is None:
            return f"“{self.target}” is not published."
        return ""

    def summary(self) -> str:
        return f"Starts “{self.target}”"


class LeaveStep(Step):
    """Ends the journey for the contact."""

    kind = "leave"
    group = "Paths"
    icon = "logout"

    class Meta:
        verbose_name = "leave"

    def summary(self) -> str:
        return "Ends the journey"
