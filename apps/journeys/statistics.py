"""How many came to each step, wait there, and left it by which outcome."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from apps.journeys.models import Enrolment, Journey, Step, Tally


@dataclass(kw_only=True)
class StepNumbers:
    """Of one step key over all versions; `left` counts by outcome name."""

    entered: int = 0
    waiting: int = 0
    left: dict[str, int] = field(default_factory=dict)


def of_journey(journey: Journey) -> dict[str, StepNumbers]:
    """Return the numbers by step key, in two queries."""
    numbers: dict[str, StepNumbers] = defaultdict(StepNumbers)
    tallies = Tally.objects.filter(step__version__journey=journey).order_by()
    for key, outcome, count in tallies.values_list("step__key", "outcome").annotate(Sum("count")):
        if outcome:
            numbers[key].left[outcome] = count
        else:
            numbers[key].entered = count
    inside = Enrolment.objects.inside().filter(step__version__journey=journey).order_by()
    for key, count in inside.values_list("step__key").annotate(Count("pk")):
        numbers[key].waiting = count
    return dict(numbers)


def in_words(step: Step, numbers: StepNumbers) -> list[tuple[str, int]]:
    """Return how contacts left the step, in the words of its outcomes, in their order."""
    known = [(label, numbers.left.get(name, 0)) for name, label in step.outcomes]
    reasons = Enrolment.Exit
    ended = [(r.label, numbers.left[r]) for r in reasons if r in numbers.left]
    return known + ended
