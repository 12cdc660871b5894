"""Steps that choose a path."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from apps.accounts.models import Site
from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.models import LimitStep, Quota
from apps.journeys.models.held import Held
from apps.journeys.primitives import chance
from apps.segments import catalogue, membership, rules

Period = LimitStep.Period


def _site(batch: Batch) -> Site:
    return Site.objects.get(journeys__versions=batch.step.version_id)


class CheckKind(Kind):
    """The first rule that is met leads on. Who is left is asked the next one, so each costs one
    query, over those alone."""

    NONE = "none"

    def arrive(self, batch: Batch) -> Moves:
        branches = batch.config["branches"]
        context = catalogue.of_rule({"any": [rule for _, rule in branches]}, _site(batch))
        context = replace(context, now=batch.now)
        moves, left, why = Moves(), batch.rows, ""
        for outcome, rule in branches:
            try:
                met = _meeting(rule, context, left)
            except rules.Broken:
                # Published when it could be asked; what it names has gone since.
                why = "broken"
                continue
            if met:
                moves.leave(outcome, [row for row in left if row.contact_id in met])
                left = [row for row in left if row.contact_id not in met]
        if left:
            moves.leave(self.NONE, left, why=why)
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)


def _meeting(rule: rules.Rule, context: rules.Context, rows: list[Held]) -> set[int]:
    """Return the ids of those contacts who meet the rule. Raises Broken."""
    among = list({row.contact_id for row in rows})
    return set(
        membership.matching(rule, context, among=among).order_by().values_list("pk", flat=True)
    )


class SplitKind(Kind):
    """By a number that belongs to contact and step: the same whenever it is asked."""

    def arrive(self, batch: Batch) -> Moves:
        paths = batch.config["paths"]
        ends = list(accumulate(weight for _, weight in paths))
        moves = Moves()
        for row in batch.rows:
            place = chance.of(row.contact_id, batch.step.key) * ends[-1]
            path = next(n for n, end in enumerate(ends) if place < end * chance.PARTS)
            moves.leave(paths[path][0], [row])
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)


class LimitKind(Kind):
    """Counts in one row for all workers, held until the move is written: the number is exact,
    and what it let through has moved."""

    def arrive(self, batch: Batch) -> Moves:
        quota = _held_quota(batch)
        room = max(batch.config["most"] - quota.used, 0)
        within, beyond = batch.rows[:room], batch.rows[room:]
        if within:
            quota.used += len(within)
            quota.save(update_fields=["used"])
        moves = Moves()
        for outcome, rows in (("within", within), ("beyond", beyond)):
            if rows:
                moves.leave(outcome, rows)
        return moves

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)


def _held_quota(batch: Batch) -> Quota:
    journey_id = batch.rows[0].journey_id
    period = period_of(batch.now, batch.config["period"], ZoneInfo(_site(batch).time_zone))
    mine = {"journey_id": journey_id, "step_key": batch.step.key, "period": period}
    held = Quota.objects.select_for_update(no_key=True)
    found = held.filter(**mine).first()
    if found is None:
        # Who makes it at the same moment is waited for, and then has made it for both.
        Quota.objects.bulk_create([Quota(**mine)], ignore_conflicts=True)
        found = held.get(**mine)
    return found


def period_of(moment: datetime, period: str, zone: ZoneInfo) -> str:
    """Return the first day, where the zone is, of the period that the moment is in: 2026-03-01;
    “ever” where there is one period only."""
    today = moment.astimezone(zone).date()
    first: dict[str, date] = {
        Period.DAY: today,
        Period.WEEK: today - timedelta(days=today.weekday()),
        Period.MONTH: today.replace(day=1),
    }
    return first[period].isoformat() if period in first else Period.EVER.value


class LeaveKind(Kind):
    def arrive(self, batch: Batch) -> Moves:
        return Moves(exiting=batch.rows)

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)
