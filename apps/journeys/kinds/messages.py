"""Popups and pushes."""

from apps.assets import models as assets
from apps.delivery import popups, pushes
from apps.delivery.models import Popup
from apps.delivery.wanted import Wanted
from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.models import Enrolment
from apps.journeys.models.enrolments import campaign


def _wanted(batch: Batch, row: Enrolment) -> Wanted:
    return Wanted(
        contact_id=row.contact_id,
        key=row.message_key,
        campaign=campaign(row.journey_id),
        step=batch.step.key,
        context=row.context,
    )


def enrolment_and_visit(key: str) -> tuple[int, int] | None:
    """Read a `message_key`; None for a message that no journey asked for."""
    kind, *rest = key.split(":")
    if kind != "journey" or len(rest) != 3 or not all(part.isdigit() for part in rest):
        return None
    return int(rest[1]), int(rest[2])


class PopupKind(Kind):
    passes_time = True
    needs_context = True
    # An asset taken out of use after publishing: nobody can see the popup.
    NOT_SHOWN = "unseen"

    def arrive(self, batch: Batch) -> Moves:
        asset = assets.Popup.objects.get(pk=batch.config["asset"])
        until = popups.queue(asset, [_wanted(batch, row) for row in batch.rows])
        if until is None:
            return Moves().leave(self.NOT_SHOWN, batch.rows, why="not_active")
        return Moves().wait(until, batch.rows)

    def time_out(self, batch: Batch) -> Moves:
        """The popup's time is over, or its answer was given and not heard: read how it ended."""
        mine = Popup.objects.filter(key__in=[row.message_key for row in batch.rows])
        popups.expire(mine)
        # Withdrawn elsewhere: nobody can answer it any more.
        ended = dict(mine.exclude(status=Popup.Status.WITHDRAWN).values_list("key", "status"))
        moves = Moves()
        for row in batch.rows:
            moves.leave(ended.get(row.message_key, self.NOT_SHOWN), [row])
        return moves


class PushKind(Kind):
    needs_context = True

    def arrive(self, batch: Batch) -> Moves:
        asset = assets.Push.objects.get(pk=batch.config["pushes"][0][0])
        if not asset.is_active:
            return Moves().leave("held_back", batch.rows, why="not_active")
        reached = pushes.queue(asset, [_wanted(batch, row) for row in batch.rows])
        moves = Moves()
        for row in batch.rows:
            moves.leave("sent" if row.contact_id in reached else "unreachable", [row])
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)
