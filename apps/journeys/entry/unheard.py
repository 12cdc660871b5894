"""What happened while an entry was being written, or was heard before the event that let in.

Nobody is led out by an exit, and no goal is counted, before the entry can be seen; whoever heard
it in the meantime has forgotten it. So the engine, which is the first to look at those who have
come in, asks for it here.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Min

from apps.accounts.id_lists import listed
from apps.accounts.models import Event, EventName
from apps.journeys.models import CompiledStep, Enrolment, PendingEvent, Trigger
from apps.journeys.models.held import Held
from apps.journeys.primitives import moving, triggers

Purpose, Exit = Trigger.Purpose, Enrolment.Exit

# An event and what it is for the version: its goal, an exit, or both.
Heard = tuple[Event, list[Trigger]]


def take(step: CompiledStep, rows: list[Held]) -> list[Held]:
    """Count the goals, and let those leave, of `rows` at `step` who have just come in; returns
    who goes on. No query where the version has neither, and two where nothing has happened."""
    version = step.version
    names = {version.exit_event, version.goal_event} - {""}
    fresh = [row for row in rows if row.visit == 1] if step.position == 0 and names else []
    if not fresh:
        return rows
    heard = _heard(step, [row.contact_id for row in fresh], _since(fresh), names)
    known = [row for row in fresh if row.contact_id in heard]
    if not known:
        return rows
    reached: list[Enrolment] = []
    gone: dict[Exit, list[int]] = defaultdict(list)
    for row in Enrolment.objects.filter(pk__in=listed([row.pk for row in known])):
        if reason := _take(row, heard[row.contact_id], reached):
            gone[reason].append(row.pk)
    Enrolment.objects.bulk_update(reached, ["converted_at"], batch_size=500)
    for reason, ids in gone.items():
        moving.leave(ids, reason)
    out = {pk for ids in gone.values() for pk in ids}
    return [row for row in rows if row.pk not in out]


def _since(rows: list[Held]) -> datetime:
    held = Enrolment.objects.filter(pk__in=listed([row.pk for row in rows]))
    return held.aggregate(since=Min("entered_at"))["since"]


def _heard(
    step: CompiledStep, contact_ids: Collection[int], since: datetime, names: Collection[str]
) -> dict[int, list[Heard]]:
    """Return what has happened to each of the contacts later than `since`, in its order."""
    version, journey = step.version, step.version.journey
    known = EventName.objects.filter(site=journey.site_id, name__in=names)
    found = Event.objects.filter(contact__in=listed(contact_ids), name__in=known, at__gt=since)
    events = list(found.order_by("at", "pk").select_related("name"))
    if events:
        # What waits to be heard is heard yet; what somebody is hearing may have been just before.
        pending = PendingEvent.objects.filter(event__in=listed([row.pk for row in events]))
        waiting = pending.select_for_update(skip_locked=True, of=("self",)).values_list("event")
        unheard = {pk for (pk,) in waiting}
        events = [row for row in events if row.pk not in unheard]
    if not events:
        return {}
    listening = list(version.triggers.filter(purpose__in=(Purpose.GOAL, Purpose.EXIT)))
    meant = triggers.met(listening, events, journey.site)
    heard: dict[int, list[Heard]] = defaultdict(list)
    for event in events:
        asked = [row for row in listening if event.pk in meant.get(row.pk, ())]
        if asked:
            heard[event.contact_id].append((event, asked))
    return heard


def _take(row: Enrolment, heard: list[Heard], reached: list[Enrolment]) -> Exit | None:
    """Return for which reason the way ends; None where it goes on."""
    for event, asked in heard:
        # Strictly: the event that has let in may be an exit too.
        if event.at <= row.entered_at:
            continue
        purposes = {trigger.purpose: trigger.version for trigger in asked}
        goal = purposes.get(Purpose.GOAL)
        if goal and event.at <= row.entered_at + timedelta(hours=goal.goal_hours):
            if row.converted_at is None:
                row.converted_at = event.at
                reached.append(row)
            if goal.exits_on_goal:
                return Exit.GOAL
        if Purpose.EXIT in purposes:
            return Exit.EVENT
    return None
