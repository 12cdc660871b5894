from django.conf import settings
from django.db import models

from apps.accounts.characters import check_name
from apps.accounts.models import Site


class Image(models.Model):
    """A picture that was uploaded: sniffed, bounded and encoded anew, under a name made of
    what it holds, so that the same one is stored once: apps.assets.images."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="images")
    name = models.CharField(
        max_length=150, validators=[check_name], help_text="Of the file, as it was uploaded."
    )
    file = models.FileField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the stored file, in hex.")
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "digest"], name="image_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name


class CheckedAddress(models.Model):
    """What was found at an address that assets of a site name, when it was last looked at
    (apps.assets.lint)."""

    class Verdict(models.TextChoices):
        WAITING = "waiting", "Not looked at yet"
        FOUND = "found", "Found"
        BROKEN = "broken", "Broken"
        NOT_CHECKED = "not_checked", "Not looked at"

    site = models.ForeignKey(Site, models.CASCADE, related_name="checked_addresses")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the address, in hex.")
    address = models.CharField(max_length=2000)
    verdict = models.CharField(max_length=11, choices=Verdict, default=Verdict.WAITING)
    problem = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    size = models.PositiveIntegerField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "digest"], name="address_once_per_site")
        ]

    def __str__(self) -> str:
        return self.address
