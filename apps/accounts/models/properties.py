from django.db import models
from django.db.models import Q

from apps.accounts.models.events import EventName
from apps.accounts.models.sites import Site


class Property(models.Model):
    """A name in the state of a site's contacts, or in one of its events: learnt from traffic."""

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        YES_NO = "yes_no", "Yes or no"
        DATE = "date", "Date"
        LIST = "list", "List"

    site = models.ForeignKey(Site, models.CASCADE, related_name="properties")
    event_name = models.ForeignKey(
        EventName,
        models.CASCADE,
        null=True,
        related_name="properties",
        help_text="Empty: of contacts.",
    )
    name = models.CharField(max_length=100)
    type = models.CharField(
        max_length=6,
        choices=Type,
        help_text="As first seen. Correct it where that was wrong: conditions that no longer fit "
        "are shown as broken.",
    )
    created_at = models.DateTimeField("first seen", auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "properties"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(event_name__isnull=True),
                name="property_of_contacts_once",
            ),
            models.UniqueConstraint(
                fields=["event_name", "name"],
                condition=Q(event_name__isnull=False),
                name="property_of_event_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
