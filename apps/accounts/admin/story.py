"""What happened to a contact, on one line of time: every part of the house tracks events."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.house_events import WORDS
from apps.accounts.models import Contact, Event
from apps.accounts.panels import Panel, panel_on

RECENT = 50
MOST_DETAILS = 200


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An event in words; `name` is its own where the words are ours."""

    event: Event
    words: str
    name: str
    details: str


@panel_on(Contact, permission="accounts.view_event")
def story(request: HttpRequest, contact: Contact) -> Panel:
    rows = contact.events.select_related("name").order_by("-at", "-pk")[: RECENT + 1]
    moments = [_moment(event) for event in rows]
    search = f"?{urlencode({'q': str(contact)})}"
    return Panel(
        title="What happened",
        template="admin/panels/story.html",
        # It is the longest.
        place=10,
        content={
            "days": list(_by_day(moments[:RECENT])),
            "more": reverse("admin:accounts_event_changelist") + search
            if len(moments) > RECENT
            else "",
        },
    )


def _moment(event: Event) -> Moment:
    name = event.name.name
    return Moment(
        event=event,
        words=WORDS.get(name, name),
        name=name if name in WORDS else "",
        details=properties(event, most=MOST_DETAILS),
    )


def _by_day(moments: list[Moment]) -> Iterator[tuple[date, list[Moment]]]:
    for day, rows in itertools.groupby(moments, lambda row: timezone.localdate(row.event.at)):
        yield day, list(rows)


def properties(event: Event, *, most: int = 150) -> str:
    """Return the event's properties on one line, cut where they are long."""
    filled = {name: value for name, value in event.properties.items() if value not in ("", None)}
    text = ", ".join(f"{name}: {_plain(value)}" for name, value in filled.items())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _plain(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
