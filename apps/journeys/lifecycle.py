"""The life of a journey: pause, hold, resume, finish, archive.

The status changes first, in a short transaction: whoever lets contacts in, moves or sends them
asks it for each batch. What has to be done to many follows in batches, by a worker, and goes on
where somebody died over it.
"""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.delivery import holds
from apps.delivery.models import Hold
from apps.delivery.wanted import put_off, withdraw
from apps.journeys import leaving
from apps.journeys.models import Call, Enrolment, Journey, Run
from apps.journeys.models.enrolments import steps_with_somebody
from apps.journeys.models.message_keys import campaign
from apps.journeys.primitives import waking

Status = Journey.Status
OVER = (Status.FINISHED, Status.ARCHIVED)
BATCH = 5_000
# So long does who asks wait; a worker does the rest.
AT_ONCE_SECONDS = 2


def pause(journey: Journey, *, reason: str = "") -> None:
    """Let nobody enter any more; those inside go on. `reason` is for one that pauses itself."""
    _change(journey, Q(status=Status.ACTIVE), status=Status.PAUSED, pause_reason=reason[:100])


@transaction.atomic
def hold(journey: Journey) -> None:
    """Let nobody enter any more, those inside stand still, and send nothing of what is queued."""
    standing = Q(status__in=Journey.RUNNING, is_held=False)
    _change(journey, standing, status=Status.PAUSED, is_held=True, held_at=timezone.now())
    holds.hold(campaign(journey.pk))


def resume(journey: Journey, *, shift_waits: bool = False) -> None:
    """Let contacts enter again, and those who were held go on.

    `shift_waits`: who waits waits on for as long as everything was held; else the waits have
    passed meanwhile. Where many wait, a worker puts them off first, and lets go then.
    """
    if shift_waits and journey.is_held:
        waiting = Q(status=Status.PAUSED, is_held=True, shifted_to=None)
        _change(journey, waiting, shifted_to=0)
        _shift(journey, time.monotonic() + AT_ONCE_SECONDS)
        waking.wake()
        return
    with transaction.atomic():
        _change(journey, Q(status=Status.PAUSED, shifted_to=None), **_RUNNING)
        holds.release(campaign(journey.pk))
    waking.wake()


def finish(journey: Journey) -> None:
    """End the journey: those inside leave, and what nobody has seen yet is withdrawn. It can be
    published again."""
    _end(journey, Q(status__in=Journey.RUNNING), Status.FINISHED)


def archive(journey: Journey) -> None:
    """End the journey for good: those inside leave, and what nobody has seen yet is withdrawn."""
    _end(journey, ~Q(status=Status.ARCHIVED), Status.ARCHIVED)


def is_ending(journey: Journey) -> bool:
    """Return whether a journey that is over still has people or messages to be taken out."""
    withdrawn = Hold.objects.filter(campaign=campaign(journey.pk), status=Hold.Status.WITHDRAWN)
    is_over = journey.status in OVER
    return is_over and (Enrolment.objects.inside_journey(journey.pk).exists() or withdrawn.exists())


def sweep(*, seconds: float = AT_ONCE_SECONDS) -> bool:
    """Take those out who are inside journeys that are over, also who came in at the very moment
    of the end; and put off the waits of held ones that resume. Returns whether all of it is done.
    """
    end = time.monotonic() + seconds
    steps = steps_with_somebody().filter(version__journey__status__in=OVER).order_by()
    over = Journey.objects.filter(pk__in=steps.values("version__journey"), status__in=OVER)
    # Each of them, whatever the others leave.
    done = [_take_out(journey, end) for journey in over]
    resuming = Journey.objects.filter(is_held=True).exclude(shifted_to=None)
    done += [_shift(journey, end) for journey in resuming]
    return all(done)


def finish_those_over() -> int:
    """Finish the journeys that have ended by themselves: nobody can enter any more and nobody is
    inside. What they have queued is sent yet. Returns how many."""
    now = timezone.now()
    runs = Run.objects.filter(version=OuterRef("live_version"))
    is_run = Q(live_version__entry_kind="schedule", live_version__repeats="once")
    is_run &= Q(Exists(runs)) & ~Q(Exists(runs.filter(finished_at=None)))
    found = Journey.objects.filter(
        Q(live_version__ends_at__lte=now) | is_run, status__in=Journey.RUNNING, is_held=False
    )
    over = [row for row in found.select_related("live_version", "site") if _has_ended(row, now)]
    steps = steps_with_somebody().filter(version__journey__in=over).order_by()
    busy = set(steps.values_list("version__journey", flat=True)) if over else ()
    over = [row for row in over if row.pk not in busy]
    # By the version that was looked at: a new one may have been published meanwhile.
    rows = Journey.objects.filter(
        pk__in=[row.pk for row in over],
        live_version__in=[row.live_version_id for row in over],
        status__in=Journey.RUNNING,
        is_held=False,
    )
    return rows.update(status=Status.FINISHED)


