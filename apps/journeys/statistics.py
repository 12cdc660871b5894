"""How many came to each step, wait there, and left it by which outcome."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q

from apps.journeys.models import Enrolment, Journey, Step, Visit


@dataclass(kw_only=True)
class StepNumbers:
    """Of one step key over all versions; `left` counts by outcome name."""

    entered: int = 0
    waiting: int = 0
    left: dict[str, int] = field(default_factory=dict)


def of_journey(journey: Journey) -> dict[str, StepNumbers]:
    """Return the numbers by step key, in one query."""
    rows = (
        Visit.objects.filter(enrolment__journey=journey)
        .values("step__key", "outcome")
        .annotate(all=Count("pk"), waiting=Count("pk", filter=Q(left_at=None)))
        .order_by()
    )
    numbers: dict[str, StepNumbers] = defaultdict(StepNumbers)
    for row in rows:
        step = numbers[row["step__key"]]
        step.entered += row["all"]
        step.waiting += row["waiting"]
        if row["all"] > row["waiting"]:
            step.left[row["outcome"]] = row["all"] - row["waiting"]
    return dict(numbers)


def in_words(step: Step, numbers: StepNumbers) -> list[tuple[str, int]]:
    """Return how contacts left the step, in the words of its outcomes, in their order."""
    known = [(label, numbers.left.get(name, 0)) for name, label in step.outcomes]
    reasons = Enrolment.Exit
    ended = [(r.label, numbers.left[r]) for r in reasons if r in numbers.left]
    return known + ended
