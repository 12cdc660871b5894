"""What the engine does at each kind of step, for a batch of contacts at a time.

A kind is called inside the engine's transaction: what it asks of others (a popup, a push) is
rows, written with the move or not at all.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.utils import timezone

from apps.assets import models as assets
from apps.delivery import popups, pushes
from apps.delivery.models import Popup
from apps.delivery.wanted import Wanted
from apps.journeys.models import CompiledStep, Enrolment
from apps.journeys.models.enrolments import campaign


@dataclass(kw_only=True)
class Moves:
    """Who leaves the step by which outcome, and who waits at it until when."""

    leaving: dict[str, list[Enrolment]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[datetime, list[Enrolment]] = field(default_factory=lambda: defaultdict(list))


class Kind(Protocol):
    """`passes_time` says that nobody leaves at the moment of coming."""

    passes_time: bool

    def arrive(self, step: CompiledStep, rows: list[Enrolment]) -> Moves: ...

    def time_out(self, step: CompiledStep, rows: list[Enrolment]) -> Moves: ...


def _wanted(row: Enrolment) -> Wanted:
    return Wanted(
        contact_id=row.contact_id,
        key=row.message_key,
        campaign=campaign(row.journey_id),
        context=row.context,
    )


def enrolment_and_visit(key: str) -> tuple[int, int] | None:
    """Read a `message_key`; None for a message that no journey asked for."""
    kind, *rest = key.split(":")
    if kind != "journey" or len(rest) != 3 or not all(part.isdigit() for part in rest):
        return None
    return int(rest[1]), int(rest[2])


class PopupKind:
    passes_time = True
    # An asset taken out of use after publishing: nobody can see the popup.
    NOT_SHOWN = "unseen"

    def arrive(self, step: CompiledStep, rows: list[Enrolment]) -> Moves:
        asset = assets.Popup.objects.get(pk=step.config["asset"])
        wanted = [_wanted(row) for row in rows]
        until = popups.queue(asset, wanted)
        if until is None:
            return Moves(leaving={self.NOT_SHOWN: rows})
        return Moves(waiting={until: rows})

    def time_out(self, step: CompiledStep, rows: list[Enrolment]) -> Moves:
        """The popup's time is over, or its answer was given and not heard: read how it ended."""
        mine = Popup.objects.filter(key__in=[row.message_key for row in rows])
        popups.expire(mine)
        ended = dict(mine.values_list("key", "status"))
        moves = Moves()
        for row in rows:
            moves.leaving[ended.get(row.message_key, self.NOT_SHOWN)].append(row)
        return moves


class PushKind:
    passes_time = False

    def arrive(self, step: CompiledStep, rows: list[Enrolment]) -> Moves:
        asset = assets.Push.objects.get(pk=step.config["asset"])
        if not asset.is_active:
            return Moves(leaving={"not_active": rows})
        wanted = [_wanted(row) for row in rows]
        reached = pushes.queue(asset, wanted)
        moves = Moves()
        for row in rows:
            moves.leaving["sent" if row.contact_id in reached else "unreachable"].append(row)
        return moves

    def time_out(self, step: CompiledStep, rows: list[Enrolment]) -> Moves:
        return Moves(leaving={"sent": rows})


class WaitKind:
    passes_time = True

    def arrive(self, step: CompiledStep, rows: list[Enrolment]) -> Moves:
        until = timezone.now() + timezone.timedelta(seconds=step.config["seconds"])
        return Moves(waiting={until: rows})

    def time_out(self, step: CompiledStep, rows: list[Enrolment]) -> Moves:
        return Moves(leaving={"done": rows})


KINDS: dict[str, Kind] = {"popup": PopupKind(), "push": PushKind(), "wait": WaitKind()}


def split(rows: Iterable[Enrolment]) -> tuple[list[Enrolment], list[Enrolment]]:
    """Return those who have just come to the step, and those whose waiting is over."""
    coming: list[Enrolment] = []
    waited: list[Enrolment] = []
    for row in rows:
        (coming if row.state == Enrolment.State.READY else waited).append(row)
    return coming, waited
