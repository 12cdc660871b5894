"""Whether a flow can be gone through: everywhere, and never in a circle without time."""

from collections.abc import Iterator
from typing import Any

from apps.journeys.documents.problems import Problem
from apps.journeys.kinds import KINDS
from apps.journeys.models import CompiledStep, Journey, StartStep, Step


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
    return kind is not None and kind.lets_time_pass(step.config())


def _at(step: Step, message: str) -> Problem:
    return Problem(message=message, step_key=step.key, place=f"Step “{step}”")


def _targets(step: Step) -> list[str]:
    known = {name for name, _ in step.outcomes}
    return [lead.target.key for lead in step.leads.all() if lead.outcome in known]


def _reached(targets: dict[str, list[str]], start: str) -> set[str]:
    return {start} | _led_to(targets, start)


def _led_to(targets: dict[Any, list[Any]], start: Any) -> set[Any]:
    """Return where one comes from `start` over what stands in `targets`."""
    found = set()
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
    graph = _started_by({step.target_id for step in starting})
    for step in starting:
        # That it starts this one itself, the step says.
        if journey.pk != step.target_id and journey.pk in _led_to(graph, step.target_id):
            yield _at(step, f"“{step.target}” starts this journey again, so it would never end.")


def _started_by(journeys: set[int]) -> dict[int, list[int]]:
    """Return which journeys live versions of `journeys` start, and those in turn, by their ids."""
    found: dict[int, list[int]] = {}
    while journeys:
        found.update({pk: [] for pk in journeys})
        live = Journey.objects.filter(pk__in=journeys).values("live_version")
        steps = CompiledStep.objects.filter(version__in=live, kind=StartStep.kind)
        for pk, config in steps.values_list("version__journey", "config"):
            found[pk].append(config["journey"])
        journeys = {target for pk in journeys for target in found[pk]} - found.keys()
    return found
