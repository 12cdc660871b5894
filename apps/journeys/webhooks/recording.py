"""Recording what came of calls, and leading their contacts on by it: a few statements a batch."""

import logging
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts import wakeups
from apps.journeys.kinds.calling import outcome_of
from apps.journeys.listening import hearing
from apps.journeys.models import Call, CompiledStep, Enrolment
from apps.journeys.primitives import moving
from apps.journeys.webhooks.answers import Answer, Outcome
from apps.journeys.webhooks.hosts import origin_of

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 10, 3600
# No journey waits so long; a header may name any number.
LONGEST_SAID_SECONDS = 10**7
# The last try leaves so much time for its answer.
LAST_TRY = timedelta(seconds=30)
# So long at most the other calls to a server wait because one was asked to come later.
LONGEST_REST_SECONDS = 60

Status = Call.Status
ENDS = {
    Outcome.TAKEN: Status.ANSWERED,
    Outcome.REFUSED: Status.REFUSED,
    Outcome.IMPOSSIBLE: Status.FAILED,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a call, as a worker has claimed it."""

    call: Call
    answer: Answer


def record(results: list[Result]) -> None:
    """Write the results down and lead on who has an answer, all in one transaction: a contact
    whose call is written down as answered never waits on.

    Calls that have ended otherwise meanwhile (their time is over, the contact has left) stay so.
    What cannot be recorded is called again when its lease ends, under the same id.
    """
    try:
        _record(results)
    except Exception:
        log.exception("Answers to %s calls could not be recorded together", len(results))
        for result in results:
            try:
                _record([result])
            except Exception:
                log.exception("The answer to call %s could not be recorded", result.call.pk)


@transaction.atomic
def _record(results: list[Result]) -> None:
    now = timezone.now()
    by_id = {result.call.pk: result for result in results}
    waiting = _hold_enrolments([result.call for result in results])
    held = Call.objects.filter(pk__in=by_id, status=Status.QUEUED).order_by("pk")
    calls = list(held.select_for_update())
    written = [call for call in calls if _write(call, by_id[call.pk], now)]
    _save(written)
    _lead_on([call for call in written if call.status != Status.QUEUED], waiting, now)
    _let_rest(results, now)


def _save(calls: list[Call]) -> None:
    fields = ("status", "answer", "due_at", "answered_at")
    first, *others = {tuple(getattr(call, name) for name in fields) for call in calls} or {()}
    if first and not others:
        # As most answers are; to say it of each by itself takes the longer part of all of this.
        ids = [call.pk for call in calls]
        Call.objects.filter(pk__in=ids).update(**dict(zip(fields, first, strict=True)))
    else:
        Call.objects.bulk_update(calls, fields)


def _hold_enrolments(calls: list[Call]) -> dict[int, Enrolment]:
    """Hold those of the calls before them, as the engine does; return who waits."""
    rows = Enrolment.objects.filter(pk__in={call.enrolment_id for call in calls})
    held = rows.defer("context").order_by("pk").select_for_update()
    return {row.pk: row for row in held if row.state == Enrolment.State.WAITING}


def _write(call: Call, result: Result, now: datetime) -> bool:
    """Change the row by what was answered; returns whether it did."""
    answer = result.answer
    if answer.outcome is Outcome.LATER:
        # Another worker has it in its hands since: that one says when it is tried again.
        if call.attempts != result.call.attempts:
            return False
        call.due_at = next_try(call, answer.retry_after, now=now)
        call.status = Status.QUEUED if call.due_at else Status.FAILED
    else:
        call.due_at, call.status = None, ENDS[answer.outcome]
    call.answer = answer.words
    call.answered_at = None if answer.is_silent else now
    return True


def next_try(call: Call, retry_after: int | None, *, now: datetime) -> datetime | None:
    """Return when a call is made again after `call.attempts` tries: after 10, 20, 40 … seconds,
    an hour at most, or when the server said, and once more before its time is over. None: there
    is no time left for it."""
    last = call.expires_at - LAST_TRY
    if retry_after is not None:
        # A little later than all the others that were told the same, and never at once.
        pause = min(max(retry_after, FIRST_PAUSE_SECONDS), LONGEST_SAID_SECONDS)
        again = now + timedelta(seconds=pause * random.uniform(1, 1.1))
        return again if again <= last else None
    if last - now < timedelta(seconds=FIRST_PAUSE_SECONDS):
        return None
    return min(now + timedelta(seconds=pause_after(call.attempts)), last)


def pause_after(attempts: int) -> float:
    """Return seconds with jitter: a server that comes back does not meet everybody at once."""
    pause = FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 20) * random.uniform(0.75, 1.25)
    return min(pause, LONGEST_PAUSE_SECONDS)


def _lead_on(ended: list[Call], waiting: dict[int, Enrolment], now: datetime) -> None:
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for call in ended:
        row = waiting.get(call.enrolment_id)
        if row and row.visit == call.visit:
            groups[row.step_id, outcome_of(call)].append(row.pk)
    steps = CompiledStep.objects.in_bulk({step for step, _ in groups})
    for (step, outcome), ids in groups.items():
        moving.lead_on(steps[step], ids, outcome, at=now)
    if groups:
        wakeups.call(hearing.ADVANCE)


def _let_rest(results: list[Result], now: datetime) -> None:
    """Have the other calls to a server that named a time wait as well, a minute at most: each
    would only be told the same."""
    rests: dict[str, int] = {}
    for result in results:
        if result.answer.outcome is Outcome.LATER and result.answer.retry_after:
            seconds = min(result.answer.retry_after, LONGEST_REST_SECONDS)
            origin = origin_of(result.call.url)
            rests[origin] = max(seconds, rests.get(origin, 0))
    for origin, seconds in rests.items():
        until = now + timedelta(seconds=seconds)
        others = Call.objects.due().filter(status=Status.QUEUED, url__startswith=origin)
        others.update(due_at=until)
