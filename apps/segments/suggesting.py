"""The values that a text field really has, so that nobody has to guess how they are written."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from apps.accounts.models import Contact, Event
from apps.segments.counting import SAMPLED, TooSlow, at_most, is_small
from apps.segments.rules import Context
from apps.segments.rules.sources import ContactColumn, JsonProperty, RelatedColumn
from apps.segments.rules.values import is_text

MOST, LOOKED_AT, SECONDS = 50, 1_000, 2
TYPES = ("text", "list")
# Everybody has another one.
NEVER = ("external_id",)


def values(name: str, context: Context, *, event: str = "") -> list[str]:
    """Return texts that the field has among some contacts of the site, the most frequent first.

    `event` says that it is a property of that event. Nothing is returned of what is no text nor
    list, of what the site does not know, and where looking takes too long.
    """
    field = context.event_field(event, name) if event else context.field(name)
    if field is None or field.type not in TYPES or name in NEVER:
        return []
    if event and event not in context.events:
        return []
    found: Counter[str] = Counter()
    try:
        with at_most(SECONDS, few=True):
            for held in _held(field.source, _some(context), context.events.get(event)):
                found.update(text for text in _texts(held, field.type) if is_text(text))
    except TooSlow:
        return []
    return sorted(found, key=lambda text: (-found[text], text))[:MOST]


def _some(context: Context) -> QuerySet[Contact]:
    contacts = Contact.objects.filter(site=context.site_id).order_by()
    return contacts if is_small(context.site_id) else contacts.filter(bucket=SAMPLED)


def _held(source: Any, contacts: QuerySet[Contact], event: int | None) -> Iterator[Any]:
    match source:
        case ContactColumn(column=column):
            rows: QuerySet[Any] = contacts
        case RelatedColumn(model=model, column=column):
            rows = apps.get_model(model).objects.filter(contact__in=contacts.values("pk"))
        case JsonProperty(column="state" as column):
            rows = contacts
        case JsonProperty(column=column):
            rows = Event.objects.filter(name=event, contact__in=contacts.values("pk"))
        case _:
            return
    for held in rows.order_by().values_list(column, flat=True)[:LOOKED_AT]:
        yield held.get(source.name) if isinstance(source, JsonProperty) else held


def _texts(held: Any, type: str) -> list[Any]:
    if type != "list":
        return [held]
    items = held if isinstance(held, list) else []
    return [item if isinstance(item, str) else _written(item) for item in items]


def _written(item: Any) -> str:
    return str(item) if type(item) in (int, float) else ""
