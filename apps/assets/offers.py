"""What tags can be written on a site, as plain data for the editor's script."""

from collections.abc import Iterable
from typing import Any

from apps.accounts.models import Contact, Event, Property, Site
from apps.assets.models import LabelTag
from apps.assets.rendering import CORE_STATE
from apps.segments import catalogue
from apps.segments.counting import TooSlow, at_most
from apps.segments.rules import Context

LOOKED_AT, SECONDS, MAX_EXAMPLE = 300, 2, 40
CORE = {
    "external_id": "the site's own id of the contact",
    "language": "of the contact's browser",
    "time_zone": "of the contact's browser",
    "push_status": "of the last session",
}
TYPES = dict(Property.Type.choices)
# The filters that marketing texts need, of those of Liquid; what is selected is to be written
# over.
FILTERS = (
    ("default: 'friend'", "friend", "A text for those who have none"),
    ("capitalize", "", "First letter large"),
    ("upcase", "", "All letters large"),
    ("downcase", "", "All letters small"),
    ("truncate: 20", "20", "At most so many characters"),
    ("round: 2", "2", "A number with so many decimals"),
    ("times: 2", "2", "A number multiplied"),
    ("plus: 1", "1", "A number and another"),
    ("minus: 1", "1", "A number less another"),
    ("date: '%d %B'", "%d %B", "A date as day and month"),
    ("join: ', '", ", ", "A list in one text"),
    ("first", "", "The first of a list"),
    ("size", "", "How many letters, or items of a list"),
    ("url_encode", "", "Safe inside an address; values in addresses are anyway"),
)


def of_site(site: Site, *, with_examples: bool) -> dict[str, Any]:
    """Return names with types and filters, in four queries, and two more `with_examples`: values
    that contacts and events of the site really have."""
    context = catalogue.of_site(site)
    state, event = _examples(site, context) if with_examples else ({}, {})
    properties: dict[str, str] = {}
    for names in context.event_properties.values():
        properties |= names
    return {
        "groups": [
            {
                "label": "State of the contact",
                "items": [
                    *(_item("state", name, TYPES[type], state) for name, type in _own(context)),
                    *(_item("state", name, words, state) for name, words in CORE.items()),
                ],
            },
            {
                "label": "Event that started the journey",
                "items": [
                    _item("event", name, TYPES[type], event)
                    for name, type in sorted(properties.items())
                ],
            },
            {"label": "Journey", "items": [_journey()]},
            {"label": "Label tags", "items": _labels(site)},
        ],
        "filters": [
            {"text": text, "select": select, "help": words} for text, select, words in FILTERS
        ],
    }


def _own(context: Context) -> Iterable[tuple[str, str]]:
    return ((name, type) for name, type in context.properties.items() if name not in CORE_STATE)


def _item(root: str, name: str, type: str, examples: dict[str, str]) -> dict[str, str]:
    path = f"{root}.{name}" if _is_plain(name) else f'{root}["{name}"]'
    example = examples.get(name, "")
    return {"path": path, "name": name, "root": root, "type": type, "example": example}


def _is_plain(name: str) -> bool:
    return name.replace("-", "_").isidentifier()


def _journey() -> dict[str, str]:
    words = "a name that the journey keeps a value under"
    return {"path": "journey.", "name": "", "root": "journey", "type": words, "example": ""}


def _labels(site: Site) -> list[dict[str, str]]:
    rows = LabelTag.objects.filter(site=site).values_list("name", "value")
    values = {name: _short(value) for name, value in rows}
    return [_item("label", name, "Text of the site", values) for name in values]


def _examples(site: Site, context: Context) -> tuple[dict[str, str], dict[str, str]]:
    """Return by name a value that somebody has, and one that an event had: of the newest."""
    ids = [context.events[name] for name in context.event_properties if name in context.events]
    contacts = Contact.objects.filter(site=site).order_by("-pk")
    events = Event.objects.filter(name__in=ids).order_by("-pk")
    try:
        with at_most(SECONDS, few=True):
            rows = list(contacts.values("state", *CORE_STATE)[:LOOKED_AT])
            happened = list(events.values_list("properties", flat=True)[:LOOKED_AT])
    except TooSlow:
        return {}, {}
    return _first([{**_object(row.pop("state")), **row} for row in rows]), _first(happened)


def _first(rows: Iterable[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        for name, value in _object(row).items():
            if value not in (None, "") and name not in found:
                found[name] = _short(_written(value))
    return found


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _written(value: Any) -> str:
    """Return the value as Liquid writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= MAX_EXAMPLE else f"{text[: MAX_EXAMPLE - 1]}…"
