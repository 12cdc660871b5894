"""Steps that let contacts into another journey."""

from collections import Counter, defaultdict
from datetime import datetime

from apps.accounts.id_lists import listed
from apps.journeys.entry import by_call
from apps.journeys.entry.admitting import Entry, admit_each
from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.models import Enrolment, Journey, Version
from apps.journeys.models.held import Held
from apps.journeys.primitives import chains, waking


class StartKind(Kind):
    """Lets them into the version of the other journey that is live at this moment, each with what
    its own tags may name."""

    needs_context = True

    def arrive(self, batch: Batch) -> Moves:
        live = Journey.objects.filter(pk=batch.config["journey"]).values("live_version")
        version = Version.objects.filter(pk__in=live).select_related("journey__site").first()
        if version is None:
            return Moves().leave("refused", batch.rows, why="not_published")
        moves = Moves()
        for chain, rows in _together(batch.rows):
            started = _start(version, rows, chain=chain, at=batch.now)
            if started:
                # Whoever moves these may move no others.
                waking.wake()
            for row in rows:
                moves.leave("started" if row.contact_id in started else "refused", [row])
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)


def _together(rows: list[Held]) -> list[tuple[int, list[Held]]]:
    """Return the rows as they can enter together: each contact once, and after as many journeys
    that started one another up to here."""
    parts: dict[tuple[int, int], list[Held]] = defaultdict(list)
    seen: Counter[int] = Counter()
    for row in rows:
        parts[chains.of(row.context) + 1, seen[row.contact_id]].append(row)
        seen[row.contact_id] += 1
    return [(chain, part) for (chain, _), part in parts.items()]


def _start(version: Version, rows: list[Held], *, chain: int, at: datetime) -> set[int]:
    """Let the contacts of the rows in who may; returns who has entered, by contact."""
    once = version.reentry == Version.Reentry.ONCE
    contexts = {
        row.contact_id: (
            "" if once else by_call.entry_key(f"start:{row.pk}:{row.visit}"),
            {**row.context, "chain": chain},
        )
        for row in rows
    }
    entry = Entry(version=version, at=at, due_at=chains.due(chain, at))
    new = admit_each(entry, contexts)
    entered = Enrolment.objects.filter(pk__in=listed(new))
    return set(entered.values_list("contact", flat=True))
