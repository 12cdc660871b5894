"""Moving enrolments: out of a step and to the next, or to the end. The one place that does.

Whoever calls it holds the rows, in its own transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Value, When

from apps.accounts.id_lists import listed
from apps.journeys.models import CompiledStep, Enrolment, Tally, Visit

# So many moments are told apart in one statement.
AT_ONCE = 500


@transaction.atomic(savepoint=False)
def lead_on(
    step: CompiledStep, ids: Collection[int], outcome: str, *, at: datetime, why: str = ""
) -> None:
    """Lead the enrolments `ids` out of `step` by `outcome`: to the next step, or to the end.

    Four queries for any number: where it leads, the visits, the rows, the numbers.
    """
    key = step.leads.get(outcome)
    following = CompiledStep.objects.filter(version=step.version_id, key=key)
    target = following.only("pk").first() if key else None
    rows = Enrolment.objects.filter(pk__in=listed(ids))
    Visit.objects.record(rows, outcome=outcome, at=at, detail=why)
    counts = {(step.pk, outcome): len(ids)}
    if target is None:
        rows.update(
            state=Enrolment.State.LEFT,
            left_at=at,
            due_at=None,
            exit_reason=Enrolment.Exit.END,
        )
    else:
        rows.update(
            state=Enrolment.State.READY,
            step=target,
            visit=F("visit") + 1,
            arrived_at=at,
            due_at=at,
            errors=0,
        )
        counts[target.pk, ""] = len(ids)
    Tally.objects.add(counts, at=at)


def let_wait(waiting: Mapping[datetime | None, Collection[int]]) -> None:
    """Let enrolments wait where they are, each until the moment (None: until something happens)
    under which its id stands.

    One statement where all wait until the same one, else one for every AT_ONCE of them.
    """
    if len(waiting) == 1:
        ((until, ids),) = waiting.items()
        _let_wait(ids, Value(until, output_field=DateTimeField()))
        return
    pairs = [(pk, until) for until, ids in waiting.items() for pk in ids]
    for begin in range(0, len(pairs), AT_ONCE):
        part = pairs[begin : begin + AT_ONCE]
        together: dict[datetime | None, list[int]] = defaultdict(list)
        for pk, until in part:
            together[until].append(pk)
        moments = [When(pk__in=ids, then=Value(until)) for until, ids in together.items() if until]
        _let_wait([pk for pk, _ in part], Case(*moments, output_field=DateTimeField()))


def _let_wait(ids: Collection[int], until: Case | Value) -> None:
    Enrolment.objects.filter(pk__in=listed(ids)).update(
        state=Enrolment.State.WAITING, due_at=until, errors=0
    )


def leave(ids: Collection[int], reason: Enrolment.Exit) -> None:
    """End the ways of the enrolments where they are."""
    Enrolment.objects.filter(pk__in=listed(ids)).leave(reason)


def count(step: CompiledStep, number: int, *, at: datetime, outcome: str = "") -> None:
    """Add to the numbers of the step: who came to it, or who left it by the outcome."""
    Tally.objects.add({(step.pk, outcome): number}, at=at)
