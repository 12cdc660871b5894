"""Popups and pushes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.id_lists import listed
from apps.assets import models as assets
from apps.delivery import popups, pushes
from apps.delivery.hours import Hours
from apps.delivery.judging import Why
from apps.delivery.models import Limits, Popup
from apps.delivery.wanted import Selection
from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.models import Enrolment, PushStep
from apps.journeys.models.held import Held
from apps.journeys.models.message_keys import campaign
from apps.journeys.primitives import chance, local_time, winners


def _selection(batch: Batch, rows: Iterable[Held]) -> Selection:
    """Return what the enrolments ask of delivery: read, and written, by the database."""
    ids, name = [row.pk for row in rows], campaign(batch.rows[0].journey_id)
    return Selection(
        rows=Enrolment.objects.filter(pk__in=listed(ids)),
        contact="contact",
        # As `Enrolment.message_key`.
        key=Concat(
            Value(f"{name}:"),
            Cast("pk", CharField()),
            Value(":"),
            Cast("visit", CharField()),
        ),
        campaign=Value(name),
        step=Value(batch.step.key),
        context=F("context"),
    )


class PopupKind(Kind):
    passes_time = True
    # An asset taken out of use after publishing, or a popup taken back: nobody can see it.
    NOT_SHOWN = "unseen"
    # Who cannot be shown anything waits as well: a flow may lead back here.
    NOT_ACTIVE_WAITS = timedelta(minutes=1)

    def arrive(self, batch: Batch) -> Moves:
        asset = assets.Popup.objects.get(pk=batch.config["asset"])
        until = popups.queue(asset, _selection(batch, batch.rows))
        return Moves().wait(until or batch.now + self.NOT_ACTIVE_WAITS, batch.rows)

    def time_out(self, batch: Batch) -> Moves:
        """The popup's time is over, or its answer was given and not heard: read how it ended."""
        asked = _selection(batch, batch.rows)
        keys = asked.rows.order_by().annotate(message=asked.key).values("message")
        mine = Popup.objects.filter(key__in=keys)
        popups.expire(mine)
        ended = dict(mine.values_list("key", "status"))
        moves = Moves()
        for row in batch.rows:
            outcome = ended.get(row.message_key)
            if outcome is None:
                moves.leave(self.NOT_SHOWN, [row], why="not_active")
            # Withdrawn elsewhere: nobody can answer it any more.
            elif outcome == Popup.Status.WITHDRAWN:
                moves.leave(self.NOT_SHOWN, [row], why="withdrawn")
            else:
                moves.leave(outcome, [row])
        return moves


# A fixed hour that struck longer ago is over: whoever was held up waits for the next one.
LATE = timedelta(hours=1)
OUTCOMES = {
    Why.NOT_ACTIVE: "held_back",
    Why.CAPPED: "held_back",
    Why.OPTED_OUT: "unreachable",
    Why.NO_DEVICE: "unreachable",
}


class PushKind(Kind):
    """Asks delivery for a push, at the hour that the step allows; `config` is that of
    `PushStep.config`."""

    def arrive(self, batch: Batch) -> Moves:
        moves = Moves()
        if batch.config["hours"] == PushStep.Hours.FIXED:
            self._wait_for_hour(batch, batch.rows, moves)
            return moves
        return self._send(batch, self._allowed(batch, moves), moves)

    def time_out(self, batch: Batch) -> Moves:
        moves = Moves()
        if batch.config["hours"] == PushStep.Hours.FIXED:
            return self._send(batch, self._in_time(batch, moves), moves)
        return self._send(batch, self._allowed(batch, moves), moves)

    def _wait_for_hour(self, batch: Batch, rows: list[Held], moves: Moves) -> None:
        at = time.fromisoformat(batch.config["at"])
        for zone, living_there in _by_zone(rows).items():
            moves.wait(local_time.next_time(batch.now, at, zone), living_there)

    def _in_time(self, batch: Batch, moves: Moves) -> list[Held]:
        """Return those whose hour has just struck; the others wait for it: the journey stood
        still meanwhile, or they live in another zone now."""
        at, in_time = time.fromisoformat(batch.config["at"]), []
        for zone, living_there in _by_zone(batch.rows).items():
            if local_time.next_time(batch.now - LATE, at, zone) <= batch.now:
                in_time += living_there
            else:
                moves.wait(local_time.next_time(batch.now, at, zone), living_there)
        return in_time

    def _allowed(self, batch: Batch, moves: Moves) -> list[Held]:
        """Return those whose clock shows an allowed hour; the others wait for one, or are held
        back."""
        kind = batch.config["hours"]
        if kind == PushStep.Hours.ALWAYS:
            return batch.rows
        limits = Limits.objects.filter(site__journeys__versions=batch.step.version_id).first()
        hours, allowed = Hours.of(limits), []
        for zone, living_there in _by_zone(batch.rows).items():
            until: datetime | None = None
            if hours.allows(batch.now, zone):
                allowed += living_there
                continue
            if kind == PushStep.Hours.NEXT:
                until = hours.next_allowed(batch.now, zone)
            if until:
                moves.wait(until, living_there)
            else:
                moves.leave("held_back", living_there, why="outside_hours")
        return allowed

    def _send(self, batch: Batch, rows: list[Held], moves: Moves) -> Moves:
        if not rows:
            return moves
        terms = pushes.Terms(
            category=batch.step.version.category,
            devices=batch.config["devices"],
            ignores_consent=not batch.config["consent"],
            ignores_caps=not batch.config["caps"],
        )
        for asset, meant in self._shared(batch, rows):
            answer = pushes.queue(asset, _selection(batch, meant), terms)
            by_id = {row.pk: row for row in meant}
            moves.leave("sent", [by_id[pk] for pk in answer.reached])
            for why, ids in answer.others.items():
                moves.leave(OUTCOMES[why], [by_id[pk] for pk in ids], why=why.value)
        return moves

    def _shared(self, batch: Batch, rows: list[Held]) -> list[tuple[assets.Push, list[Held]]]:
        """Share the contacts among the step's pushes: by their weights, or all to the winner."""
        shares = dict(batch.config["pushes"])
        found = assets.Push.objects.in_bulk(list(shares))
        alternatives = [found[pk] for pk in shares]
        if len(alternatives) == 1:
            return [(alternatives[0], rows)]
        active = {each.pk for each in alternatives if each.is_active}
        if not active:
            return [(alternatives[0], rows)]
        if batch.config["winner_after"]:
            winner = winners.of(rows[0].journey_id, batch.step.key, shares)
            if winner in active:
                return [(found[winner], rows)]
        groups: dict[int, list[Held]] = defaultdict(list)
        for row in rows:
            number = chance.of(row.contact_id, batch.step.key)
            chosen = _chosen(shares, number)
            if chosen not in active:
                # Those of the others keep theirs.
                chosen = _chosen({pk: shares[pk] for pk in shares if pk in active}, number)
            groups[chosen].append(row)
        return [(each, groups[each.pk]) for each in alternatives if each.pk in groups]


def _chosen(shares: dict[int, int], number: int) -> int:
    """Return the push whose share of all chances holds `number`."""
    edges = accumulate(shares.values())
    total = sum(shares.values())
    return next(
        pk for pk, edge in zip(shares, edges, strict=True) if number * total < edge * chance.PARTS
    )


def _by_zone(rows: list[Held]) -> dict[ZoneInfo, list[Held]]:
    zones = local_time.zones_of({row.contact_id for row in rows})
    groups: dict[ZoneInfo, list[Held]] = defaultdict(list)
    for row in rows:
        groups[zones[row.contact_id]].append(row)
    return groups
