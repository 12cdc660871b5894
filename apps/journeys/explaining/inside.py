"""What happened inside: each way of the contact, its visits, where it is and what it waits for."""

from collections import defaultdict

from apps.journeys.explaining import messages, reasons
from apps.journeys.explaining.answers import Message, Passage, Way
from apps.journeys.explaining.asking import MOST_VISITS, Asked, counted, in_zone, times
from apps.journeys.models import CompiledStep, Enrolment, Journey, Trigger, Version, Visit

State = Enrolment.State
ENTERED_BY = {
    "event": "by an event",
    "at": "at the time of a run",
    "call:start": "by another journey",
    "call": "by the API",
    "merged": "with another contact that became this one",
    "control": "kept out: control group",
}
OF_KIND = {
    Version.Entry.EVENT: "by an event",
    Version.Entry.SEGMENT: "by meeting the rule",
    Version.Entry.SCHEDULE: "at the time of a run",
    Version.Entry.CALL: "by the API or by another journey",
}


def ways(asked: Asked) -> list[Way]:
    """Return the ways, the latest first, in a constant number of queries."""
    visits = _visits(asked.ways)
    current = {way.step_id for way in asked.ways if way.left_at is None}
    listening = defaultdict(list)
    rows = Trigger.objects.filter(step__in=current, purpose=Trigger.Purpose.STEP)
    for step, event in rows.values_list("step", "event"):
        listening[step].append(event)
    found = messages.of(asked, visits)
    return [_way(asked, way, visits[way.pk], listening[way.step_id], found) for way in asked.ways]


def _visits(ways: list[Enrolment]) -> dict[int, list[Visit]]:
    """Return the last visits of all of them together, each way's in their order."""
    rows = Visit.objects.filter(enrolment__in=[way.pk for way in ways]).select_related("step")
    found: dict[int, list[Visit]] = defaultdict(list)
    for row in reversed(rows.order_by("-enrolment", "-number")[:MOST_VISITS]):
        found[row.enrolment_id].append(row)
    return found


def _way(
    asked: Asked, way: Enrolment, visits: list[Visit], events: list[str], found: messages.Found
) -> Way:
    passages = [_passage(row, found[way.pk, row.number]) for row in visits]
    if way.left_at is None:
        passages.append(_current(way, found[way.pk, way.visit]))
    return Way(
        number=way.number,
        version=way.version.number,
        entered_by=_entered_by(way),
        entered_at=way.entered_at,
        left_at=way.left_at,
        state=way.state,
        now=_now(asked, way, events),
        converted_at=way.converted_at,
        is_control=way.is_control,
        visits=passages,
        has_more_visits=not way.is_control and (passages[0].number if passages else 2) > 1,
    )


def _entered_by(way: Enrolment) -> str:
    for begin, words in ENTERED_BY.items():
        if way.entry_key == begin or way.entry_key.startswith(f"{begin}:"):
            return words
    return OF_KIND[Version.Entry(way.version.entry_kind)]


def _passage(row: Visit, asked_for: list[Message]) -> Passage:
    return Passage(
        number=row.number,
        step=row.step.name,
        kind=row.step.kind,
        arrived_at=row.entered_at,
        left_at=row.left_at,
        outcome=_outcome(row.step, row.outcome),
        why=reasons.words(row.detail),
        messages=asked_for,
    )


def _current(way: Enrolment, asked_for: list[Message]) -> Passage:
    return Passage(
        number=way.visit,
        step=way.step.name,
        kind=way.step.kind,
        arrived_at=way.arrived_at,
        left_at=None,
        outcome="",
        why="",
        messages=asked_for,
    )


def _outcome(step: CompiledStep, name: str) -> str:
    labels = {**dict(Enrolment.Exit.choices), **{row[0]: row[1] for row in step.outcomes}}
    return str(labels.get(name, name))


def _now(asked: Asked, way: Enrolment, events: list[str]) -> str:
    if way.left_at:
        return f"Left on {asked.when(way.left_at)}: {way.get_exit_reason_display()}"
    at = f"At “{way.step.name}” since {asked.when(way.arrived_at)}"
    if way.state == State.FAILED:
        return (
            f"{at}, parked after {counted(way.errors, 'error')}: goes on when somebody retries it"
        )
    if asked.journey.is_held or asked.journey.status not in Journey.RUNNING:
        return f"{at}, stands still: the journey is {_standing(asked.journey)}"
    tried = f", failed {times(way.errors)}" if way.errors else ""
    until = f"{in_zone(way.due_at, asked.zone)} in {asked.zone.key}" if way.due_at else ""
    if way.state == State.READY:
        return f"{at}{tried}, goes on " + (
            "at once" if way.due_at and way.due_at <= asked.at else f"on {until}"
        )
    return f"{at}{tried}, waits {_awaited(way, until, events)}"


def _standing(journey: Journey) -> str:
    return "held" if journey.is_held else str(journey.get_status_display()).lower()


def _awaited(way: Enrolment, until: str, events: list[str]) -> str:
    awaited = {"popup": ["an answer to the popup"], "webhook": ["an answer"]}
    things = events or awaited.get(way.step.kind, [])
    time = [f"until {until}"] if until else []
    return ", or ".join([*time, *(f"until {one}" if not time else one for one in things)])
