from typing import Any

from apps.accounts.collisions import until_unique
from apps.journeys.documents.parsing import Parsed, parse
from apps.journeys.documents.problems import Refused
from apps.journeys.models import Journey, Lead, PushAlternative, PushStep, Step


def write(journey: Journey, document: Any) -> None:
    """Make the draft what the document says: steps whose key and kind stay keep their rows.

    Raises Refused, with every problem, and changes nothing then.
    """
    until_unique(lambda: _write(journey, document))


def _write(journey: Journey, document: Any) -> None:
    Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    parsed = parse(document, journey.site, journey=journey)
    if parsed.problems:
        raise Refused(parsed.problems)
    for name, value in parsed.values.items():
        setattr(journey, name, value)
    journey.save(update_fields=[*parsed.values, "updated_at"])
    steps = _write_steps(journey, parsed)
    _write_leads(parsed, steps)
    _write_alternatives(parsed, steps)


def _write_steps(journey: Journey, parsed: Parsed) -> dict[str, Step]:
    """Return the rows by key."""
    wanted = {step.key: step.model for step in parsed.steps}
    stored = {step.key: step for step in Step.objects.filter(journey=journey)}
    kept = {key: step for key, step in stored.items() if type(step) is wanted.get(key)}
    gone = [step.pk for key, step in stored.items() if key not in kept]
    if gone:
        Step.objects.non_polymorphic().filter(pk__in=gone).delete()
    for position, step in enumerate(parsed.steps, start=1):
        values = {**step.values, "position": position}
        row = kept.get(step.key)
        if row is None:
            kept[step.key] = step.model.objects.create(journey=journey, key=step.key, **values)
        else:
            _update(row, values)
    return kept


def _update(row: Step, values: dict[str, Any]) -> None:
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save()


def _write_leads(parsed: Parsed, steps: dict[str, Step]) -> None:
    ids = [row.pk for row in steps.values()]
    wanted = {
        (steps[step.key].pk, outcome, steps[target].pk)
        for step in parsed.steps
        for outcome, target in step.leads.items()
    }
    stored = Lead.objects.filter(step__in=ids)
    if set(stored.values_list("step", "outcome", "target")) == wanted:
        return
    stored.delete()
    Lead.objects.bulk_create(
        Lead(step_id=step, outcome=outcome, target_id=target)
        for step, outcome, target in sorted(wanted)
    )


def _write_alternatives(parsed: Parsed, steps: dict[str, Step]) -> None:
    sending = [step for step in parsed.steps if issubclass(step.model, PushStep)]
    wanted = [(steps[step.key].pk, *other) for step in sending for other in step.others]
    stored = PushAlternative.objects.filter(step__in=[steps[step.key].pk for step in sending])
    order = {steps[step.key].pk: number for number, step in enumerate(sending)}
    now = sorted(stored.values_list("step", "push", "share"), key=lambda row: order[row[0]])
    if now == wanted:
        return
    stored.delete()
    PushAlternative.objects.bulk_create(
        PushAlternative(step_id=step, push_id=push, share=share) for step, push, share in wanted
    )
