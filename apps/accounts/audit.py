"""The audit log: who did what to whom, kept for ever."""

from typing import Any

from django.db import models

from apps.accounts.models import ApiKey, AuditEntry, Site, User

# A person of the back office, a site's own system, or what else it was: a command.
By = User | ApiKey | str
COMMAND_LINE = "The command line"


class Action(models.TextChoices):
    """What is audited."""

    CONTACT_ERASED = "contact_erased", "Contact erased"
    CONTACT_EXPORTED = "contact_exported", "Contact exported"
    EXPORTED = "exported", "Taken out as a file"
    API_KEY_CREATED = "api_key_created", "API key created"
    API_KEY_REVOKED = "api_key_revoked", "API key revoked"
    VAPID_KEY_BROUGHT = "vapid_key_brought", "VAPID key brought in"
    TEST_SENT = "test_sent", "Test send to a contact’s devices"
    TAKEN_OUT = "taken_out", "Taken out of a journey"
    VAPID_KEY_REMOVED = "vapid_key_removed", "VAPID key removed unused"


def note(
    action: Action,
    *,
    site: Site | None,
    by: By,
    subject: str = "",
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write down what was done, in the transaction that does it.

    `subject` and `details` name nobody: what was erased must not live on here.
    """
    return AuditEntry.objects.create(
        site=site,
        user=by if isinstance(by, User) else None,
        who=_name(by)[:150],
        action=action,
        subject=subject[:200],
        details=details or {},
    )


def _name(by: By) -> str:
    if isinstance(by, User):
        return by.get_username()
    if isinstance(by, ApiKey):
        return f"API key “{by.name}” ({by.prefix})"
    return by
