"""Publishing: from what a marketer wrote to an immutable version; and the journey's life."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.delivery.wanted import withdraw
from apps.journeys import entry
from apps.journeys.kinds import KINDS
from apps.journeys.models import (
    CompiledStep,
    Enrolment,
    Journey,
    Step,
    Terms,
    Trigger,
    Version,
)
from apps.journeys.models.enrolments import campaign
from apps.segments import catalogue, rules

Status = Journey.Status


def problems(journey: Journey) -> list[str]:
    """Return, in words, everything that keeps the journey from being published."""
    steps = list(journey.steps.all())
    if not steps:
        return ["The journey has no steps yet."]
    context = catalogue.of_site(journey.site)
    wrong = rules.problems(journey.entry_rule, context)
    found = [f"Entry: {problem.message}" for problem in wrong]
    found += [f"Step “{step}”: {problem}" for step in steps if (problem := step.problem())]
    loop = _loop_without_time(steps)
    if loop:
        found.append(f"From “{loop}” the flow leads back to it without any time passing.")
    return found


def _loop_without_time(steps: list[Step]) -> Step | None:
    """Return a step from which instant steps alone lead back to it."""
    passing = {step.pk for step in steps if KINDS[step.kind].lets_time_pass(step.config())}
    instant = {step.pk: step for step in steps if step.pk not in passing}
    leads = {pk: [lead.target_id for lead in step.leads.all()] for pk, step in instant.items()}
    for start in instant:
        reached, queue = set(), list(leads[start])
        while queue:
            pk = queue.pop()
            if pk == start:
                return instant[start]
            if pk in instant and pk not in reached:
                reached.add(pk)
                queue += leads[pk]
    return None


@transaction.atomic
def publish(journey: Journey, *, by: User | None = None) -> Version:
    """Compile entry and steps into a new version and let contacts enter by it.

    Those inside stay on theirs. Raises ValidationError with every problem.
    """
    # As it is now, and one at a time: somebody may be archiving or publishing it as well.
    journey.refresh_from_db(
        fields=["status"], from_queryset=Journey.objects.select_for_update(no_key=True)
    )
    if journey.status == Status.ARCHIVED:
        raise ValidationError(f"“{journey}” is archived, so it cannot be published.")
    found = problems(journey)
    if found:
        raise ValidationError(found)
    last = journey.versions.aggregate(last=Max("number"))["last"] or 0
    version = _compile(journey, number=last + 1, by=by)
    journey.live_version, journey.status = version, Status.ACTIVE
    # Not `updated_at`: it says when the journey was last written, to tell what is unpublished.
    journey.save(update_fields=["live_version", "status"])
    entry.prepare(version)
    return version


def _compile(journey: Journey, *, number: int, by: User | None) -> Version:
    version = Version.objects.create(
        journey=journey,
        number=number,
        published_by=by,
        **{name: getattr(journey, name) for name in Terms.terms()},
    )
    steps = list(journey.steps.prefetch_related("leads__target"))
    compiled = CompiledStep.objects.bulk_create(
        CompiledStep(
            version=version,
            key=step.key,
            kind=step.kind,
            name=step.name,
            position=position,
            config=step.config(),
            outcomes=[list(pair) for pair in step.outcomes],
            leads={lead.outcome: lead.target.key for lead in step.leads.all()},
        )
        for position, step in enumerate(steps)
    )
    Trigger.objects.bulk_create(
        [*_triggers_of_terms(version), *_triggers_of_steps(version, steps, compiled)]
    )
    return version


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


def pause(journey: Journey) -> None:
    """Let nobody enter any more; those inside go on."""
    _change(journey, {Status.ACTIVE}, Status.PAUSED)


def resume(journey: Journey) -> None:
    """Let contacts enter again."""
    _change(journey, {Status.PAUSED}, Status.ACTIVE)


@transaction.atomic
def archive(journey: Journey) -> None:
    """End the journey for good: those inside leave, and what nobody has seen yet is withdrawn."""
    _change(journey, {Status.DRAFT, Status.ACTIVE, Status.PAUSED, Status.FINISHED}, Status.ARCHIVED)
    Enrolment.objects.filter(journey=journey, left_at=None).leave(Enrolment.Exit.ENDED)
    withdraw(campaign=campaign(journey.pk))


def sweep() -> None:
    """Let those leave who came into a journey in the very moment in which it was archived."""
    Enrolment.objects.filter(left_at=None, journey__status=Status.ARCHIVED).leave(
        Enrolment.Exit.ENDED
    )


def _change(journey: Journey, before: set[Status], after: Status) -> None:
    """Raises ValidationError when the journey is not in one of the statuses `before`."""
    changed = Journey.objects.filter(pk=journey.pk, status__in=before).update(status=after)
    if not changed:
        raise ValidationError(
            f"“{journey}” is {journey.get_status_display().lower()}, so this cannot be done."
        )
    journey.status = after
