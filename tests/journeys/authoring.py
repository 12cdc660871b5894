"""Drafts to begin a test of what marketers write with."""

from itertools import count, pairwise
from typing import Any

from apps.journeys import models
from apps.journeys.models import Enrolment, Journey, Lead, Step
from tests.factories import a_contact, a_popup, a_push, a_segment, a_site

_numbers = count(1)


def a_draft(site: Any = None, **values: Any) -> Journey:
    values = {"name": f"Journey {next(_numbers)}", **values}
    return Journey.objects.create(site=site or a_site(), **values)


def a_step(journey: Journey, kind: str, name: str = "", **values: Any) -> Step:
    """A step of the kind that could be published, last in the journey."""
    made = {**SENSIBLE[kind](journey), **values}
    position = journey.steps.count() + 1
    model = next(model for model in models.STEPS if model.kind == kind)
    return model.objects.create(
        journey=journey, name=name or f"{kind} {position}", position=position, **made
    )


def lead(step: Step, outcome: str, target: Step) -> Lead:
    return Lead.objects.create(step=step, outcome=outcome, target=target)


def a_flow(journey: Journey, *kinds: str) -> list[Step]:
    """Steps one after another, each led to by the main outcome of the one before."""
    steps = [a_step(journey, kind) for kind in kinds]
    for step, after in pairwise(steps):
        lead(step, step.outcomes[0][0], after)
    return steps


def inside(journey: Journey, key: str = "", **values: Any) -> Enrolment:
    """A contact at a step of the live version; at its first unless told."""
    version = journey.live_version
    number = next(_numbers)
    made = {
        "contact": values.pop("contact", None) or a_contact(journey.site),
        "step": version.steps.get(key=key) if key else version.steps.first(),
        "number": number,
        "entry_key": str(number),
    }
    return Enrolment.objects.create(journey=journey, version=version, **{**made, **values})


def of_every_kind(journey: Journey) -> list[Step]:
    steps = a_flow(journey, *[model.kind for model in models.STEPS if model.kind != "leave"])
    lead(steps[-1], "taken", a_step(journey, "leave"))
    lead(steps[1], "unreachable", steps[0])
    steps[1].alternatives.create(push=a_push(journey.site), share=3)
    return list(journey.steps.all())


def _check(journey: Journey) -> dict[str, Any]:
    rule = {"all": [{"segment": a_segment(journey.site).pk, "op": "in"}]}
    return {"branches": [{"key": "gold", "name": "Gold", "rule": rule}]}


def _start(journey: Journey) -> dict[str, Any]:
    return {"target": a_draft(journey.site, entry_kind="call")}


ONE_EVENT = [{"key": "bought", "name": "Bought", "event": "purchase", "where": []}]
TWO_PATHS = [{"key": "a", "name": "A", "weight": 1}, {"key": "b", "name": "B", "weight": 3}]

SENSIBLE: dict[str, Any] = {
    "popup": lambda journey: {"popup": a_popup(journey.site)},
    "push": lambda journey: {"push": a_push(journey.site)},
    "wait": lambda journey: {"until": "hour", "at_time": "09:30", "weekdays": [0, 4]},
    "event": lambda journey: {"events": ONE_EVENT},
    "check": _check,
    "split": lambda journey: {"paths": TWO_PATHS},
    "limit": lambda journey: {"most": 5},
    "start": _start,
    "leave": lambda journey: {},
    "update": lambda journey: {"changes": [{"op": "set", "name": "plan", "value": "gold"}]},
    "tag": lambda journey: {"tag": "price", "source": "event.price"},
    "track": lambda journey: {"event": "was_here", "properties": {"n": 1}},
    "webhook": lambda journey: {"url": "https://shop.example/hook", "headers": {"X-A": "1"}},
}
