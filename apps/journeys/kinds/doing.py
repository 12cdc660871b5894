"""Steps that write something down: about the contact, as an event, for later steps."""

import json
from collections.abc import Callable
from typing import Any

from apps.accounts import contacts, events
from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.assets.rendering.batches import context_of
from apps.assets.tags import NotFilled, Values
from apps.journeys.kinds import changing
from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.kinds.filling import filled, named
from apps.journeys.models.held import Held

DONE = "done"
# What the tags of one enrolment may hold, in bytes as JSON: the row is read at every step.
MAX_TAG_BYTES, MAX_TAGS_BYTES = 4_000, 16_000


class TooLarge(ValueError):
    """More than may be kept."""


# What goes wrong with one contact, by what its visit says then.
WHY: dict[type[ValueError], str] = {
    NotFilled: "not_filled",
    TooLarge: "too_large",
    contacts.StateTooLarge: "too_large",
    changing.NotANumber: "not_a_number",
    changing.NotAList: "not_a_list",
    events.UnknownEventName: "too_many_names",
}


def _contacts(batch: Batch) -> dict[int, Contact]:
    ids = {row.contact_id for row in batch.rows}
    return {row.pk: row for row in Contact.objects.filter(pk__in=listed(ids))}


def _one_by_one(batch: Batch, act: Callable[[Held], None]) -> Moves:
    """Do it for each row; what goes wrong with one stops that one only, and its visit says why."""
    moves = Moves()
    for row in batch.rows:
        try:
            act(row)
        except tuple(WHY) as error:
            moves.leave(DONE, [row], why=WHY[type(error)])
        else:
            moves.leave(DONE, [row])
    return moves


class UpdateKind(Kind):
    """All changes of the step, or none where one of them cannot be made."""

    needs_context = True
    holds_contacts = True

    def arrive(self, batch: Batch) -> Moves:
        people = contacts.held({row.contact_id for row in batch.rows})
        changed: dict[int, Contact] = {}
        learnt: list[dict[str, Any]] = []

        def update(row: Held) -> None:
            contact = people[row.contact_id]
            values = context_of(contact, row.context)
            changes = changing.changes(batch.config["changes"], contact.state, values)
            state = contacts.merged_state(contact.state, changes)
            if state != contact.state:
                contact.state = state
                changed[contact.pk] = contact
                learnt.append(changes)

        moves = _one_by_one(batch, update)
        if changed:
            site_id = next(iter(changed.values())).site_id
            contacts.store_states(site_id, list(changed.values()), learnt)
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)


class TrackKind(Kind):
    needs_context = True

    def arrive(self, batch: Batch) -> Moves:
        people = _contacts(batch)
        new: list[events.NewEvent] = []

        def track(row: Held) -> None:
            contact = people[row.contact_id]
            values = context_of(contact, row.context)
            properties = {
                name: filled(value, values) for name, value in batch.config["properties"].items()
            }
            if len(json.dumps(properties)) > events.MAX_PROPERTIES_BYTES:
                raise TooLarge
            new.append(
                events.NewEvent(
                    contact=contact,
                    name=batch.config["event"],
                    properties=properties,
                    at=batch.now,
                    key=row.message_key,
                )
            )

        moves = _one_by_one(batch, track)
        try:
            events.track_many(new)
        except events.UnknownEventName:
            return Moves().leave(DONE, batch.rows, why="too_many_names")
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)


class TagKind(Kind):
    """Keeps the value as it is, a number as a number; null where there is none."""

    needs_context = True

    def arrive(self, batch: Batch) -> Moves:
        tag, source = batch.config["tag"], batch.config["source"]
        people = _contacts(batch) if source.startswith("state.") else {}
        changed: list[Held] = []

        def keep(row: Held) -> None:
            contact = people.get(row.contact_id)
            values = context_of(contact, row.context) if contact else Values(row.context)
            value = named(source, values)
            if len(json.dumps(value)) > MAX_TAG_BYTES:
                raise TooLarge
            kept = {**(row.context.get("journey") or {}), tag: value}
            if len(json.dumps(kept)) > MAX_TAGS_BYTES:
                raise TooLarge
            row.context = {**row.context, "journey": kept}
            changed.append(row)

        moves = _one_by_one(batch, keep)
        moves.changed += changed
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)
