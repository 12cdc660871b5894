"""Entering by joining a segment: whoever comes to meet the rule.

A look goes through all contacts, a slice at a time. Who meets the rule and was not seen doing so
before has joined; who was seen and does not any more is forgotten, so that joining again counts.
Neither depends on how often is looked, or by which version; who joins while the journey is
paused is found when it goes on.
"""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.utils import timezone

from apps.accounts.id_lists import listed, one_of
from apps.accounts.inserting import commit_early, insert_from
from apps.accounts.models import Contact
from apps.journeys.entry import capping, slices
from apps.journeys.entry.admitting import Entry, admit
from apps.journeys.models import Journey, Refusal, Seen, Version, Watch

Members = Version.Members
AT_MOST_EVERY = 60
# A look may take one part in so many of a worker's time.
RESTS_FOR = 20


def prepare(version: Version) -> None:
    """Begin to look by the version, and stop by older ones; who was seen stays seen."""
    older = Watch.objects.filter(version__journey=version.journey_id).exclude(version=version)
    if version.entry_kind == Version.Entry.SEGMENT:
        last = older.filter(due_at__isnull=False).select_related("version").first()
        # Another rule has other members, of whom nobody was seen yet.
        goes_on = last is not None and last.version.entry_rule == version.entry_rule
        Watch.objects.get_or_create(
            version=version,
            defaults={"due_at": timezone.now(), "looks": last.looks if goes_on else 0},
        )
    older.update(due_at=None)


def due() -> QuerySet[Watch]:
    """Return the watches that are to look now, of journeys that let contacts in."""
    now = timezone.now()
    return Watch.objects.filter(
        Q(version__starts_at=None) | Q(version__starts_at__lte=now),
        Q(version__ends_at=None) | Q(version__ends_at__gte=now),
        due_at__lte=now,
        version__journey__status=Journey.Status.ACTIVE,
        version__journey__is_held=False,
        version__journey__live_version=F("version"),
    )


@transaction.atomic
def advance(watch_id: int) -> int | None:
    """Look at the next slice of contacts; returns how many entered, None if somebody else is at
    it."""
    begun = time.monotonic()
    version = Version.objects.select_related("journey__site").get(watch=watch_id)
    capping.hold(version)
    claimed = due().filter(pk=watch_id).select_for_update(skip_locked=True, of=("self",))
    watch = claimed.first()
    if watch is None:
        return None
    watch.version = version
    if not watch.cursor:
        watch.begun_at, watch.seconds = timezone.now(), 0
    end = slices.end_of(version.journey.site_id, watch.cursor)
    entered = _look(watch, end)
    watch.cursor = end or 0
    watch.seconds += time.monotonic() - begun
    if end is None:
        _finish(watch)
    watch.save()
    return entered


def _finish(watch: Watch) -> None:
    rests = timedelta(seconds=max(AT_MOST_EVERY, RESTS_FOR * watch.seconds))
    watch.looks += 1
    is_over = watch.version.members == Members.PRESENT
    watch.due_at = None if is_over else timezone.now() + rests


def _look(watch: Watch, end: int | None) -> int:
    version = watch.version
    contacts = slices.of(version.journey.site_id, watch.cursor, end)
    found = slices.meeting_the_rule(version, contacts)
    if found is None:
        return 0
    meeting = set(found.order_by().values_list("pk", flat=True))
    of_slice = Seen.objects.filter(journey=version.journey_id, contact__gt=watch.cursor)
    of_slice = of_slice.filter(contact__lte=end) if end else of_slice
    seen = set(of_slice.values_list("contact", flat=True))
    if left := seen - meeting:
        of_slice.filter(contact__in=listed(left)).delete()
    joined = meeting - seen
    return _join(watch, end, joined) if joined else 0


def _join(watch: Watch, end: int | None, joined: set[int]) -> int:
    version, now = watch.version, timezone.now()
    rows = Contact.objects.filter(one_of("pk", joined)).order_by("pk")
    # Nobody else writes them: the watch is held.
    seen = {
        "journey": Value(version.journey_id),
        "contact": F("pk"),
        "at": Value(now, DateTimeField()),
    }
    insert_from(Seen, rows, seen)
    commit_early(len(joined))
    if version.members == Members.FUTURE and not watch.looks:
        return 0
    entry = Entry(version=version, at=now)
    entered = admit(entry, rows, between=(watch.cursor, end))
    if version.total_cap and entered < len(joined):
        # Whom only the cap kept out joins when there is room for more.
        of_joined = {"journey": version.journey_id, "contact__in": listed(joined)}
        full = Refusal.objects.filter(**of_joined, gate=Refusal.Gate.TOTAL_CAP, at=entry.at)
        Seen.objects.filter(journey=version.journey_id, contact__in=full.values("contact")).delete()
    return entered
