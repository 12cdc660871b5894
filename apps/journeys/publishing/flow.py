"""Whether a flow can be gone through: everywhere, and never in a circle without time."""

from collections.abc import Callable, Iterable, Iterator

from apps.journeys.kinds import KINDS
from apps.journeys.models import CompiledStep, Journey, StartStep, Step
from apps.journeys.problems import Problem

MAX_CHAIN = 50


def problems(journey: Journey, steps: list[Step]) -> Iterator[Problem]:
    """Yield what is wrong with how the steps, whose leads are loaded, lead on."""
    targets = {step.key: _targets(step) for step in steps}
    reached = _reached(targets, steps[0].key)
    for step in steps:
        if step.key not in reached:
            message = "Nobody comes here: lead an outcome to it, or delete it."
            yield _at(step, message)
    instant = {step.key: targets[step.key] for step in steps if not passes_time(step)}
    for step in steps:
        if step.key in instant and step.key in _led_to(instant, step.key):
            message = "The flow leads back to it without any time passing."
            yield Problem(message=message, step_key=step.key, place=f"From “{step}”")
            break
    yield from _circles(journey, steps)


def passes_time(step: Step) -> bool:
    """Return whether nobody leaves the step at the moment of coming."""
    kind = KINDS.get(step.kind)
    return kind is not None and kind.passes_time


def _at(step: Step, message: str) -> Problem:
    return Problem(message=message, step_key=step.key, place=f"Step “{step}”")


def _targets(step: Step) -> list[str]:
    known = {name for name, _ in step.outcomes}
    return [lead.target.key for lead in step.leads.all() if lead.outcome in known]


def _reached(targets: dict[str, list[str]], start: str) -> set[str]:
    return {start} | _led_to(targets, start)


def _led_to(targets: dict[str, list[str]], start: str) -> set[str]:
    """Return where one comes from `start` over the steps of `targets`."""
    found: set[str] = set()
    queue = list(targets[start])
    while queue:
        key = queue.pop()
        if key not in found:
            found.add(key)
            queue += targets.get(key, [])
    return found


def _circles(journey: Journey, steps: list[Step]) -> Iterator[Problem]:
    """Yield the steps that start what starts, over others, this journey again."""
    starting = [step for step in steps if isinstance(step, StartStep)]
    for step in starting:
        if leads_to(step.target_id, journey.pk, started_by):
            yield _at(step, f"“{step.target}” starts this journey again, so it would never end.")


def leads_to(first: int, wanted: int, onward: Callable[[set[int]], Iterable[int]]) -> bool:
    """Return whether one comes from `first` to `wanted`, a round of `onward` at a time."""
    known, edge = {first}, {first}
    for _ in range(MAX_CHAIN):
        if wanted in known:
            return True
        edge = set(onward(edge)) - known
        if not edge:
            return False
        known |= edge
    return True


def started_by(journeys: set[int]) -> Iterable[int]:
    """Return the ids of the journeys that live versions of `journeys` start."""
    live = Journey.objects.filter(pk__in=journeys).values("live_version")
    steps = CompiledStep.objects.filter(version__in=live, kind=StartStep.kind)
    return [config["journey"] for config in steps.values_list("config", flat=True)]
