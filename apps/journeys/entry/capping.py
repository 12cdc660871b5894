"""The total cap: how many may enter altogether, exactly, however many workers let them in."""

from apps.journeys.models import Enrolment, Journey, Version


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
    entered = Enrolment.objects.filter(journey=version.journey_id, is_control=False)
    return max(0, version.total_cap - entered.count())


def pause(version: Version) -> None:
    """Pause the journey because its cap is reached; nothing happens if it is not active."""
    reason = f"{version.total_cap:,} have entered, as many as may altogether."
    active = Journey.objects.filter(pk=version.journey_id, status=Journey.Status.ACTIVE)
    if active.update(status=Journey.Status.PAUSED, pause_reason=reason):
        version.journey.status = Journey.Status.PAUSED
