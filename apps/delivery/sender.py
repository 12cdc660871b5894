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
from django.db.models import F
from django.utils import timezone
from pywebpush import WebPusher

from apps.accounts.models import Site
from apps.assets import models as assets
from apps.assets import rendering
from apps.delivery import payloads, transport, vapid
from apps.delivery.models import Push
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
    push: Push
    subscription: Subscription
    request: transport.Request


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
    pushes = list(Push.objects.filter(pk__in=ids).select_related("contact__site", "device"))
    live = Subscription.objects.live().filter(device__in={push.device_id for push in pushes})
    subscriptions = {row.device_id: row for row in live.select_related("key")}
    used = assets.Push.objects.prefetch_related("buttons").in_bulk(
        {push.asset_id for push in pushes}
    )
    sites = {push.contact.site_id: push.contact.site for push in pushes}
    labels = {site.pk: rendering.Labels.of(site) for site in sites.values()}
    prepared, results = [], []
    for push in pushes:
        asset, site = used[push.asset_id], push.contact.site
        subscription = subscriptions.get(push.device_id)
        reason = _reason_not_to_send(push, subscription, asset)
        if reason is None:
            ready = _prepare_one(push, asset, subscription, site, labels[site.pk])
            if isinstance(ready, Prepared):
                prepared.append(ready)
                continue
            reason = ready
        results.append(Result.failed(push, reason, answer=push.answer))
    return prepared, results


def _prepare_one(
    push: Push,
    asset: assets.Push,
    subscription: Subscription,
    site: Site,
    labels: rendering.Labels,
) -> Prepared | Push.Reason:
    """Return the push ready to send, or why it cannot be; one that fails never stops a batch."""
    try:
        context = rendering.context_for(push.contact, labels, push.context)
        plaintext = payloads.build(push.uid, rendering.push(asset, site, context))
        if len(plaintext) > payloads.MAX_BYTES:
            return Push.Reason.TOO_LARGE
        request = _request(push, asset, subscription, site, plaintext)
    except endpoints.EndpointRefused:
        return Push.Reason.NOT_KNOWN
    except Exception:
        # Texts, values and keys come from outside; what they can do is not to be listed.
        log.warning("Push %s of asset %s cannot be made", push.pk, asset.pk, exc_info=True)
        return Push.Reason.NOT_RENDERED
    return Prepared(push=push, subscription=subscription, request=request)


def _reason_not_to_send(
    push: Push, subscription: Subscription | None, asset: assets.Push
) -> Push.Reason | None:
    if push.expires_at <= timezone.now():
        return Push.Reason.EXPIRED
    if push.device.contact_id != push.contact_id:
        return Push.Reason.MOVED
    # They may have said so since it was queued.
    if push.contact.has_opted_out:
        return Push.Reason.OPTED_OUT
    if subscription is None or subscription.key.retired_at:
        return Push.Reason.NO_DEVICE
    if not asset.is_active:
        return Push.Reason.NOT_ACTIVE
    if push.attempts > MAX_ATTEMPTS:
        return Push.Reason.UNAVAILABLE
    return None


def _request(
    push: Push, asset: assets.Push, subscription: Subscription, site: Site, plaintext: bytes
) -> transport.Request:
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    left = int((push.expires_at - timezone.now()).total_seconds())
    headers = {
        "TTL": str(max(left, 0)),
        "Urgency": asset.urgency,
        # Replaces the same message while it still waits at the push service.
        "Topic": push.uid.hex,
        "Content-Type": "application/octet-stream",
        "Authorization": vapid.authorization(
            subscription.key, site.vapid_subject, endpoints.check(subscription.endpoint)
        ),
    }
    body = pusher.encode(plaintext, content_encoding="aes128gcm")["body"]
    return transport.Request(endpoint=subscription.endpoint, body=body, headers=headers)


def _result(row: Prepared, answer: transport.Answer) -> Result:
    outcomes = transport.Outcome
    if answer.outcome in (outcomes.THROTTLED, outcomes.UNAVAILABLE):
        pause = answer.retry_after or _pause(row.push.attempts)
        return Result.later(row.push, timezone.timedelta(seconds=pause), answer.text)
    if answer.outcome is outcomes.ACCEPTED:
        return Result.accepted(row.push)
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
