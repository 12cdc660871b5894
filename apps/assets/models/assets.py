from django.db import models
from polymorphic.models import PolymorphicModel

from apps.accounts.models import Site
from apps.assets.tags import check_address, check_text


class Asset(PolymorphicModel):
    """A reusable resource: a Push or a Popup."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    site = models.ForeignKey(Site, models.CASCADE, related_name="assets")
    name = models.CharField(
        "resource name",
        max_length=150,
        help_text="For you and your colleagues: say what it is for. Visitors never see it.",
    )
    status = models.CharField(
        max_length=8,
        choices=Status,
        default=Status.DRAFT,
        help_text="Only an active resource is ever sent.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "asset"
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="asset_name_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE


class Button(models.Model):
    """A button of a push or a popup, in the order of `position`."""

    class Action(models.TextChoices):
        OPEN = "open", "Open an address"
        ASK_PERMISSION = "ask_permission", "Ask for push permission"
        TRACK = "track", "Track an event"
        CLOSE = "close", "Just close"

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="buttons")
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
