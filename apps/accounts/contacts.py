"""Making contacts, and making two of them one."""

import contextlib
import json
import zoneinfo
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from apps.accounts import properties
from apps.accounts.id_lists import listed
from apps.accounts.models import Contact, Site

MAX_STATE_BYTES = 32_000
MAX_STATE_NAMES = 200
ZONES = zoneinfo.available_timezones()


class StateTooLarge(ValueError):
    """A contact's state would hold more than it may."""


def lock(*contacts: Contact | int) -> None:
    """Stand in line for these contacts until the transaction ends; others may still point at
    them. Always in the same order, so that two who want the same contacts cannot block."""
    ids = {getattr(contact, "pk", contact) for contact in contacts}
    rows = Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def create_anonymous(site: Site, *, language: str = "", time_zone: str = "") -> Contact:
    return Contact.objects.create(site=site, language=language, time_zone=time_zone)


@transaction.atomic
def update_state(contact: Contact, changes: dict[str, Any]) -> None:
    """Merge `changes` into the state; a value of None removes its name.

    Raises StateTooLarge, and changes nothing, when the whole would be too much.
    """
    if not changes:
        return
    lock(contact)
    contact.refresh_from_db(fields=["state"])
    contact.state = merged_state(contact.state, changes)
    properties.learn(contact.site_id, {None: [changes]})
    contact.save(update_fields=["state"])


def held(ids: Collection[int]) -> dict[int, Contact]:
    """Return the contacts by id, held until the transaction ends, as they are now; in the order
    in which everybody takes them."""
    rows = Contact.objects.filter(pk__in=listed(ids)).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(no_key=True)}


def store_states(site_id: int, rows: Collection[Contact], learnt: Iterable[dict[str, Any]]) -> None:
    """Write the states of contacts of one site, held by this transaction, in one statement for
    many; `learnt` are the changes that led to them."""
    properties.learn(site_id, {None: learnt})
    # Each of them meets itself: one statement, no CASE of a thousand.
    Contact.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["pk"], update_fields=["state"]
    )


def merged_state(state: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `state` with `changes` in it; a value of None removes its name.

    Raises StateTooLarge.
    """
    merged = {name: v for name, v in {**state, **changes}.items() if v is not None}
    if len(merged) > MAX_STATE_NAMES or len(json.dumps(merged)) > MAX_STATE_BYTES:
        raise StateTooLarge(
            f"A contact's state holds at most {MAX_STATE_NAMES} names and {MAX_STATE_BYTES} bytes."
        )
    return merged


@transaction.atomic
def merge(anonymous: Contact, known: Contact) -> None:
    """Give everything that points at the anonymous contact to the known one, and end the former.

    Works on whatever apps to the right point at contacts: a model that cannot simply be
    re-pointed (because a contact may have one of them only) says how in a queryset method
    `move_to_contact(old, new)`. Whoever writes for the anonymous contact at the same time has
    committed and is seen here, or waits and then fails on the missing contact; nothing is lost
    in silence.
    """
    lock(known)
    # First without the row itself, in which all the others stand in line who hold what is moved
    # here; then with it, for what has come meanwhile.
    _give(anonymous, known)
    Contact.objects.select_for_update().filter(pk=anonymous.pk).first()
    _give(anonymous, known)
    known.refresh_from_db(fields=["state", "unsubscribed_at"])
    anonymous.refresh_from_db(fields=["state", "unsubscribed_at"])
    # Who has said no under either name has said no.
    if anonymous.unsubscribed_at and not known.unsubscribed_at:
        known.unsubscribed_at = anonymous.unsubscribed_at
        known.save(update_fields=["unsubscribed_at"])
    # What the site says of a known contact counts more than what a visitor left behind.
    with contextlib.suppress(StateTooLarge):
        update_state(known, {k: v for k, v in anonymous.state.items() if k not in known.state})
    anonymous.delete()


def _give(old: Contact, new: Contact) -> None:
    pointing = [
        (relation.field.name, relation.related_model._default_manager)
        for relation in Contact._meta.related_objects
    ]
    # Those that have a say first: what they hold, others are about to write for.
    for name, manager in sorted(pointing, key=lambda row: not hasattr(row[1], "move_to_contact")):
        rows = manager.filter(**{name: old})
        if hasattr(manager, "move_to_contact"):
            rows.move_to_contact(old, new)
        else:
            rows.update(**{name: new})
