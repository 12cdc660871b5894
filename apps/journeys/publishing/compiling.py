from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.journeys import documents, entry, lifecycle
from apps.journeys.documents.problems import Refused
from apps.journeys.models import CompiledStep, Journey, Step, Terms, Trigger, Version
from apps.journeys.primitives import waking
from apps.journeys.publishing.checking import problems
from apps.journeys.publishing.loading import steps_of

Status = Journey.Status


@transaction.atomic
def publish(journey: Journey, *, by: User | None = None) -> Version:
    """Compile terms and steps, as they are stored, into a new version by which contacts enter.

    Those inside stay on theirs. A journey that is paused or held stays so. Raises Refused with
    every problem, ValidationError for a journey that is archived or not ended yet.
    """
    # As it is now, and one at a time: somebody may be archiving or publishing it as well.
    journey.refresh_from_db(from_queryset=Journey.objects.select_for_update(no_key=True))
    if journey.status == Status.ARCHIVED:
        raise ValidationError(f"“{journey}” is archived, so it cannot be published.")
    if lifecycle.is_ending(journey):
        raise ValidationError(f"“{journey}” is being ended still: try again in a minute.")
    found = problems(journey, by=by)
    if found:
        raise Refused(found)
    last = journey.versions.aggregate(last=Max("number"))["last"] or 0
    version = _compile(journey, number=last + 1, by=by)
    journey.live_version = version
    if journey.status != Status.PAUSED:
        journey.status = Status.ACTIVE
    # Not `updated_at`: it says when the journey was last written, to tell what is unpublished.
    journey.save(update_fields=["live_version", "status"])
    entry.prepare(version)
    waking.wake()
    return version


def _compile(journey: Journey, *, number: int, by: User | None) -> Version:
    version = Version.objects.create(
        journey=journey,
        number=number,
        published_by=by,
        document=documents.read(journey),
        **{name: getattr(journey, name) for name in Terms.terms()},
    )
    steps = steps_of(journey)
    compiled = CompiledStep.objects.bulk_create(
        CompiledStep(
            version=version,
            key=step.key,
            kind=step.kind,
            name=step.name,
            position=position,
            config=step.config(),
            outcomes=[list(pair) for pair in step.outcomes],
            leads=_leads(step),
        )
        for position, step in enumerate(steps)
    )
    Trigger.objects.bulk_create(
        [*_triggers_of_terms(version), *_triggers_of_steps(version, steps, compiled)]
    )
    return version


def _leads(step: Step) -> dict[str, str]:
    known = {name for name, _ in step.outcomes}
    return {lead.outcome: lead.target.key for lead in step.leads.all() if lead.outcome in known}


def _triggers_of_terms(version: Version) -> Iterator[Trigger]:
    purposes = Trigger.Purpose
    asked = {purposes.EXIT: version.exit_event, purposes.GOAL: version.goal_event}
    if version.entry_kind == Version.Entry.EVENT:
        asked[purposes.ENTRY] = version.entry_event
    for purpose, event in asked.items():
        if event:
            where = getattr(version, f"{purpose}_where")
            yield Trigger(version=version, purpose=purpose, event=event, where=where)


def _triggers_of_steps(
    version: Version, steps: list[Step], compiled: list[CompiledStep]
) -> Iterator[Trigger]:
    for step, made in zip(steps, compiled, strict=True):
        for outcome, event, where in step.listens():
            yield Trigger(
                version=version,
                step=made,
                purpose=Trigger.Purpose.STEP,
                event=event,
                where=where,
                outcome=outcome,
            )
