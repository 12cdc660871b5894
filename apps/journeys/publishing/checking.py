"""What keeps a journey from being published."""

from collections.abc import Iterator
from dataclasses import replace

from apps.accounts.models import User
from apps.accounts.roles import holders
from apps.journeys.documents.problems import Problem
from apps.journeys.models import Journey, PushStep, Step
from apps.journeys.publishing import flow, terms
from apps.journeys.publishing.events import Known
from apps.journeys.publishing.loading import steps_of
from apps.segments import catalogue, rules

CAPS, CONSENT = "journeys.send_without_caps", "journeys.send_without_consent"


def problems(journey: Journey, *, by: User | None = None) -> list[Problem]:
    """Return everything that keeps the journey, as it is on the instance, from being published;
    by somebody without rights for what it does, if `by` is given."""
    return [found for found in _found(journey, by) if not found.is_warning]


def warnings(journey: Journey) -> list[Problem]:
    """Return what looks like a mistake and stops nothing."""
    return [found for found in _found(journey, None) if found.is_warning]


def _found(journey: Journey, by: User | None) -> list[Problem]:
    steps = steps_of(journey)
    if not steps:
        return [Problem(message="The journey has no steps yet.")]
    known = Known(context=catalogue.of_site(journey.site), steps=steps)
    found = list(terms.problems(journey, known))
    for step in steps:
        place = f"Step “{step}”"
        found += [
            replace(problem, step_key=step.key, place=place)
            for problem in _of_step(step, known, by)
        ]
    return found + list(flow.problems(journey, steps))


def _of_step(step: Step, known: Known, by: User | None) -> Iterator[Problem]:
    if message := step.problem():
        yield Problem(message=message)
        return
    for rule in step.rules():
        for wrong in rules.problems(rule, known.context):
            yield Problem(message=wrong.message)
    for outcome, event, where in step.listens():
        yield from known.problems(event, where, field=outcome)
    if isinstance(step, PushStep) and by is not None:
        yield from _without_right(step, by)


def _without_right(step: PushStep, by: User) -> Iterator[Problem]:
    if not step.respects_caps and not by.has_perm(CAPS):
        message = f"You may not send beyond the caps. Who may: {holders(CAPS)}."
        yield Problem(message=message, field="respects_caps")
    if not step.respects_consent and not by.has_perm(CONSENT):
        message = f"You may not send to who has opted out. Who may: {holders(CONSENT)}."
        yield Problem(message=message, field="respects_consent")
