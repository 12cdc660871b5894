from django.db.models import prefetch_related_objects

from apps.journeys.models import Journey, PopupStep, PushStep, StartStep, Step

NAMED: dict[type[Step], tuple[str, ...]] = {
    PopupStep: ("popup",),
    PushStep: ("push", "alternatives__push"),
    StartStep: ("target",),
}


def steps_of(journey: Journey) -> list[Step]:
    """Return the steps with all that they name, in their order, in a number of queries that does
    not depend on how many there are."""
    steps = list(journey.steps.prefetch_related("leads"))
    for model, names in NAMED.items():
        prefetch_related_objects([step for step in steps if isinstance(step, model)], *names)
    rows = {step.pk: step for step in steps}
    for step in steps:
        step.journey = journey
        for lead in step.leads.all():
            lead.target = rows[lead.target_id]
    return steps
