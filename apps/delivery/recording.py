"""Recording what became of pushes: a few statements per batch, grouped by equal outcome."""

import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.delivery.models import Push
from apps.devices import subscriptions
from apps.devices.models import Subscription, VapidKey

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one push: accepted, failed for a reason, or to be tried again later."""

    push: Push
    status: Push.Status
    reason: str = ""
    answer: str = ""
    again_in: timedelta | None = None
    subscription: Subscription | None = None
    variation: int | None = None
    left_out: tuple[str, ...] = ()
    is_counted: bool = True

    @classmethod
    def accepted(
        cls, push: Push, *, variation: int | None = None, left_out: tuple[str, ...] = ()
    ) -> "Result":
        """`variation` says which one was sent, `left_out` what of it, so that it fits."""
        return cls(push=push, status=Push.Status.ACCEPTED, variation=variation, left_out=left_out)

    @classmethod
    def failed(
        cls,
        push: Push,
        reason: Push.Reason,
        *,
        answer: str = "",
        subscription: Subscription | None = None,
    ) -> "Result":
        return cls(
            push=push,
            status=Push.Status.FAILED,
            reason=reason,
            answer=answer,
            subscription=subscription,
        )

    @classmethod
    def later(cls, push: Push, again_in: timedelta, answer: str) -> "Result":
        """Try again, unless its time to live is over by then."""
        if timezone.now() + again_in >= push.expires_at:
            return cls.failed(push, Push.Reason.UNAVAILABLE, answer=answer)
        return cls(push=push, status=Push.Status.QUEUED, answer=answer, again_in=again_in)

    @classmethod
    def held(cls, push: Push) -> "Result":
        """Put it back unsent: its campaign was held after it had been claimed. Due at once, as
        nobody claims it while that stands: it may have been released meanwhile."""
        return cls(push=push, status=Push.Status.QUEUED, again_in=timedelta(), is_counted=False)

    @classmethod
    def smaller(cls, push: Push, answer: str) -> "Result":
        """Try again at once with less in it: the reason is kept until then and says so."""
        reason = Push.Reason.TOO_LARGE
        return cls(
            push=push,
            status=Push.Status.QUEUED,
            reason=reason,
            answer=answer,
            again_in=timedelta(),
        )


def record(results: list[Result]) -> None:
    """Write the results down; end the subscriptions that have gone, and only those.

    Rows that somebody else has finished meanwhile (a lease that ended) are left alone. What was
    sent is committed first: nothing that goes wrong after it may send it again.
    """
    with transaction.atomic():
        _write_finished([row for row in results if row.again_in is None])
        _write_again([row for row in results if row.again_in is not None])
    gone = [r.subscription.pk for r in results if r.reason == Push.Reason.GONE and r.subscription]
    if gone:
        _end(gone)
    refused = [r for r in results if r.reason == Push.Reason.REFUSED and r.subscription]
    if refused:
        alarm({row.subscription.key_id for row in refused}, len(refused), refused[0].answer)


def _end(gone: list[int]) -> None:
    try:
        subscriptions.end(Subscription.objects.filter(pk__in=gone), Subscription.EndReason.GONE)
    except DatabaseError:
        # They stay live, and the next push to each will be told once more.
        log.exception("Subscriptions %s have gone, but could not be ended", gone)


def _write_again(results: list[Result]) -> None:
    now = timezone.now()
    sending = Push.objects.filter(
        pk__in=[row.push.pk for row in results], status=Push.Status.SENDING
    )
    if results:
        # Withdrawn while it was in our hands.
        sending.filter(reason=Push.Reason.WITHDRAWN).update(status=Push.Status.FAILED, due_at=None)
    for row in results:
        sending.filter(pk=row.push.pk).update(
            status=row.status,
            # Why it is tried again with less in it holds for every try after.
            reason=row.reason or row.push.reason,
            answer=row.answer or row.push.answer,
            due_at=now + row.again_in,
            attempts=row.push.attempts - (not row.is_counted),
        )


def _write_finished(results: list[Result]) -> None:
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in results:
        left_out = ", ".join(row.left_out)
        groups[row.status, row.reason, row.answer, row.variation, left_out].append(row.push.pk)
    now = timezone.now()
    for (status, reason, answer, variation, left_out), ids in groups.items():
        changes = {"status": status, "reason": reason, "answer": answer, "due_at": None}
        if status == Push.Status.ACCEPTED:
            changes |= {"accepted_at": now, "variation": variation, "left_out": left_out}
        Push.objects.filter(pk__in=ids, status=Push.Status.SENDING).update(**changes)


def alarm(keys: Collection[int], pushes: int, answer: str) -> None:
    """Have the site's page say that a push service refused what these keys signed."""
    VapidKey.objects.filter(pk__in=keys).update(refused_at=timezone.now())
    log.error("A push service refused our key for %s pushes: %s", pushes, answer)
