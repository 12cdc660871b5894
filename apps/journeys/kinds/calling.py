"""Webhooks."""

from django.utils import timezone

from apps.accounts import wakeups
from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.models import Call
from apps.journeys.webhooks import CALL, making

# What comes of a step, by what became of its call.
OUTCOMES = {
    Call.Status.ANSWERED: "taken",
    Call.Status.REFUSED: "refused",
    Call.Status.FAILED: "failed",
}
# Who can be called for nothing waits as well: a flow may lead back here.
NOT_FILLED_SECONDS = 60


class WebhookKind(Kind):
    """Queues a call for each; apps.journeys.webhooks makes it, and leads on by the answer."""

    passes_time = True
    needs_context = True

    def arrive(self, batch: Batch) -> Moves:
        moves = Moves()
        calls = making.calls(batch.step, batch.rows, now=batch.now)
        Call.objects.bulk_create(calls, ignore_conflicts=True)
        soon = batch.now + timezone.timedelta(seconds=NOT_FILLED_SECONDS)
        for row, call in zip(batch.rows, calls, strict=True):
            is_queued = call.status == Call.Status.QUEUED
            moves.wait(call.expires_at if is_queued else soon, [row])
        wakeups.call(CALL)
        return moves

    def time_out(self, batch: Batch) -> Moves:
        """No answer was heard in time, or one was and nobody led on by it: read how it ended."""
        visits = {row.pk: row.visit for row in batch.rows}
        mine = {
            call.enrolment_id: call
            for call in Call.objects.filter(enrolment__in=visits).select_for_update()
            if call.visit == visits[call.enrolment_id]
        }
        late = [call for call in mine.values() if call.status == Call.Status.QUEUED]
        Call.objects.filter(pk__in=[call.pk for call in late]).update(
            status=Call.Status.FAILED, due_at=None
        )
        moves = Moves()
        for row in batch.rows:
            outcome, why = _ended(mine.get(row.pk))
            moves.leave(outcome, [row], why=why)
        return moves


def _ended(call: Call | None) -> tuple[str, str]:
    if call is None or call.status in (Call.Status.QUEUED, Call.Status.WITHDRAWN):
        return "failed", "expired"
    is_unfilled = call.status == Call.Status.FAILED and not call.attempts
    return OUTCOMES[call.status], "not_filled" if is_unfilled else ""


def outcome_of(call: Call) -> str:
    """Return by which outcome the contact of a call that has ended leaves the step."""
    return OUTCOMES[Call.Status(call.status)]
