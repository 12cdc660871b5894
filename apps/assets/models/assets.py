from typing import Any

from django.conf import settings
from django.db import models
from polymorphic.models import PolymorphicModel

from apps.accounts.characters import check_name
from apps.accounts.models import Site


class AssetLabel(models.Model):
    """A word to sort and filter assets by; visitors never see it."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="asset_labels")
    name = models.CharField(max_length=60, validators=[check_name])

    class Meta:
        ordering = ["name"]
        verbose_name = "label"
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="asset_label_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name


class Asset(PolymorphicModel):
    """A reusable resource: a Push or a Popup.

    `CONTENT` names the fields that say what a visitor gets; `VARIED` those of them that a
    variation may have of its own, beside the buttons; `TEXTS` and `ADDRESSES` those with tags.
    """

    CONTENT: tuple[str, ...] = ()
    VARIED: tuple[str, ...] = ()
    TEXTS: tuple[str, ...] = ()
    ADDRESSES: tuple[str, ...] = ()

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    site = models.ForeignKey(Site, models.CASCADE, related_name="assets")
    name = models.CharField(
        "resource name",
        max_length=150,
        validators=[check_name],
        help_text="For you and your colleagues: say what it is for. Visitors never see it.",
    )
    status = models.CharField(
        max_length=8,
        choices=Status,
        default=Status.DRAFT,
        help_text="Only an active resource is ever sent.",
    )
    labels = models.ManyToManyField(
        AssetLabel, blank=True, related_name="assets", help_text="To sort and filter the list by."
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

    @property
    def own_content(self) -> dict[str, Any]:
        """The content of contacts who meet no variation, without the buttons."""
        return {name: getattr(self, name) for name in self.CONTENT}


class Revision(models.Model):
    """An asset as it was saved: everything that an export of it holds (apps.assets.snapshots)."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    snapshot = models.JSONField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="revision_number_of_asset")
        ]

    def __str__(self) -> str:
        return f"Revision {self.number}"
