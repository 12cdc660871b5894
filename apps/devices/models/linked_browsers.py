from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.devices.models.keys import VapidKey


class LinkedBrowser(models.Model):
    """A browser in which a user of the back office wants to see test sends of a site.

    It is no device of a contact: nobody counts it, and no journey and no segment sees it. The
    back office's own page subscribes it, under a scope of its own for each site.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="linked_browsers"
    )
    key = models.ForeignKey(VapidKey, models.CASCADE, related_name="linked_browsers")
    endpoint = models.TextField()
    endpoint_hash = models.CharField(max_length=64, unique=True, editable=False)
    p256dh = models.CharField(max_length=90)
    auth = models.CharField(max_length=24)
    browser = models.CharField(max_length=30, blank=True)
    os = models.CharField("OS", max_length=30, blank=True)
    linked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return " on ".join(filter(None, [self.browser, self.os])) or f"Browser {self.pk}"
