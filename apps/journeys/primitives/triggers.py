"""What published journeys listen for, and which events are what they listen for."""

import json
import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.accounts.models import Event, EventName, Site
from apps.journeys.models import CompiledStep, Enrolment, Journey, Trigger, Version
from apps.journeys.models.enrolments import steps_with_somebody
from apps.journeys.models.held import Held
from apps.segments import catalogue, rules
from apps.segments.rules import Context, Rule

Purpose = Trigger.Purpose

log = logging.getLogger(__name__)


def that_matter(site_id: int, events: Collection[Event]) -> list[Trigger]:
    """Return, in one query, what journeys of the site do on events like these (one at least, their
    names loaded), of which some may be heard late.

    Only live versions of active journeys let anybody in; others lead on, and let go, those who
    are inside. A goal is reached by whoever entered within its window, inside or not.
    """
    earliest = min(event.at for event in events)
    is_live = Q(version=F("version__journey__live_version"))
    inside = steps_with_somebody().filter(version=OuterRef("version"))
    active = Q(version__journey__status=Journey.Status.ACTIVE, version__journey__is_held=False)
    enters = Q(purpose=Purpose.ENTRY) & active & is_live
    moves = Q(
        purpose__in=(Purpose.STEP, Purpose.EXIT), version__journey__status__in=Journey.RUNNING
    )
    found = (
        Trigger.objects.filter(event__in={event.name.name for event in events})
        .filter(version__journey__site=site_id)
        .filter(enters | (moves & (is_live | Exists(inside))) | Q(purpose=Purpose.GOAL))
        .annotate(replaced_at=_replaced_at(), last_entry=_last_entry())
        .select_related("version__journey", "step")
        .defer("version__document")
    )
    return [row for row in found if row.purpose != Purpose.GOAL or _may_be_reached(row, earliest)]


def _replaced_at() -> Subquery:
    """When the next version came: from then on nobody entered by this one."""
    later = Version.objects.filter(
        journey=OuterRef("version__journey"), number__gt=OuterRef("version__number")
    )
    return Subquery(later.order_by("number").values("published_at")[:1])


def _last_entry() -> Subquery:
    rows = Enrolment.objects.filter(journey=OuterRef("version__journey"))
    return Subquery(rows.order_by("-entered_at").values("entered_at")[:1])


def _may_be_reached(goal: Trigger, at: datetime) -> bool:
    begin = at - timedelta(hours=goal.version.goal_hours)
    if goal.replaced_at and goal.replaced_at < begin:
        return False
    running = goal.version.journey.status in Journey.RUNNING
    return running or bool(goal.last_entry and goal.last_entry >= begin)


def met(triggers: Iterable[Trigger], events: Collection[Event], site: Site) -> dict[int, set[int]]:
    """Return, by the id of each trigger, the ids of those of `events` that are what it is about.

    Asks the database only for triggers with conditions on properties: once for each different
    condition, and what the site knows once for all.
    """
    named: dict[str, set[int]] = {}
    for event in events:
        named.setdefault(event.name.name, set()).add(event.pk)
    triggers = [row for row in triggers if row.event in named]
    context = catalogue.of_site(site) if any(row.where for row in triggers) else None
    asked: dict[str, set[int]] = {}
    found = {}
    for row in triggers:
        if not row.where:
            found[row.pk] = named[row.event]
            continue
        key = json.dumps(row.condition, sort_keys=True)
        if key not in asked:
            asked[key] = _meant(row, context, named[row.event])
        found[row.pk] = asked[key]
    return found


def _meant(trigger: Trigger, context: Context, ids: set[int]) -> set[int]:
    condition: Rule = trigger.condition
    try:
        rules.require(condition, context)
    except rules.Broken as broken:
        # Published when it could be asked; what it names has changed since. The page says so.
        log.error("“%s” of %s: %s", trigger, trigger.version, " ".join(broken.messages))
        return set()
    events = Event.objects.filter(rules.events_meant(condition, context), pk__in=listed(ids))
    return set(events.order_by().values_list("pk", flat=True))


def happened_since_coming(
    step: CompiledStep, rows: Collection[Held]
) -> dict[int, tuple[str, Event]]:
    """Return, by enrolment at `step`, the outcome and the event that the step listens for and
    that has happened since the contact came: the first of several.

    Such an event may have been heard before the coming was written: nobody leads on by it then.
    """
    listening = list(step.triggers.filter(purpose=Purpose.STEP))
    since = min((row.arrived_at for row in rows), default=timezone.now())
    names = EventName.objects.filter(
        site__journeys__versions__steps=step, name__in={row.event for row in listening}
    )
    # Strictly: the event that has led here may be of that very moment.
    found = Event.objects.filter(
        contact__in=listed([row.contact_id for row in rows]), name__in=names, at__gt=since
    ).select_related("name")
    events = list(found.order_by("at", "pk")) if listening else []
    if not events:
        return {}
    meant = met(listening, events, Site.objects.get(journeys__versions__steps=step))
    of_contact: dict[int, list[tuple[str, Event]]] = {}
    for event in events:
        pairs = ((row.outcome, event) for row in listening if event.pk in meant.get(row.pk, ()))
        of_contact.setdefault(event.contact_id, []).extend(pairs)
    first: dict[int, tuple[str, Event]] = {}
    for row in rows:
        pairs = (p for p in of_contact.get(row.contact_id, ()) if p[1].at > row.arrived_at)
        if pair := next(pairs, None):
            first[row.pk] = pair
    return first
