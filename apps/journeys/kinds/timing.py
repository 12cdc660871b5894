"""Steps that let time pass."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.accounts import moments
from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.models import WaitStep
from apps.journeys.models.held import Held
from apps.journeys.primitives import chains, local_time, triggers
from apps.segments.rules.expressions import Text

Until = WaitStep.Until

# Beyond these a moment of some zone would be in no year that Python can name.
FIRST, LAST = date(1000, 1, 1), date(9998, 12, 31)
DAY_LETTERS = len("2026-03-29")


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Until when a wait step lets contacts of a zone wait."""

    until: str
    now: datetime
    day: date | None
    at: time | None
    weekdays: list[int]

    @classmethod
    def of(cls, config: dict[str, Any], now: datetime) -> "Clock":
        return cls(
            until=config["until"],
            now=now,
            day=date.fromisoformat(config["date"]) if config["date"] else None,
            at=time.fromisoformat(config["at"]) if config["at"] else None,
            weekdays=config["weekdays"],
        )

    def moment(self, zone: ZoneInfo, text: str | None = None) -> datetime | None:
        """Return the moment in UTC; None where `text`, the contact's property, names none."""
        match self.until:
            case Until.HOUR:
                return local_time.next_time(self.now, self.at or time.min, zone, self.weekdays)
            case Until.PROPERTY:
                return self._named(text, zone)
        return self._at(self.day or FIRST, zone)

    def _named(self, text: str | None, zone: ZoneInfo) -> datetime | None:
        found = moments.parse(text, zone)
        if found is None or len(text or "") > DAY_LETTERS:
            return found
        return self._at(date.fromisoformat(text or ""), zone)

    def _at(self, day: date, zone: ZoneInfo) -> datetime:
        return local_time.at(min(max(day, FIRST), LAST), self.at or time.min, zone)


class WaitKind(Kind):
    """Waits for a while, or until a moment of the contact's own day. What is past goes on."""

    passes_time = True

    def lets_time_pass(self, config: dict[str, Any]) -> bool:
        # A date is past when the contact comes a second time.
        return config["until"] in (Until.DURATION, Until.HOUR)

    def arrive(self, batch: Batch) -> Moves:
        if batch.config["until"] == Until.DURATION:
            until = batch.now + timedelta(seconds=batch.config["seconds"])
            return Moves().wait(until, batch.rows)
        moves = Moves()
        for moment, rows in _by_moment(batch).items():
            if moment is None:
                moves.leave("done", rows, why="no_date")
            elif moment <= batch.now:
                moves.leave("done", rows, why="past")
            else:
                moves.wait(moment, rows)
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return Moves().leave("done", batch.rows)


def _by_moment(batch: Batch) -> dict[datetime | None, list[Held]]:
    """Group the rows by the moment until which each waits, in one query."""
    clock = Clock.of(batch.config, batch.now)
    moments_of: dict[tuple[ZoneInfo, str | None], datetime | None] = {}
    by_contact = {}
    for contact, zone, text in _zones_and_texts(batch):
        if (zone, text) not in moments_of:
            moments_of[zone, text] = clock.moment(zone, text)
        by_contact[contact] = moments_of[zone, text]
    grouped: dict[datetime | None, list[Held]] = defaultdict(list)
    for row in batch.rows:
        grouped[by_contact[row.contact_id]].append(row)
    return grouped


def _zones_and_texts(batch: Batch) -> Iterator[tuple[int, ZoneInfo, str | None]]:
    ids = [row.contact_id for row in batch.rows]
    if batch.config["until"] != Until.PROPERTY:
        for contact, zone in local_time.zones_of(ids).items():
            yield contact, zone, None
        return
    text = Text("state", batch.config["property"])
    rows = Contact.objects.filter(pk__in=listed(ids)).order_by()
    for contact, name, of_site, found in rows.values_list(
        "pk", "time_zone", "site__time_zone", text
    ):
        yield contact, local_time.zone_of(name, of_site), found


class EventKind(Kind):
    """Waits for events: those that are heard lead on by apps.journeys.listening.reacting."""

    passes_time = True
    needs_context = True
    also_reads = ("arrived_at",)

    def arrive(self, batch: Batch) -> Moves:
        happened = triggers.happened_since_coming(batch.step, batch.rows)
        led = chains.behind([event for _, event in happened.values()])
        moves, waiting = Moves(), []
        for row in batch.rows:
            if row.pk not in happened:
                waiting.append(row)
                continue
            outcome, event = happened[row.pk]
            row.context = chains.linked(
                {**row.context, "event": event.properties}, led.get(event.pk, (0, 0))[1]
            )
            moves.changed.append(row)
            moves.leave(outcome, [row])
        until = batch.now + timedelta(seconds=batch.config["seconds"])
        return moves.wait(until, waiting) if waiting else moves

    def time_out(self, batch: Batch) -> Moves:
        return Moves().leave("timeout", batch.rows)
