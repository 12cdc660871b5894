from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.assets import models as assets
from apps.journeys.models.steps.base import Step
from apps.journeys.models.terms import LARGEST


def inactive(asset: assets.Asset) -> str:
    if asset.is_active:
        return ""
    status = "a draft" if asset.status == asset.Status.DRAFT else asset.get_status_display().lower()
    return f"“{asset}” is {status}; make it active first."


class PopupStep(Step):
    """Meets the contact on the site with a popup."""

    kind = "popup"
    group = "Messages"
    icon = "web_asset"
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

    def config(self) -> dict[str, Any]:
        return {"asset": self.popup_id}

    def problem(self) -> str:
        return inactive(self.popup)

    def summary(self) -> str:
        return f"Shows “{self.popup}”"


class PushStep(Step):
    """Sends a push: one, or one of several of which the best may win."""

    class Devices(models.TextChoices):
        ALL = "all", "All devices"
        LATEST = "latest", "The one used last"

    class Hours(models.TextChoices):
        ALWAYS = "always", "At any hour"
        DROP = "drop", "Only in the site’s allowed hours; else not at all"
        NEXT = "next", "In the site’s allowed hours; else when they begin next"
        FIXED = "fixed", "At a fixed hour of the contact’s day"

    kind = "push"
    group = "Messages"
    icon = "notifications"
    outcomes = (
        ("sent", "Sent"),
        ("unreachable", "No device to send to, or opted out"),
        ("held_back", "Held back by caps, hours, or an inactive push"),
    )

    push = models.ForeignKey(assets.Push, models.PROTECT, related_name="steps")
    share = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Its weight among the pushes of this step.",
    )
    winner_after = models.PositiveIntegerField(
        "winner after",
        default=0,
        validators=[MaxValueValidator(LARGEST)],
        help_text="So many sent, the one clicked most is sent alone. 0: never.",
    )
    devices = models.CharField(max_length=6, choices=Devices, default=Devices.ALL)
    hours = models.CharField("allowed hours", max_length=6, choices=Hours, default=Hours.ALWAYS)
    fixed_time = models.TimeField("at", null=True, blank=True)
    respects_caps = models.BooleanField(default=True)
    respects_consent = models.BooleanField(default=True)

    class Meta:
        verbose_name = "push"

    def pushes(self) -> list[tuple[assets.Push, int]]:
        """Return what the step sends, each with its weight."""
        others = [(row.push, row.share) for row in self.alternatives.all()]
        return [(self.push, self.share), *others]

    def config(self) -> dict[str, Any]:
        return self.config_of([(push.pk, share) for push, share in self.pushes()])

    def config_of(self, pushes: list[tuple[int, int]]) -> dict[str, Any]:
        """Return the same where it sends these, by id and weight."""
        return {
            "pushes": [list(each) for each in pushes],
            "winner_after": self.winner_after,
            "devices": self.devices,
            "hours": self.hours,
            "at": self.fixed_time.strftime("%H:%M") if self.fixed_time else None,
            "caps": self.respects_caps,
            "consent": self.respects_consent,
        }

    def problem(self) -> str:
        if self.hours == self.Hours.FIXED and self.fixed_time is None:
            return "Write at which hour it is sent."
        return next(filter(None, (inactive(push) for push, _ in self.pushes())), "")

    def summary(self) -> str:
        names = [f"“{push}”" for push, _ in self.pushes()]
        what = names[0] if len(names) == 1 else f"one of {', '.join(names)}"
        return ", ".join(filter(None, (f"Sends {what}", self._hours_in_words())))

    def _hours_in_words(self) -> str:
        match self.hours:
            case self.Hours.FIXED:
                return f"at {self.fixed_time:%H:%M}" if self.fixed_time else ""
            case self.Hours.DROP | self.Hours.NEXT:
                return "in the site’s allowed hours"
        return ""


class PushAlternative(models.Model):
    """Another push that a step sends to some instead."""

    step = models.ForeignKey(PushStep, models.CASCADE, related_name="alternatives")
    push = models.ForeignKey(assets.Push, models.PROTECT, related_name="+")
    share = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "push"], name="alternative_once_per_step")
        ]

    def __str__(self) -> str:
        return str(self.push)
