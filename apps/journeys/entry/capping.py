"""The total cap: how many may enter altogether, exactly, however many workers let them in."""

from django.db.models import F, QuerySet

from apps.journeys.models import Enrolment, Journey, Quota, Version

# Of the journey itself, not of one of its steps.
WHOLE, EVER = "", "ever"


def prepare(version: Version) -> None:
    """Have those who entered by older versions counted anew: they may have had no cap."""
    _quota(version).delete()


def hold(version: Version) -> None:
    """Hold the journey until the transaction ends where what enters must be counted exactly, and
    learn whether it still lets anybody in."""
    # Inside several times at once, no constraint keeps two from being the last that may.
    counts_each = version.max_entries and version.reentry == Version.Reentry.EVERY
    if version.total_cap or counts_each:
        version.journey.refresh_from_db(
            fields=["status", "is_held"],
            from_queryset=Journey.objects.select_for_update(no_key=True),
        )


def room(version: Version) -> int | None:
    """Return how many may still enter; None: no cap. Call `hold` first."""
    if not version.total_cap:
        return None
    known = _known(version)
    used = known if known is not None else _count(version)
    if known is None:
        Quota.objects.create(journey_id=version.journey_id, step_key=WHOLE, period=EVER, used=used)
    return max(0, version.total_cap - used)


def used(version: Version) -> int:
    """Return how many have entered so far, by any version; holds and writes nothing."""
    known = _known(version)
    return _count(version) if known is None else known


def use(version: Version, entered: int, room: int) -> None:
    """Count those who have entered of the `room` there was; when it is used up, the journey
    pauses itself, if it is active."""
    if entered:
        _quota(version).update(used=F("used") + entered)
    if entered < room:
        return
    reason = f"{version.total_cap:,} have entered, as many as may altogether."
    active = Journey.objects.filter(pk=version.journey_id, status=Journey.Status.ACTIVE)
    active.update(status=Journey.Status.PAUSED, pause_reason=reason)


def _quota(version: Version) -> QuerySet[Quota]:
    return Quota.objects.filter(journey=version.journey_id, step_key=WHOLE, period=EVER)


def _known(version: Version) -> int | None:
    return _quota(version).values_list("used", flat=True).first()


def _count(version: Version) -> int:
    return Enrolment.objects.filter(journey=version.journey_id, is_control=False).count()
