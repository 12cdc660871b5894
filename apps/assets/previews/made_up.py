"""Made-up values for whatever tags name, so that a popup can be looked at before anybody is
there to see it."""

from collections.abc import Iterable
from typing import Any

from liquid.exceptions import LiquidError

from apps.accounts.models import Contact, Property, PushStatus, Site
from apps.assets.rendering import Source
from apps.assets.rendering.sources import texts
from apps.assets.tags.language import parse
from apps.segments import catalogue

EXAMPLES: dict[str, Any] = {
    "first_name": "Anna",
    "last_name": "Larsen",
    "name": "Anna Larsen",
    "email": "anna@example.com",
    "city": "Lisbon",
    "country": "Portugal",
    "currency": "EUR",
}
BY_TYPE: dict[str, Any] = {
    Property.Type.NUMBER: 20,
    Property.Type.YES_NO: True,
    Property.Type.DATE: "2026-06-01",
}


def contact(source: Source) -> Contact:
    """Return a contact, not stored, who has a value for everything that the texts name of one."""
    site = source.site
    known = catalogue.of_site(site).properties
    return Contact(
        site=site,
        external_id="customer-1",
        language=site.default_language,
        time_zone=site.time_zone,
        push_status=PushStatus.ASK,
        state={name: _example(name, known.get(name)) for name in _named(source, "state")},
    )


def context(source: Source) -> dict[str, dict[str, Any]]:
    """Return what the texts name of an event and of a journey."""
    of_events = _types_of_events(source.site) if _named(source, "event") else {}
    return {
        "event": {name: _example(name, of_events.get(name)) for name in _named(source, "event")},
        "journey": {name: _example(name, None) for name in _named(source, "journey")},
    }


def _types_of_events(site: Site) -> dict[str, str]:
    rows = Property.objects.filter(site=site, event_name__isnull=False)
    return dict(rows.values_list("name", "type"))


def _example(name: str, type: str | None) -> Any:
    if type in BY_TYPE:
        return BY_TYPE[type]
    words = name.replace("_", " ").strip().capitalize()
    return [words] if type == Property.Type.LIST else EXAMPLES.get(name, words)


def _named(source: Source, root: str) -> set[str]:
    contents = [source.content_of(None), *(source.content_of(v.key) for v in source.versions)]
    return {
        name
        for content in contents
        for text in texts(source.kind, content)
        for name in _names_in(text, root)
    }


def _names_in(text: str, root: str) -> Iterable[str]:
    if "{" not in text:
        return []
    try:
        found = parse(text).analyze(include_partials=False).globals.get(root, ())
    except LiquidError:
        return []
    named = [variable.segments[1] for variable in found if len(variable.segments) > 1]
    return [name for name in named if isinstance(name, str)]
