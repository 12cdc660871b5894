"""Moving enrolments: out of a step and to the next, or to the end. The one place that does.

Whoever calls it holds the rows, in its own transaction.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F

from apps.accounts.id_lists import listed
from apps.journeys.models import CompiledStep, Enrolment, Tally, Visit


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


def let_wait(ids: Collection[int], until: datetime | None) -> None:
    """Let the enrolments wait where they are until then, or until something happens."""
    Enrolment.objects.filter(pk__in=listed(ids)).update(
        state=Enrolment.State.WAITING, due_at=until, errors=0
    )


def leave(ids: Collection[int], reason: Enrolment.Exit) -> None:
    """End the ways of the enrolments where they are."""
    Enrolment.objects.filter(pk__in=listed(ids)).leave(reason)


def count(step: CompiledStep, number: int, *, at: datetime, outcome: str = "") -> None:
    """Add to the numbers of the step: who came to it, or who left it by the outcome."""
    Tally.objects.add({(step.pk, outcome): number}, at=at)
