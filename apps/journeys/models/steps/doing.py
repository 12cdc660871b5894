from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.text import capfirst

from apps.journeys.models.calls import SigningSecret
from apps.journeys.models.steps import requests, shapes
from apps.journeys.models.steps.base import Step

OPS = {"set": "sets", "unset": "removes", "add": "adds to", "increment": "increases"}


class UpdateStep(Step):
    """Changes properties of the contact.

    `changes` are `{"op", "name", "value"}`: `set`, `unset`, `add` (to a list), `increment`. A text
    may hold tags.
    """

    kind = "update"
    group = "Profile"
    icon = "edit_note"
    outcomes = (("done", "Done"),)

    changes = models.JSONField(default=list)

    class Meta:
        verbose_name = "update state"

    def config(self) -> dict[str, Any]:
        return {"changes": self.changes}

    def wrong(self) -> dict[str, str]:
        return shapes.found("changes", shapes.in_changes(self.changes))

    def summary(self) -> str:
        return capfirst(", ".join(f"{OPS[row['op']]} {row['name']}" for row in self.changes))


class TrackStep(Step):
    """Tracks an event of the contact, as if the site had: other journeys and segments see it.

    `properties` maps names to values; a text may hold tags.
    """

    kind = "track"
    group = "Profile"
    icon = "add_task"
    outcomes = (("done", "Done"),)

    event = models.CharField(max_length=100)
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "track event"

    def config(self) -> dict[str, Any]:
        return {"event": self.event, "properties": self.properties}

    def wrong(self) -> dict[str, str]:
        return {
            **shapes.found("event", shapes.in_event_name(self.event)),
            **shapes.found("properties", shapes.in_properties(self.properties)),
        }

    def problem(self) -> str:
        mine = self.journey
        again = (mine.Reentry.NOT_INSIDE, mine.Reentry.EVERY, mine.Reentry.RESTART)
        enters = mine.entry_kind == mine.Entry.EVENT and mine.entry_event == self.event
        if enters and mine.reentry in again:
            return (
                f"“{self.event}” lets contacts into this journey, so they would go round without "
                "end; lead back to an earlier step instead."
            )
        return super().problem()

    def summary(self) -> str:
        return f"Tracks {self.event}"


class TagStep(Step):
    """Keeps a value for later steps: `{{ journey.x }}` is what it was at this moment."""

    kind = "tag"
    group = "Profile"
    icon = "sell"
    outcomes = (("done", "Done"),)

    tag = models.CharField("name", max_length=50, help_text="Written as {{ journey.name }}.")
    source = models.CharField(
        "value of",
        max_length=150,
        help_text="A property as state.first_name, or one of the event as event.price.",
    )

    class Meta:
        verbose_name = "journey tag"

    def config(self) -> dict[str, Any]:
        return {"tag": self.tag, "source": self.source}

    def wrong(self) -> dict[str, str]:
        return {
            **shapes.found("tag", shapes.in_tag(self.tag)),
            **shapes.found("source", shapes.in_source(self.source)),
        }

    def summary(self) -> str:
        return f"journey.{self.tag} = {self.source}"


class WebhookStep(Step):
    """Calls an address of the site's own systems, and goes on by the answer."""

    class Method(models.TextChoices):
        POST = "POST", "POST"
        PUT = "PUT", "PUT"
        GET = "GET", "GET"

    kind = "webhook"
    group = "Profile"
    icon = "webhook"
    outcomes = (
        ("taken", "Answered: taken"),
        ("refused", "Answered: refused"),
        ("failed", "No answer in time"),
    )

    method = models.CharField(max_length=4, choices=Method, default=Method.POST)
    url = models.CharField("address", max_length=2000, help_text="It may hold tags.")
    headers = models.JSONField(default=dict, blank=True)
    body = models.TextField(
        blank=True, help_text="JSON with tags. Empty: who it is about, and the event."
    )
    patience_hours = models.PositiveSmallIntegerField(
        "try for hours", default=24, validators=[MinValueValidator(1), MaxValueValidator(168)]
    )

    class Meta:
        verbose_name = "webhook"

    def problem(self) -> str:
        found = requests.problem(url=self.url, headers=self.headers, body=self.body)
        return found or self._unsigned()

    def _unsigned(self) -> str:
        secrets = SigningSecret.objects.filter(site__journeys=self.journey_id)
        if self.journey_id is None or secrets.exists():
            return ""
        return (
            "The site has no signing secret yet, by which its systems tell our calls from those "
            "of others. Make one on the site’s page, under “Webhooks”."
        )

    def config(self) -> dict[str, Any]:
        names = ("method", "url", "headers", "body", "patience_hours")
        return {name: getattr(self, name) for name in names}

    def summary(self) -> str:
        return f"{self.method} {self.url}"
