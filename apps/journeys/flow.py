"""Writing the flow: the order of a journey's steps, and where their outcomes lead."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from apps.journeys.models import Lead, Step

# What an outcome may lead to beside a step itself.
END, NEXT = "", "next"


def following(steps: Sequence[Step], step: Step) -> Step | None:
    """Return the step that comes after `step` in the order of `steps`."""
    place = [row.pk for row in steps].index(step.pk) + 1
    return steps[place] if place < len(steps) else None


@transaction.atomic
def connect(steps: Sequence[Step], wanted: Mapping[int, Mapping[str, str]]) -> None:
    """Number the steps of a journey in the order given and make their leads those wanted.

    `wanted` holds by step and outcome END, NEXT or the key of a step as text.
    """
    for position, step in enumerate(steps, start=1):
        if step.position != position:
            step.position = position
            step.save(update_fields=["position"])
    leads = []
    for step in steps:
        after = following(steps, step)
        for outcome, target in wanted[step.pk].items():
            target_id = (after.pk if after else None) if target == NEXT else target or None
            if target_id:
                leads.append(Lead(step_id=step.pk, outcome=outcome, target_id=int(target_id)))
    Lead.objects.filter(step__in=[step.pk for step in steps]).delete()
    Lead.objects.bulk_create(leads)
