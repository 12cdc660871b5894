from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models.contacts import Contact
from apps.accounts.models.sites import Site


class EventName(models.Model):
    """What can happen on a site; events point here, so their table stays narrow."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="event_names")
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="event_name_once")]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something a contact did, named and timed, with properties."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="events")
    name = models.ForeignKey(EventName, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    properties = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=100, null=True, editable=False)  # noqa: DJ001 - null where the sender names no id

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "key"], condition=Q(key__isnull=False), name="event_key_once"
            )
        ]
        indexes = [
            models.Index(fields=["contact", "name", "at"], name="event_of_contact"),
            # PostgreSQL then counts events of many contacts without reading their rows.
            models.Index(fields=["name", "at"], include=["contact"], name="event_of_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.contact}"
