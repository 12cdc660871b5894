"""Subscriptions: taking them, ending them, and keeping "reachable" true."""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from apps.accounts import contacts, events
from apps.accounts.models import Contact
from apps.devices import endpoints
from apps.devices.models import Device, Subscription, VapidKey
from apps.devices.models.subscriptions import SubscriptionQuerySet


class SubscriptionRefused(ValueError):
    """What the browser sent cannot be a subscription of this site; `field` says which part."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class SubscriptionGone(ValueError):
    """The push service has ended this subscription; the browser must make another one."""


@dataclass(frozen=True, kw_only=True)
class NewSubscription:
    """What `PushSubscription.toJSON()` holds, all base64url, and the key it was made with."""

    endpoint: str
    p256dh: str
    auth: str
    vapid_key: str
    old_endpoint: str = ""


def check(new: NewSubscription) -> None:
    """Raise SubscriptionRefused unless a push could be encrypted for it and sent (RFC 8291)."""
    try:
        endpoints.check(new.endpoint)
    except endpoints.EndpointRefused as error:
        raise SubscriptionRefused("endpoint", str(error)) from error
    try:
        point = _decode(new.p256dh)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, binascii.Error) as error:
        raise SubscriptionRefused("p256dh", "This is no point on the curve P-256.") from error
    if len(point) != 65:
        # RFC 8291 knows the uncompressed form only, and so do encoders.
        raise SubscriptionRefused("p256dh", "The point must be in its 65-byte form.")
    try:
        secret = _decode(new.auth)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != 16:
        raise SubscriptionRefused("auth", "The secret must be 16 bytes long.")


def _decode(value: str) -> bytes:
    value = value.rstrip("=")
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)


@transaction.atomic
def subscribe(device: Device, new: NewSubscription) -> Subscription:
    """Make `new` the one live subscription of the device; the same one again changes nothing.

    Raises SubscriptionRefused; nothing is written then.
    """
    check(new)
    device.lock()
    key = _key(device, new.vapid_key)
    digest = Subscription.hash_of(new.endpoint)
    live = Subscription.objects.live().filter(endpoint_hash=digest).first()
    if live and live.device_id == device.pk and live.key_id == key.pk:
        keys = {"p256dh": new.p256dh.rstrip("="), "auth": new.auth.rstrip("=")}
        Subscription.objects.filter(pk=live.pk).update(**keys)
        return live
    if (
        not live
        and Subscription.objects.filter(
            endpoint_hash=digest, key=key, end_reason=Subscription.EndReason.GONE
        ).exists()
    ):
        raise SubscriptionGone
    before = _end_what_it_replaces(device, live or _renewed(device, new.old_endpoint))
    subscription = Subscription.objects.create(
        device=device,
        key=key,
        endpoint=new.endpoint,
        endpoint_hash=digest,
        p256dh=new.p256dh.rstrip("="),
        auth=new.auth.rstrip("="),
    )
    keep_reachable([device.contact_id, *before])
    events.track(device.contact, "push_subscribed", {"browser": device.browser, "os": device.os})
    return subscription


def _key(device: Device, public_key: str) -> VapidKey:
    key = VapidKey.objects.filter(
        site=device.contact.site_id, public_key=public_key.rstrip("="), retired_at=None
    ).first()
    if key is None:
        raise SubscriptionRefused("vapid_key", "This site has no such key, or has retired it.")
    return key


def _renewed(device: Device, old_endpoint: str) -> Subscription | None:
    """Return the subscription that the browser renewed, if another device of the site has it:
    the browser has lost its storage and come back as a new device."""
    if not old_endpoint:
        return None
    renewed = Subscription.objects.live().filter(
        endpoint_hash=Subscription.hash_of(old_endpoint),
        device__contact__site=device.contact.site_id,
    )
    return renewed.exclude(device=device).first()


def _end_what_it_replaces(device: Device, live: Subscription | None) -> list[int]:
    """End what a new subscription of the device takes the place of; returns the contact whose
    live one it was, if any."""
    reasons = Subscription.EndReason
    if live and live.device.contact.site_id != device.contact.site_id:
        raise SubscriptionRefused("endpoint", "This subscription belongs to another site.")
    if live and live.device_id != device.pk:
        live.device.lock()
        _end(Subscription.objects.filter(pk=live.pk), reasons.MOVED)
    _end(device.subscriptions.live(), reasons.REPLACED)
    return [live.device.contact_id] if live else []


def end_of_device(device: Device, reason: Subscription.EndReason) -> bool:
    """End the device's live subscription; returns whether there was one."""
    return end(device.subscriptions.live(), reason) > 0


def end_moved(device: Device) -> None:
    """End the live subscription of a device that is another one now, without telling of it:
    nobody has unsubscribed. The device is locked, and whose it is kept true, by the caller."""
    _end(device.subscriptions.live(), Subscription.EndReason.MOVED)


@transaction.atomic
def end(rows: SubscriptionQuerySet, reason: Subscription.EndReason) -> int:
    """End those of `rows` that are live and tell their contacts' story; returns how many ended."""
    # A log-in may be giving one of these browsers to somebody else: whose it is must be settled.
    # Whoever writes a subscription holds its device, so from here on nobody else ends these.
    holders = Device.objects.filter(pk__in=rows.live().order_by().values("device"))
    held = holders.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
    live = list(rows.live().filter(device__in=list(held)).select_related("device__contact"))
    _end(Subscription.objects.filter(pk__in=[row.pk for row in live]), reason)
    keep_reachable({row.device.contact_id for row in live})
    by_site: dict[int, list[events.NewEvent]] = {}
    for row in live:
        told = events.NewEvent(
            contact=row.device.contact,
            name="push_unsubscribed",
            properties={"reason": str(reason)},
        )
        by_site.setdefault(row.device.contact.site_id, []).append(told)
    for of_site in by_site.values():
        events.track_many(of_site)
    return len(live)


def _end(rows: SubscriptionQuerySet, reason: Subscription.EndReason) -> int:
    return rows.filter(ended_at=None).update(ended_at=timezone.now(), end_reason=reason)


def keep_reachable(contact_ids: Collection[int]) -> None:
    """Recompute who has at least one device with a live subscription, and has not opted out.

    The contacts are locked in a statement of their own: the next one then sees what whoever
    held them has committed.
    """
    contacts.lock(*contact_ids)
    Contact.objects.filter(pk__in=contact_ids).update(is_reachable=reachable())


def reachable() -> Combinable:
    """Return the truth of `is_reachable`, as an expression over contacts."""
    live = Subscription.objects.live().filter(device__contact=OuterRef("pk"))
    consents = Q(push_disabled_by_platform=False, unsubscribed_at=None)
    return Case(When(consents & Exists(live), then=True), default=False)
