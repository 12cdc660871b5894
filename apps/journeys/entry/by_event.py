"""Entering when something happens: an event."""

import logging
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from apps.accounts.models import Event
from apps.journeys import moving
from apps.journeys.models import Enrolment, Journey, Version
from apps.segments import catalogue, membership, rules

log = logging.getLogger(__name__)


def versions_entered_by(site_id: int, names: set[str]) -> list[Version]:
    """Return the live versions of the site's active journeys that one of the events enters."""
    active = Journey.objects.filter(site=site_id, status=Journey.Status.ACTIVE)
    live = Version.objects.filter(
        pk__in=active.values("live_version"),
        entry_kind=Version.Entry.EVENT,
        entry_event__in=names,
    )
    return list(live.select_related("journey__site"))


def enter(site_id: int, events: list[Event]) -> list[int]:
    """Let the contacts of `events` into the journeys of the site that the events enter.

    The events have `name` and `contact` loaded. Returns the ids of the new enrolments.
    """
    latest = latest_by_contact(events)
    return [
        pk
        for version in versions_entered_by(site_id, set(latest))
        for pk in enrol(version, latest[version.entry_event])
    ]


@transaction.atomic
def enrol(version: Version, events: dict[int, Event]) -> list[int]:
    """Enrol the contacts of `events` (by contact id) who may enter now.

    Who meets the rule, is not inside, and whose pause is over; the database refuses a second
    enrolment whatever happens at the same time. Returns the new enrolments' ids.
    """
    allowed = _allowed(version, _who_meet_the_rule(version, list(events)))
    first, now = version.steps.first(), timezone.now()
    rows = [
        Enrolment(
            journey_id=version.journey_id,
            version=version,
            contact_id=contact_id,
            step=first,
            number=number,
            entry_key=str(number),
            entered_at=now,
            arrived_at=now,
            due_at=now,
            context={"event": events[contact_id].properties},
        )
        for contact_id, number in allowed.items()
    ]
    Enrolment.objects.bulk_create(rows, ignore_conflicts=True)
    entered = Enrolment.objects.inside().filter(version=version, contact__in=allowed)
    new = list(entered.filter(entered_at=now).values_list("pk", flat=True))
    if new:
        moving.count(first, len(new), at=now)
    return new


def _who_meet_the_rule(version: Version, contact_ids: list[int]) -> list[int]:
    context = catalogue.of_rule(version.entry_rule, version.journey.site)
    try:
        wanted = membership.matching(version.entry_rule, context, among=contact_ids)
    except rules.Broken as broken:
        # Published when it could be asked; what it names has changed since. The page says so.
        log.error("Nobody enters %s: %s", version, " ".join(broken.messages))
        return []
    return list(wanted.values_list("pk", flat=True))


def _allowed(version: Version, contact_ids: list[int]) -> dict[int, int]:
    """Return, for those of the contacts who may enter, which time it will be."""
    before: dict[int, dict[str, Any]] = {
        row["contact"]: row
        for row in Enrolment.objects.filter(journey=version.journey_id, contact__in=contact_ids)
        .values("contact")
        .annotate(times=Max("number"), last=Max("left_at"), out=Count("left_at"), all=Count("pk"))
        .order_by()
    }
    allowed = {pk: 1 for pk in contact_ids if pk not in before}
    for pk, row in before.items():
        if row["out"] == row["all"] and _pause_is_over(version, row["times"], row["last"]):
            allowed[pk] = row["times"] + 1
    return allowed


def _pause_is_over(version: Version, times: int, last: timezone.datetime) -> bool:
    if version.reentry == Journey.Reentry.ONCE:
        return False
    if version.reentry == Journey.Reentry.NOT_INSIDE:
        return True
    pauses = version.reentry_pauses
    days = pauses[min(times, len(pauses)) - 1]
    return last + timezone.timedelta(days=days) <= timezone.now()


def latest_by_contact(events: list[Event]) -> dict[str, dict[int, Event]]:
    """Group events by name, then by contact: of several of one contact the latest counts."""
    grouped: dict[str, dict[int, Event]] = defaultdict(dict)
    for event in sorted(events, key=lambda row: row.pk):
        grouped[event.name.name][event.contact_id] = event
    return grouped
