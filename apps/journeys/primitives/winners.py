"""Which of a step's pushes wins: the one clicked most often, once enough of them had their time.

A push counts half an hour after its push service took it, clicked or not: so long most of those
who click need. When `winner_after` of the step count, of all its pushes together, the best rate
wins, once and for all; of equal ones the one that the step names first. Where nobody has clicked
yet, nobody wins yet. Other pushes at the step are another contest.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F
from django.utils import timezone

from apps.delivery.models import Push
from apps.journeys.models import CompiledStep, Journey, Winner
from apps.journeys.models.message_keys import campaign

TIME_TO_CLICK = timedelta(minutes=30)

# By id of a push: how many count, and how many of them were clicked.
Counts = dict[int, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class _Contest:
    journey_id: int
    step_key: str
    winner_after: int
    # In the order of the step.
    pushes: tuple[int, ...]


def of(journey_id: int, step_key: str, pushes: Collection[int]) -> int | None:
    """Return the id of the one that has won among exactly these `pushes`; None where none has."""
    found = Winner.objects.filter(journey=journey_id, step_key=step_key)
    for push_id, counts in found.values_list("push", "counts"):
        if _is_among(counts, pushes):
            return push_id
    return None


def decide() -> int:
    """Decide every contest of a live journey that can be; returns how many were.

    In a constant number of queries, and one for each that is decided.
    """
    open_ones = _undecided(list(_contests()))
    if not open_ones:
        return 0
    counted = _count(open_ones)
    decided = 0
    for contest in open_ones:
        counts = {pk: counted.get((contest.step_key, pk), (0, 0)) for pk in contest.pushes}
        best = _best(contest, counts)
        if best is not None:
            Winner.objects.update_or_create(
                journey_id=contest.journey_id,
                step_key=contest.step_key,
                defaults={"push_id": best, "counts": _stored(counts)},
            )
            decided += 1
    return decided


def _contests() -> Iterable[_Contest]:
    steps = CompiledStep.objects.filter(
        kind="push",
        config__winner_after__gt=0,
        version=F("version__journey__live_version"),
        version__journey__status__in=Journey.RUNNING,
    )
    for journey_id, key, config in steps.values_list("version__journey", "key", "config"):
        pushes = tuple(pk for pk, _ in config["pushes"])
        if len(pushes) > 1:
            yield _Contest(
                journey_id=journey_id,
                step_key=key,
                winner_after=config["winner_after"],
                pushes=pushes,
            )


def _undecided(contests: list[_Contest]) -> list[_Contest]:
    winners = Winner.objects.filter(journey__in={each.journey_id for each in contests})
    won = {(journey, key): counts for journey, key, counts in winners.values_list(
        "journey", "step_key", "counts")}  # fmt: skip
    return [
        each
        for each in contests
        if not _is_among(won.get((each.journey_id, each.step_key), {}), each.pushes)
    ]


def _count(contests: list[_Contest]) -> dict[tuple[str, int], tuple[int, int]]:
    rows = Push.objects.filter(
        campaign__in={campaign(each.journey_id) for each in contests},
        step__in={each.step_key for each in contests},
        status=Push.Status.ACCEPTED,
        accepted_at__lte=timezone.now() - TIME_TO_CLICK,
    )
    groups = rows.order_by().values_list("step", "asset")
    counts = groups.annotate(sent=Count("pk"), clicked=Count("clicked_at"))
    return {(step, asset): (sent, clicked) for step, asset, sent, clicked in counts}


def _best(contest: _Contest, counts: Counts) -> int | None:
    if sum(sent for sent, _ in counts.values()) < contest.winner_after:
        return None
    rates = {pk: clicked / sent if sent else 0.0 for pk, (sent, clicked) in counts.items()}
    # The first of equal ones.
    best = max(rates, key=rates.__getitem__)
    return best if rates[best] else None


def _stored(counts: Counts) -> dict[str, dict[str, int]]:
    return {str(pk): {"sent": sent, "clicked": clicked} for pk, (sent, clicked) in counts.items()}


def _is_among(counts: dict[str, object], pushes: Collection[int]) -> bool:
    return counts.keys() == {str(pk) for pk in pushes}
