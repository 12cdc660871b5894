"""Whom and what a test send is filled with: a contact of the site, and an event of theirs."""

from apps.accounts.models import Contact, Event, Site

EVENTS = 10


def newest(site: Site) -> Contact | None:
    """Return the newest contact of the site; None where it has none yet."""
    return Contact.objects.filter(site=site).select_related("site").order_by("-pk").first()


def recent_events(contact: Contact) -> list[Event]:
    """Return the contact's last EVENTS, the newest first."""
    return list(contact.events.select_related("name").order_by("-at", "-pk")[:EVENTS])
