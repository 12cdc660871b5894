"""Who: sites, the people of the back office, contacts and their events."""

from apps.accounts.models.contacts import Contact, PushStatus
from apps.accounts.models.events import Event, EventName
from apps.accounts.models.sites import Origin, Site
from apps.accounts.models.users import Role, User

__all__ = ["Contact", "Event", "EventName", "Origin", "PushStatus", "Role", "Site", "User"]
