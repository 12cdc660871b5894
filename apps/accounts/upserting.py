"""Making and changing many contacts of a site at once, by their external ids."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.accounts.contacts import MAX_STATE_BYTES, MAX_STATE_NAMES
from apps.accounts.models import Contact, Site


@dataclass(frozen=True, kw_only=True)
class ContactItem:
    """What is known of one contact now; None leaves alone what was known before.

    In `state` a value of None removes its name.
    """

    external_id: str
    state: dict[str, Any] | None = None
    language: str | None = None
    time_zone: str | None = None
    push_disabled_by_platform: bool | None = None


@dataclass(kw_only=True)
class UpsertResult:
    """How many were made, changed, and as they should be already; and those refused: the index
    of the item, the field, and why."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


@transaction.atomic
def upsert_many(site: Site, items: list[ContactItem]) -> UpsertResult:
    """Make the site's contacts what the items say, in a constant number of queries.

    External ids must not be repeated.
    """
    result = UpsertResult()
    found = {row.external_id: row for row in _locked(site, [item.external_id for item in items])}
    changed = []
    for index, item in enumerate(items):
        contact = found.get(item.external_id)
        before = contact.state if contact else {}
        state = {k: v for k, v in {**before, **(item.state or {})}.items() if v is not None}
        if len(state) > MAX_STATE_NAMES or len(json.dumps(state)) > MAX_STATE_BYTES:
            text = f"At most {MAX_STATE_NAMES} properties and {MAX_STATE_BYTES} bytes of them."
            result.refused.append((index, "state", text))
            continue
        if contact is None:
            contact = Contact(site=site, external_id=item.external_id)
            result.created += 1
        elif not _differs(contact, item, state):
            result.unchanged += 1
            continue
        else:
            result.updated += 1
        _apply(contact, item, state)
        changed.append(contact)
    Contact.objects.bulk_create(
        changed,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["site", "external_id"],
        update_fields=["state", *FIELDS],
    )
    return result


FIELDS = ("language", "time_zone", "push_disabled_by_platform")


def _locked(site: Site, external_ids: list[str]) -> list[Contact]:
    rows = Contact.objects.filter(site=site, external_id__in=external_ids)
    return list(rows.order_by("pk").select_for_update(no_key=True))


def _differs(contact: Contact, item: ContactItem, state: dict[str, Any]) -> bool:
    said = {name: getattr(item, name) for name in FIELDS}
    return state != contact.state or any(
        value is not None and value != getattr(contact, name) for name, value in said.items()
    )


def _apply(contact: Contact, item: ContactItem, state: dict[str, Any]) -> None:
    contact.state = state
    for name in FIELDS:
        if getattr(item, name) is not None:
            setattr(contact, name, getattr(item, name))
