"""The times at which a contact could have entered, and what became of each."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.accounts.models import Event
from apps.journeys.entry import by_schedule
from apps.journeys.explaining.answers import Gate, Occasion
from apps.journeys.explaining.asking import MOST_OCCASIONS, Asked, in_zone, ordinal
from apps.journeys.models import (
    Enrolment,
    PendingEvent,
    Refusal,
    Run,
    Seen,
    Trigger,
    Version,
    Watch,
)
from apps.journeys.primitives import local_time, triggers
from apps.segments import catalogue, rules

Entry = Version.Entry
# So many runs are looked through for those that covered the contact.
MOST_RUNS = 100
BEFORE = "the journey was not published yet"


def events(asked: Asked, refusal: Refusal | None) -> tuple[list[Occasion], Gate]:
    """Return the contact's last events of the entry, and the gate of their properties."""
    version = asked.version
    name = version.entry_event
    rows = asked.contact.events.filter(name__name=name, name__site=asked.journey.site_id)
    found = list(rows.select_related("name").order_by("-at", "-pk")[:MOST_OCCASIONS])
    trigger = Trigger(pk=0, version=version, event=name, where=version.entry_where)
    meant = triggers.met([trigger], found, asked.journey.site).get(0, set())
    pending = PendingEvent.objects.filter(event__in=[row.pk for row in found])
    unheard = dict(pending.values_list("event", "due_at"))

    def became(event: Event, until: datetime | None) -> str:
        if version.entry_where and event.pk not in meant:
            return Refusal.Gate.EVENT.label
        if event.pk in unheard:
            return "not heard yet" if unheard[event.pk] else "given up after too many errors"
        return _became(asked, refusal, event.at, until, f"event:{event.pk}")

    occasions = [
        Occasion(
            at=event.at,
            words=f"did {name}",
            became=became(event, found[number - 1].at if number else None),
            is_met=event.pk in meant if version.entry_where else None,
        )
        for number, event in enumerate(found)
    ]
    return occasions, _properties(asked, occasions)


def _properties(asked: Asked, occasions: list[Occasion]) -> Gate:
    version = asked.version
    name, where = version.entry_event, ""
    if version.entry_where:
        condition = Trigger(event=name, where=version.entry_where).condition
        where = rules.describe_events(condition, catalogue.of_site(asked.journey.site))
    last = occasions[0] if occasions else None
    if last is None:
        found = f"has not done {name}"
    elif last.is_met is None:
        found = f"did it last on {asked.when(last.at)}"
    else:
        had = "had" if last.is_met else "did not have"
        found = f"the last one, on {asked.when(last.at)}, {had} the properties asked for"
    return Gate(
        name=Refusal.Gate.EVENT,
        asked=f"When the event “{name}” happens{where}",
        is_met=last is not None and last.is_met is not False,
        found=found,
    )


def runs(asked: Asked, refusal: Refusal | None) -> tuple[list[Occasion], str]:
    """Return the runs that covered the contact, and when the next one comes."""
    rows = Run.objects.filter(version__journey=asked.journey).order_by("-due_at", "-pk")
    known = list(rows[:MOST_RUNS])
    mine = [run for run in known if _covers(run, known, asked.contact.time_zone)]
    past = [run for run in mine if run.due_at <= asked.at][:MOST_OCCASIONS]
    occasions = []
    for number, run in enumerate(past):
        until = past[number - 1].due_at if number else None
        became = _became(asked, refusal, run.due_at, until, f"at:{run.occurrence}")
        if run.finished_at is None and became == NOT_KNOWN:
            became = "the run is not over yet"
        words = f"the run of {_local(run)}"
        occasions.append(Occasion(at=run.due_at, words=words, became=became))
    planned = (
        run for run in known if run.finished_at is None and run.version_id == asked.version.pk
    )
    coming = [run for run in planned if run in mine or run.zones == by_schedule.NONE_YET]
    return occasions, _next(asked, coming)


def _covers(run: Run, known: list[Run], zone: str) -> bool:
    if run.zones is None:
        return True
    if zone in run.zones and zone:
        return True
    siblings = [r for r in known if r.occurrence == run.occurrence and r.due_at != run.due_at]
    return by_schedule.OTHERS in run.zones and not any(zone in (r.zones or ()) for r in siblings)


def _next(asked: Asked, coming: list[Run]) -> str:
    if not coming:
        return "No run is planned any more."
    run = min(coming, key=lambda row: row.due_at)
    is_own = asked.version.zone == Version.Zone.CONTACT
    zone: ZoneInfo = asked.zone if is_own else asked.site_zone
    local = datetime.fromisoformat(run.occurrence)
    moment = local_time.at(local.date(), local.time(), zone)
    return f"The next run is on {in_zone(moment, zone)} in {zone.key}."


def _local(run: Run) -> str:
    local = datetime.fromisoformat(run.occurrence)
    return f"{local.day} {local:%B %Y, %H:%M}"


def segment(asked: Asked) -> str:
    """Return what the looks of a journey entered by joining a segment have seen, and when."""
    seen = Seen.objects.filter(journey=asked.journey, contact=asked.contact).first()
    if seen:
        return (
            f"Was seen meeting the rule on {asked.when(seen.at)}: enters again only after not "
            "meeting it for a while."
        )
    watch = Watch.objects.filter(version=asked.version).first()
    if asked.version.members == Version.Members.PRESENT and watch and watch.looks:
        return "Only those who met the rule when the journey was published enter."
    words = "Was not seen meeting the rule yet: enters when the next look finds so."
    if watch and watch.begun_at:
        words += f" The last look began on {asked.when(watch.begun_at)}."
    return words


NOT_KNOWN = "did not enter; why is not remembered"
Judge = Callable[[Enrolment], bool]


def _became(
    asked: Asked, refusal: Refusal | None, at: datetime, until: datetime | None, key: str
) -> str:
    """Return what became of an occasion: what was written from then until the next one."""

    def belongs(moment: datetime) -> bool:
        return moment >= at and (until is None or moment < until)

    way = next((row for row in asked.ways if row.entry_key == key), None)
    way = way or next((row for row in asked.ways if belongs(row.entered_at)), None)
    if way and way.is_control:
        return "kept out: control group"
    if way:
        return f"entered for the {ordinal(way.number)} time"
    if refusal and belongs(refusal.at):
        return f"refused: {refusal.get_gate_display()}"
    is_before = asked.version.number == 1 and at < asked.version.published_at
    return BEFORE if is_before else NOT_KNOWN
