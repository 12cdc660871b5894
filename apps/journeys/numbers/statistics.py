"""How many came to each step, wait there, and left it by which outcome."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.journeys.models import CompiledStep, Enrolment, Journey, Tally, Version
from apps.journeys.models.counters import quarter

# Rows are added to the quarter of the present: older ones have been summed up.
SUMMED_UP_AGAIN = timezone.timedelta(days=2)
GROUP = ("step", "at", "outcome")
# So many of each in one statement.
GROUPS, ROWS = 100, 5_000


@dataclass(kw_only=True)
class StepNumbers:
    """Of one step key: who came, and who left by the name of each outcome or `Enrolment.Exit`, in
    the period that was asked for; who waits and who was stopped by an error, now."""

    entered: int = 0
    waiting: int = 0
    failed: int = 0
    left: dict[str, int] = field(default_factory=dict)


def of_journey(
    journey: Journey,
    *,
    version: Version | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, StepNumbers]:
    """Return the numbers by step key, of one version or over all, in four queries.

    The period begins and ends with a quarter of an hour.
    """
    steps = CompiledStep.objects.filter(version__journey=journey)
    return _of_steps(steps if version is None else steps.filter(version=version), since, until)


def of_version(
    version: Version, *, since: datetime | None = None, until: datetime | None = None
) -> dict[str, StepNumbers]:
    """Return the numbers by step key, as `of_journey` does."""
    return _of_steps(CompiledStep.objects.filter(version=version), since, until)


def _of_steps(
    steps: QuerySet[CompiledStep], since: datetime | None, until: datetime | None
) -> dict[str, StepNumbers]:
    keys = dict(steps.order_by().values_list("pk", "key"))
    numbers: dict[str, StepNumbers] = defaultdict(StepNumbers)
    tallies = Tally.objects.filter(step__in=listed(keys)).order_by()
    if since:
        tallies = tallies.filter(at__gte=quarter(since))
    if until:
        tallies = tallies.filter(at__lt=until)
    for step, outcome, count in tallies.values_list("step", "outcome").annotate(Sum("count")):
        of_key = numbers[keys[step]]
        if outcome:
            of_key.left[outcome] = of_key.left.get(outcome, 0) + count
        else:
            of_key.entered += count
    inside = Enrolment.objects.inside().filter(step__in=listed(keys)).order_by()
    for step, count in inside.values_list("step").annotate(n=Count("*")):
        numbers[keys[step]].waiting += count
    # Apart, and by what the index knows: those without a time at which they are due are few.
    failed = inside.filter(due_at=None, state=Enrolment.State.FAILED)
    for step, count in failed.values_list("step").annotate(n=Count("*")):
        numbers[keys[step]].failed += count
        numbers[keys[step]].waiting -= count
    return dict(numbers)


def roll_up(*, seconds: float = 20) -> int:
    """Sum up what batches have counted for the same step, quarter of an hour and outcome.

    Rows may be added meanwhile, another may do the same, and it may be killed anywhere. Returns
    how many rows became fewer.
    """
    end = time.monotonic() + seconds
    total = 0
    while time.monotonic() < end and (removed := _roll_up_some()):
        total += removed
    return total


@transaction.atomic
def _roll_up_some() -> int:
    recent = Tally.objects.filter(at__gte=timezone.now() - SUMMED_UP_AGAIN)
    several = recent.order_by().values(*GROUP).annotate(n=Count("*")).filter(n__gt=1)
    groups = list(several.order_by("-n").values(*GROUP)[:GROUPS])
    if not groups:
        return 0
    rows = recent.filter(reduce(or_, (Q(**group) for group in groups)))
    held = list(rows.select_for_update(skip_locked=True)[:ROWS])
    # What another has in its hands it sums up itself.
    sums: Counter[tuple[Any, ...]] = Counter()
    for row in held:
        sums[row.step_id, row.at, row.outcome] += row.count
    Tally.objects.filter(pk__in=listed([row.pk for row in held])).delete()
    Tally.objects.bulk_create(
        Tally(step_id=step, at=at, outcome=outcome, count=count)
        for (step, at, outcome), count in sums.items()
    )
    return len(held) - len(sums)
