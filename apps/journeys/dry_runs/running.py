"""Dry runs in the background: asked for as rows, done by a worker, begun again where one died."""

import logging
import time
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts import wakeups
from apps.accounts.models import User
from apps.journeys.documents import reading
from apps.journeys.documents.problems import Refused
from apps.journeys.dry_runs import collisions, drafting, options, sampling, summing, world
from apps.journeys.dry_runs.options import Options
from apps.journeys.dry_runs.simulation import Simulation
from apps.journeys.models import DryRun, Journey
from apps.segments import rules

TASK = "apps.journeys.tasks.dry_run"
# A run is over, or given up, much sooner: whoever was at it is gone.
GONE_AFTER = timedelta(minutes=3)
# Begun again and again, and its worker died each time.
GIVEN_UP_AFTER = timedelta(minutes=30)
# A worker's task is ended after a minute: what is tried by then is shown.
MOST_SECONDS = 40
# Of a journey; older ones go.
KEPT = 20
Status = DryRun.Status
PENDING = (Status.QUEUED, Status.RUNNING)

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """The row was deleted, or somebody else is at it."""


class GivenUp(Exception):
    """Begun again and again, and never done."""


class Busy(Exception):
    """A dry run of the journey is not over yet."""

    words = "A dry run of this journey is not over yet. Wait for it, or cancel it."


def begin(journey: Journey, by: User | None, given: Any) -> DryRun:
    """Queue a dry run of the journey as it is written now; `given` are options as JSON.

    Raises ValidationError, by field for options, Refused where the draft makes no sense, and Busy
    where another one is not over yet.
    """
    asked = options.read(given, now=timezone.now())
    if asked.who == options.Who.SEGMENT and sampling.segment_of(journey.site, asked) is None:
        raise ValidationError({"segment": "There is no such segment at this site."})
    document = reading.read(journey)
    drafting.of(journey, document)
    run = _queue(journey, by, document, asked)
    wakeups.call(TASK)
    return run


@transaction.atomic
def _queue(journey: Journey, by: User | None, document: Any, asked: Options) -> DryRun:
    # Of two who ask at the same moment one comes first.
    Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    rows = DryRun.objects.filter(journey=journey)
    if rows.filter(status__in=PENDING).exists():
        raise Busy(Busy.words)
    run = DryRun.objects.create(journey=journey, by=by, document=document, options=asked.written())
    kept = rows.values_list("pk", flat=True)[:KEPT]
    rows.exclude(pk__in=list(kept)).delete()
    return run


def due() -> QuerySet[DryRun]:
    """Return those that wait, and those whose worker is gone, the oldest first."""
    gone = Q(status=Status.RUNNING, begun_at__lt=timezone.now() - GONE_AFTER)
    return DryRun.objects.filter(Q(status=Status.QUEUED) | gone).order_by("pk")


def drain(seconds: float) -> int:
    """Do what is due until the time is over, at least one; returns how many were done."""
    end, done = time.monotonic() + seconds, 0
    while run := _claim():
        _do(run)
        done += 1
        if time.monotonic() >= end:
            break
    return done


def _claim() -> DryRun | None:
    for run in due().select_related("journey__site"):
        # Whoever changes the row has it: no lock is held while it runs.
        before, now = run.begun_at, timezone.now()
        mine = due().filter(pk=run.pk, begun_at=before)
        if mine.order_by().update(status=Status.RUNNING, begun_at=now, progress=0):
            run.begun_at = now
            return run
    return None


def _do(run: DryRun) -> None:
    now = timezone.now()
    try:
        if now - run.queued_at > GIVEN_UP_AFTER:
            raise GivenUp
        found = _run(run)
    except Cancelled:
        return
    except GivenUp:
        _finish(run, error="Its worker ended each time before it was done. Try fewer contacts.")
    except (Refused, rules.Broken) as error:
        _finish(run, error=" ".join(error.messages))
    except Exception:
        log.exception("%s failed", run)
        _finish(run, error="It stopped by an error of Pushdesk’s own, which its log describes.")
    else:
        _finish(run, result=found)


def _run(run: DryRun) -> dict[str, Any]:
    begun = time.monotonic()
    asked = options.read(run.options, now=run.queued_at)
    draft = drafting.of(run.journey, run.document)
    known = world.load(draft, asked, now=timezone.now())
    others = collisions.read(known)
    _say(run, 10)
    left = MOST_SECONDS - (time.monotonic() - begun)
    counts = Simulation(known).run(lambda percent: _say(run, 10 + percent * 9 // 10), seconds=left)
    return summing.result(known, counts, others)


def _mine(run: DryRun) -> QuerySet[DryRun]:
    return DryRun.objects.filter(pk=run.pk, status=Status.RUNNING, begun_at=run.begun_at)


def _say(run: DryRun, percent: int) -> None:
    if percent == run.progress:
        return
    run.progress = percent
    if not _mine(run).update(progress=percent):
        raise Cancelled


def _finish(run: DryRun, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    _mine(run).update(
        status=Status.FAILED if error else Status.DONE,
        progress=100,
        result=result or {},
        error=error,
        finished_at=timezone.now(),
    )
