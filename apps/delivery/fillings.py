"""Whom and what a test send is filled with: a contact of the site, a made-up one where there is
none, and an event of theirs."""

from typing import Any

from apps.accounts.models import Contact, Event, Property, Site
from apps.segments import catalogue

EVENTS = 10
# What a property of each type might hold.
EXAMPLES: dict[str, Any] = {
    Property.Type.TEXT: "Example",
    Property.Type.NUMBER: 42,
    Property.Type.YES_NO: True,
    Property.Type.DATE: "2030-01-31",
    Property.Type.LIST: ["Example"],
}


def newest(site: Site) -> Contact:
    """Return the newest contact of the site, or a made-up one where it has none yet."""
    found = Contact.objects.filter(site=site).select_related("site").order_by("-pk").first()
    return found or made_up(site)


def made_up(site: Site) -> Contact:
    """Return a contact that is not stored and meets no rule, with a value for every property that
    the site is known to use."""
    properties = catalogue.of_site(site).properties
    return Contact(
        pk=0,
        site=site,
        external_id="example",
        language=site.default_language,
        time_zone=site.time_zone,
        state={name: EXAMPLES.get(type, "Example") for name, type in properties.items()},
    )


def is_made_up(contact: Contact) -> bool:
    return contact.pk == 0


def recent_events(contact: Contact) -> list[Event]:
    """Return the contact's last EVENTS, the newest first."""
    return list(contact.events.select_related("name").order_by("-at", "-pk")[:EVENTS])
