from typing import Any

from django.db import models

from apps.accounts.characters import check_name
from apps.assets.models.assets import Asset
from apps.assets.tags import check_address, check_text


class Variation(models.Model):
    """Other content of an asset for contacts who meet a rule; in the order of `position`, the
    first that is active and whose rule is met wins, else the default content."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="variations")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(
        max_length=100,
        validators=[check_name],
        help_text="For you and your colleagues: German, VIP…",
    )
    status = models.CharField(
        max_length=6,
        choices=Status,
        default=Status.DRAFT,
        help_text="A draft is never sent: its contacts get what comes after it.",
    )
    rule = models.JSONField("for contacts who", default=dict, blank=True)
    # Only what differs from the default content; a field that is not in it is the same.
    content = models.JSONField(default=dict, blank=True)
    has_own_buttons = models.BooleanField("buttons of its own", default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "name"], name="variation_name_once_per_asset")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE


class Button(models.Model):
    """A button of a push or a popup, or of one of its variations, in the order of `position`."""

    class Action(models.TextChoices):
        OPEN = "open", "Open an address"
        ASK_PERMISSION = "ask_permission", "Ask for push permission"
        TRACK = "track", "Track an event"
        CLOSE = "close", "Just close"

    CONTENT = ("label", "action", "url", "icon", "event")

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="buttons")
    variation = models.ForeignKey(Variation, models.CASCADE, null=True, related_name="buttons")
    position = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=60, validators=[check_text])
    action = models.CharField("does", max_length=14, choices=Action, default=Action.OPEN)
    url = models.CharField("address", max_length=1000, blank=True, validators=[check_address])
    icon = models.CharField(max_length=1000, blank=True, validators=[check_address])
    event = models.CharField(
        "event", max_length=100, blank=True, help_text="Its name, when the button tracks one."
    )

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def own_content(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.CONTENT}
