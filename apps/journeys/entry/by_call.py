"""Entering because somebody says so: the API, or another journey."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.journeys.entry.admitting import Entry, admit
from apps.journeys.models import Enrolment, Version
from apps.journeys.primitives import chains

PREFIX = "call:"
MAX_KEY = Enrolment._meta.get_field("entry_key").max_length - len(PREFIX)


def call(
    version: Version,
    contact_ids: Sequence[int],
    *,
    key: str,
    context: dict[str, Any],
    at: datetime,
) -> dict[int, bool]:
    """Let those of the contacts (of the version's site) in who may; returns who of them has
    entered by this call.

    The same `key` makes a contact enter once, however often it is called. `context` is what tags
    may name; `chain` in it says how many journeys started each other up to this one, and from
    the third on the first step waits a minute.
    """
    # Whoever calls may have loaded it a while ago, and it may have been paused since.
    version.journey.refresh_from_db(fields=["status", "is_held"])
    entry = Entry(
        version=version,
        at=at,
        key="" if version.reentry == Version.Reentry.ONCE else entry_key(key),
        context=context,
        due_at=chains.due(chains.of(context), at),
    )
    candidates = Contact.objects.filter(site=version.journey.site_id, pk__in=listed(contact_ids))
    admit(entry, candidates, among=contact_ids)
    mine = Q(entry_key=entry.key) if entry.key else Q(entered_at=at)
    entered = Enrolment.objects.filter(
        mine, journey=version.journey_id, contact__in=listed(contact_ids), is_control=False
    )
    known = set(entered.values_list("contact", flat=True))
    return {pk: pk in known for pk in contact_ids}


def entry_key(key: str) -> str:
    """Return how the caller's key is written down; a long one by its hash."""
    if len(key) > MAX_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"{PREFIX}{key}"
