"""Entering at a time: everybody who meets the rule then, at once.

A run is one moment. Where the time is that of each contact, an occurrence first gets a run that
plans: shortly before the time comes anywhere it finds out in which zones there are contacts, and
makes a run for each moment. Whoever's zone is not among those goes by the site's.

A run that has begun is gone through to its end, whatever comes between. One that could not begin
in time (the workers were down, the journey was paused) is left out, unless it is late by little;
of a schedule that was missed several times only the latest can be.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.accounts.contacts import ZONES
from apps.accounts.inserting import commit_early
from apps.accounts.models import Contact
from apps.journeys.entry import calendar, capping, slices
from apps.journeys.entry.admitting import Entry, admit
from apps.journeys.models import Journey, Run, Version
from apps.journeys.primitives import local_time

# The clocks of the earth are at most so far before and behind UTC.
AHEAD, BEHIND = timedelta(hours=14), timedelta(hours=12)
PLANNED_BEFORE = timedelta(minutes=15)
# How late a run may begin, after workers that were down or a pause: what comes again is better
# left out, what comes once is not.
MAY_BE_LATE = timedelta(hours=1)
MAY_BE_LATE_ONCE = timedelta(hours=24)
# Of a run that plans, and of contacts without a zone that was planned.
NONE_YET: list[str] = []
OTHERS = ""


def prepare(version: Version) -> None:
    """Plan the version's first run and end those of older ones; what has begun goes on by it."""
    older = Run.objects.filter(finished_at=None, version__journey=version.journey_id)
    older = older.exclude(version=version)
    # Whoever is at the first slice of one is waited for: then it has begun.
    list(older.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    if version.entry_kind == Version.Entry.SCHEDULE:
        older.filter(cursor__gt=0).update(version=version)
        plan(version, after=version.published_at)
    older.update(finished_at=timezone.now())


def plan(version: Version, *, after: datetime, since: str = "") -> None:
    """Plan the next run that comes later than `after`, of an occurrence later than `since`."""
    start = after.astimezone(UTC).replace(tzinfo=None) - timedelta(days=2)
    if since:
        start = max(start, datetime.fromisoformat(since))
    for local in calendar.occurrences(version, after=start):
        first, last = _span(version, local)
        if last > after:
            zones = NONE_YET if version.zone == Version.Zone.CONTACT else None
            _write(version, local.isoformat(timespec="minutes"), {first: zones})
            return


def _span(version: Version, local: datetime) -> tuple[datetime, datetime]:
    """Return when the first run of the occurrence is due, and when the last can be."""
    if version.zone == Version.Zone.SITE:
        moment = local_time.at(local.date(), local.time(), _zone_of_site(version))
        return moment, moment
    in_utc = local.replace(tzinfo=UTC)
    return in_utc - AHEAD - PLANNED_BEFORE, in_utc + BEHIND


def _write(version: Version, occurrence: str, moments: dict[datetime, list[str] | None]) -> None:
    now = timezone.now()
    Run.objects.bulk_create(
        (
            Run(
                version=version,
                occurrence=occurrence,
                due_at=moment,
                zones=zones,
                # Only told: those of a zone where it was too late already go by no other.
                finished_at=now if zones and moment <= version.published_at else None,
            )
            for moment, zones in moments.items()
        ),
        ignore_conflicts=True,
    )


def due() -> QuerySet[Run]:
    """Return the runs whose time has come, of journeys that let contacts in."""
    return Run.objects.filter(
        finished_at=None,
        due_at__lte=timezone.now(),
        version__journey__status=Journey.Status.ACTIVE,
        version__journey__is_held=False,
        version__journey__live_version=F("version"),
    )


@transaction.atomic
def advance(run_id: int) -> int | None:
    """Let in who may of the next slice of contacts; returns how many entered, None if somebody
    else is at it."""
    version = Version.objects.select_related("journey__site").get(runs=run_id)
    capping.hold(version)
    # By this version: another one, published at this moment, may have taken it over.
    claimed = due().filter(pk=run_id, version=version)
    run = claimed.select_for_update(skip_locked=True, of=("self",)).first()
    if run is None:
        return None
    run.version = version
    if run.zones == NONE_YET and run.zones is not None:
        _plan_zones(run)
        _finish(run)
        return 0
    if not run.cursor and _is_too_late(run):
        _finish(run)
        return 0
    return _let_in_slice(run)


def _let_in_slice(run: Run) -> int:
    version, site_id = run.version, run.version.journey.site_id
    end = slices.end_of(site_id, run.cursor)
    meeting = slices.meeting_the_rule(version, slices.of(site_id, run.cursor, end))
    entered = 0
    if meeting is not None:
        is_once = version.reentry == Version.Reentry.ONCE
        key = "" if is_once else f"at:{run.occurrence}"
        entered = admit(
            Entry(version=version, at=timezone.now(), key=key),
            _in_zones(run, meeting),
            between=(run.cursor, end),
        )
    commit_early(entered)
    run.cursor, run.entered = end or run.cursor, run.entered + entered
    if end is None:
        _finish(run)
    else:
        run.save(update_fields=["cursor", "entered"])
    return entered


def _in_zones(run: Run, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    if run.zones is None:
        return contacts
    if OTHERS not in run.zones:
        return contacts.filter(time_zone__in=run.zones)
    siblings = Run.objects.filter(
        version__journey=run.version.journey_id, occurrence=run.occurrence
    ).exclude(due_at=run.due_at)
    planned = {name for zones in siblings.values_list("zones", flat=True) for name in zones or ()}
    return contacts.exclude(time_zone__in=planned)


def _plan_zones(run: Run) -> None:
    """Make a run for each moment at which the occurrence comes to somebody."""
    version, local = run.version, datetime.fromisoformat(run.occurrence)
    names = Contact.objects.filter(site=version.journey.site_id).order_by().distinct()
    moments: dict[datetime, list[str]] = defaultdict(list)
    moments[local_time.at(local.date(), local.time(), _zone_of_site(version))].append(OTHERS)
    for name in sorted(names.values_list("time_zone", flat=True)):
        if name in ZONES:
            moments[local_time.at(local.date(), local.time(), ZoneInfo(name))].append(name)
    _write(version, run.occurrence, dict(moments))


def _finish(run: Run) -> None:
    """End the run; where no other one of its occurrence plans the next, this one does."""
    now = timezone.now()
    run.finished_at = now
    run.save(update_fields=["finished_at", "cursor", "entered"])
    if not run.zones:
        plan(run.version, after=now - MAY_BE_LATE, since=run.occurrence)


def _is_too_late(run: Run) -> bool:
    is_once = run.version.repeats == Version.Repeats.ONCE
    return run.due_at < timezone.now() - (MAY_BE_LATE_ONCE if is_once else MAY_BE_LATE)


def _zone_of_site(version: Version) -> ZoneInfo:
    return ZoneInfo(version.journey.site.time_zone)
