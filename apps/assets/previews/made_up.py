"""Made-up values for whatever tags name, so that an asset can be looked at before anybody is
there to see it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils import timezone
from liquid.exceptions import LiquidError

from apps.accounts.models import Contact, Property, PushStatus, Site
from apps.assets.rendering import CORE_STATE, Source
from apps.assets.rendering.sources import texts
from apps.assets.tags.language import parse
from apps.segments import imagined

# What nobody has before it happens.
LATER = ("event", "journey")
ROOTS = ("state", *LATER)
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
# By root and name, as rules and texts read them.
Types = Mapping[tuple[str, str], str]


def values(
    source: Source, roots: Collection[str] = ROOTS, *, known: Types | None = None
) -> dict[str, dict[str, Any]]:
    """Return by root and name a value for everything that the texts of the source name, in the
    order in which they name it. One query for the types, unless they are `known`, and none where
    nothing is named."""
    named = _named(source, roots)
    if known is None:
        known = types(source.site) if named.get("state") or named.get("event") else {}
    everybody = {("state", name): value for name, value in core(source.site).items()}
    return {
        root: {
            name: everybody.get((root, name)) or _example(name, known.get((root, name)))
            for name in names
        }
        for root, names in named.items()
    }


def contact(site: Site, state: Mapping[str, Any]) -> Contact:
    """Return a contact that is nowhere stored (apps.segments.imagined); what the house knows of
    everybody is taken from `state` as well, or made up."""
    given = {name: _cut(name, state[name]) for name in CORE_STATE if name in state}
    # As it is called on every page, too: “Not supported”.
    status = given.pop("push_status", "").lower().replace(" ", "_")
    if status in PushStatus.values:
        given["push_status"] = status
    own = {name: value for name, value in state.items() if name not in CORE_STATE}
    everybody = {**core(site), **given}
    # A visitor, whom the site does not know by an id.
    everybody["external_id"] = everybody["external_id"] or None
    now = timezone.now()
    return Contact(pk=imagined.KEY, site=site, state=own, created_at=now, **everybody)


def is_made_up(contact: Contact) -> bool:
    return contact.pk == imagined.KEY


def written(value: Any) -> str:
    """Return the value as somebody would type it (apps.assets.previews.viewers.typed)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def core(site: Site) -> dict[str, str]:
    """Return what the house knows of everybody, of somebody made up."""
    return {
        "external_id": "customer-1",
        "language": site.default_language,
        "time_zone": site.time_zone,
        "push_status": PushStatus.ASK.value,
    }


def types(site: Site) -> Types:
    """Return the types of what states and events of the site hold, in one query."""
    rows = Property.objects.filter(site=site).values_list("event_name", "name", "type")
    own = {("event" if event else "state", name): type for event, name, type in rows}
    return own | {("state", name): Property.Type.TEXT for name in CORE_STATE}


def _cut(name: str, value: Any) -> str:
    return str(value)[: Contact._meta.get_field(name).max_length]


def _example(name: str, type: str | None) -> Any:
    if type in BY_TYPE:
        return BY_TYPE[type]
    words = name.replace("_", " ").strip().capitalize()
    return [words] if type == Property.Type.LIST else EXAMPLES.get(name, words)


def _named(source: Source, roots: Collection[str]) -> dict[str, dict[str, None]]:
    """Return the names by root, each once; a dict for its order."""
    found: dict[str, dict[str, None]] = {root: {} for root in roots}
    for key in (None, *(version.key for version in source.versions)):
        for text in texts(source.kind, source.content_of(key)):
            for root, name in _names_in(text, roots):
                found[root][name] = None
    return found


def _names_in(text: str, roots: Collection[str]) -> Iterator[tuple[str, str]]:
    if "{" not in text:
        return
    try:
        variables = parse(text).analyze(include_partials=False).globals
    except LiquidError:
        return
    for root in roots:
        for variable in variables.get(root, ()):
            name = variable.segments[1] if len(variable.segments) > 1 else None
            if isinstance(name, str):
                yield root, name