def _has_ended(journey: Journey, now: datetime) -> bool:
    """Of a run in each contact's time zone there are more to come until the day is over
    everywhere."""
    version = journey.live_version
    if version.ends_at and version.ends_at <= now:
        return True
    local = datetime.combine(version.on_date, version.at_time)
    last = local.replace(tzinfo=ZoneInfo(journey.site.time_zone))
    if version.zone == Journey.Zone.CONTACT:
        last = local.replace(tzinfo=ZoneInfo("Etc/GMT+12"))
    return last <= now


_RUNNING: dict[str, Any] = {
    "status": Status.ACTIVE,
    "is_held": False,
    "held_at": None,
    "shifted_to": None,
    "pause_reason": "",
}


def _end(journey: Journey, before: Q, status: Status) -> None:
    with transaction.atomic():
        _change(journey, before, **{**_RUNNING, "status": status, "move_over": None})
        withdraw(campaign=campaign(journey.pk))
    # Few are out at once; of many only so many, that nobody waits.
    if not _take_out(journey, time.monotonic() + AT_ONCE_SECONDS):
        waking.wake()


def _take_out(journey: Journey, end: float) -> bool:
    """Returns whether nobody is left."""
    while ids := list(_some_inside(journey.pk)):
        # It waits for a batch of the engine that holds some of them at this moment.
        left = leaving.leave(Enrolment.objects.filter(pk__in=listed(ids)), Enrolment.Exit.ENDED)
        if left < len(ids):
            # The batch has led them out, and asked for something just before.
            withdraw(campaign=campaign(journey.pk))
        if time.monotonic() > end:
            return False
    return True


def _some_inside(journey_id: int) -> QuerySet[Enrolment, int]:
    return (
        Enrolment.objects.inside_journey(journey_id).order_by().values_list("pk", flat=True)[:BATCH]
    )


def _shift(journey: Journey, end: float) -> bool:
    """Put off the waits of a held journey by the time for which it has been held, and let it go
    when all are. Returns whether it is."""
    while _shift_batch(journey.pk):
        if time.monotonic() > end:
            return False
    journey.refresh_from_db(fields=list(_RUNNING))
    return True


@transaction.atomic
def _shift_batch(journey_id: int) -> bool:
    """Returns whether there may be more."""
    rows = Journey.objects.select_for_update(no_key=True).filter(pk=journey_id, is_held=True)
    journey = rows.exclude(shifted_to=None).first()
    if journey is None:
        return False
    waiting = Enrolment.objects.inside_journey(journey_id).filter(
        state=Enrolment.State.WAITING, due_at__isnull=False, pk__gt=journey.shifted_to
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not ids:
        Journey.objects.filter(pk=journey_id).update(**_RUNNING)
        holds.release(campaign(journey_id))
        waking.wake()
        return False
    by = timezone.now() - journey.held_at
    # Who has been led on since is due at once, and stays so.
    still = Enrolment.objects.filter(pk__in=listed(ids), state=Enrolment.State.WAITING)
    still.update(due_at=F("due_at") + by)
    # What they wait for has as much longer too.
    asked = still.filter(step__kind="popup").only("journey_id", "visit")
    put_off([row.message_key for row in asked], by)
    Call.objects.put_off(ids, by)
    Journey.objects.filter(pk=journey_id).update(shifted_to=ids[-1])
    return True


def _change(journey: Journey, before: Q, **values: Any) -> None:
    """Change the row if it is as `before` says. Raises ValidationError, in words, if not."""
    if not Journey.objects.filter(before, pk=journey.pk).update(**values):
        journey.refresh_from_db(fields=["status", "is_held", "shifted_to"])
        raise ValidationError(f"“{journey}” {_state(journey)}, so this cannot be done.")
    for name, value in values.items():
        setattr(journey, name, value)


def _state(journey: Journey) -> str:
    if journey.shifted_to is not None:
        return "is resuming"
    if journey.is_held:
        return "is held"
    return f"is {STATES[Status(journey.status)]}"


# In a sentence; “Paused: nobody enters…” is for a list.
STATES = {
    Status.DRAFT: "draft",
    Status.ACTIVE: "active",
    Status.PAUSED: "paused",
    Status.FINISHED: "finished",
    Status.ARCHIVED: "archived",
}
