"""Sending: from due rows to recorded outcomes, a batch at a time.

Claimed by a conditional update with a lease, rendered and encrypted, sent with no lock held,
recorded by outcome. A worker that dies in between leaves rows whose lease ends: the next one
sends them again within their time to live, and the browser replaces instead of repeating.
"""

import logging
import random
import time
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.assets import models as assets
from apps.assets import payloads, rendering
from apps.delivery import messages, receipt_tokens, transport
from apps.delivery.models import Hold, Push
from apps.delivery.recording import Result, record
from apps.devices import endpoints
from apps.devices.models import Subscription

BATCH = transport.AT_ONCE
LEASE = timezone.timedelta(seconds=120)
MAX_ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A push ready to send, and what is written down about it."""

    push: Push
    subscription: Subscription
    request: transport.Request
    payload: payloads.Payload
    variation: int | None


def drain(*, seconds: float = 40) -> int:
    """Send what is due until nothing is, or the time is over; returns how many were looked at."""
    end = time.monotonic() + seconds
    total = 0
    with transport.Connections() as connections:
        while time.monotonic() < end and (claimed := claim(BATCH)):
            send_batch(claimed, connections)
            total += len(claimed)
    return total


@transaction.atomic
def claim(most: int) -> list[int]:
    """Take up to `most` due pushes for LEASE, so that no other worker takes them; their ids."""
    due = Push.objects.due().order_by("due_at").select_for_update(skip_locked=True)
    ids = list(due.values_list("pk", flat=True)[:most])
    Push.objects.filter(pk__in=ids).update(
        status=Push.Status.SENDING, attempts=F("attempts") + 1, due_at=timezone.now() + LEASE
    )
    return ids


def send_batch(ids: list[int], connections: transport.Connections) -> None:
    """Send the claimed pushes `ids` and record what became of each."""
    prepared, results = prepare(ids)
    answers = connections.send([row.request for row in prepared])
    for row, answer in zip(prepared, answers, strict=True):
        results.append(_result(row, answer))
    record(results)


def prepare(ids: list[int]) -> tuple[list[Prepared], list[Result]]:
    """Load, render, encrypt and sign, in a constant number of queries.

    Returns what can be sent, and the results of those that cannot.
    """
    # The few sites on their own: with each row they would be made anew.
    held = Hold.objects.standing().filter(campaign=OuterRef("campaign"))
    rows = Push.objects.filter(pk__in=listed(ids)).select_related("contact", "device")
    rows = rows.annotate(is_held=Exists(held))
    pushes = list(rows.prefetch_related("contact__site"))
    live = Subscription.objects.live().filter(device__in={push.device_id for push in pushes})
    subscriptions = {row.device_id: row for row in live.select_related("key")}
    used = rendering.load(assets.Push, {push.asset_id for push in pushes})
    sources = {pk: source for pk, (_, source) in used.items()}
    batch = rendering.Batch.load(sources, {push.contact for push in pushes})
    prepared, results = [], []
    for push in pushes:
        asset, _ = used[push.asset_id]
        # It may have been held since it was claimed.
        if push.is_held and push.reason != Push.Reason.WITHDRAWN:
            results.append(Result.held(push))
            continue
        subscription = subscriptions.get(push.device_id)
        reason = _reason_not_to_send(push, subscription, asset)
        if reason is None:
            ready = _prepare_one(push, asset, subscription, batch)
            if isinstance(ready, Prepared):
                prepared.append(ready)
                continue
            reason = ready
        results.append(Result.failed(push, reason, answer=push.answer))
    return prepared, results


def _prepare_one(
    push: Push, asset: assets.Push, subscription: Subscription, batch: rendering.Batch
) -> Prepared | Push.Reason:
    """Return the push ready to send, or why it cannot be; one that fails never stops a batch."""
    try:
        rendered = batch.render(push.asset_id, push.contact, push.context)
        made = messages.make(
            rendered.shown,
            site_id=push.contact.site_id,
            id=push.uid.hex,
            token=receipt_tokens.make(push.uid),
            limit=_limit(push),
        )
        left = int((push.expires_at - timezone.now()).total_seconds())
        request = messages.request(made, subscription, asset, site=push.contact.site, ttl=left)
    except messages.TooLarge:
        return Push.Reason.TOO_LARGE
    except endpoints.EndpointRefused:
        return Push.Reason.NOT_KNOWN
    except Exception:
        # Texts, values and keys come from outside; what they can do is not to be listed.
        log.warning("Push %s of asset %s cannot be made", push.pk, asset.pk, exc_info=True)
        return Push.Reason.NOT_RENDERED
    return Prepared(
        push=push,
        subscription=subscription,
        request=request,
        payload=made.payload,
        variation=rendered.version.key if rendered.version else None,
    )


def _limit(push: Push) -> int:
    # Queued once more after its push service found too large what should have fitted.
    if push.reason == Push.Reason.TOO_LARGE:
        return payloads.CAUTIOUS_BYTES
    return messages.limit_of(push.device.browser, push.device.os)


def _reason_not_to_send(
    push: Push, subscription: Subscription | None, asset: assets.Push
) -> Push.Reason | None:
    if push.reason == Push.Reason.WITHDRAWN:
        return Push.Reason.WITHDRAWN
    if push.expires_at <= timezone.now():
        return Push.Reason.EXPIRED
    if push.device.contact_id != push.contact_id:
        return Push.Reason.MOVED
    # They may have said so since it was queued.
    if push.contact.has_opted_out and not push.ignores_consent:
        return Push.Reason.OPTED_OUT
    if subscription is None or subscription.key.retired_at:
        return Push.Reason.NO_DEVICE
    if not asset.is_active:
        return Push.Reason.NOT_ACTIVE
    if push.attempts > MAX_ATTEMPTS:
        return Push.Reason.UNAVAILABLE
    return None


def _result(row: Prepared, answer: transport.Answer) -> Result:
    outcomes = transport.Outcome
    if answer.outcome in (outcomes.THROTTLED, outcomes.UNAVAILABLE):
        pause = answer.retry_after or _pause(row.push.attempts)
        return Result.later(row.push, timezone.timedelta(seconds=pause), answer.text)
    if answer.outcome is outcomes.ACCEPTED:
        return Result.accepted(row.push, variation=row.variation, left_out=row.payload.left_out)
    if answer.outcome is outcomes.TOO_LARGE and row.payload.size > payloads.CAUTIOUS_BYTES:
        return Result.smaller(row.push, answer.text)
    return Result.failed(
        row.push,
        Push.Reason(answer.outcome.value),
        answer=answer.text,
        subscription=row.subscription,
    )


def _pause(attempts: int) -> float:
    """Return seconds to wait after the n-th try: 10, 20, 40 … with jitter, so that a push
    service that comes back does not meet everybody at once."""
    return FIRST_PAUSE_SECONDS * 2 ** (attempts - 1) * random.uniform(0.75, 1.25)
