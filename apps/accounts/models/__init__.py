"""Who: sites, the people of the back office, contacts and their events, what comes in and goes."""

from apps.accounts.models.api_keys import ApiKey
from apps.accounts.models.audit import AuditEntry, ErasedId
from apps.accounts.models.contacts import Contact, PushStatus
from apps.accounts.models.events import Event, EventName
from apps.accounts.models.imports import Import, ImportIssue
from apps.accounts.models.properties import Property
from apps.accounts.models.sites import IdentitySecret, Origin, Site
from apps.accounts.models.users import Grant, Role, User
from apps.accounts.models.wakeups import WakeUp

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Contact",
    "ErasedId",
    "Event",
    "EventName",
    "Grant",
    "IdentitySecret",
    "Import",
    "ImportIssue",
    "Origin",
    "Property",
    "PushStatus",
    "Role",
    "Site",
    "User",
    "WakeUp",
]
