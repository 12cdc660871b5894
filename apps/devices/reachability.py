"""Why a contact gets no push: each reason with its code and its words."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery, TextChoices

from apps.accounts.models import Contact, PushStatus
from apps.devices.models import Device, Session, Subscription

# A person has a handful; what a shared computer has seen is bounded.
MOST_DEVICES = 50


class Reason(TextChoices):
    """Why nobody is reached: the first three are the contact's, the others a browser's."""

    OPTED_OUT_BY_PLATFORM = "opted_out_by_platform", "Opted out by the platform"
    UNSUBSCRIBED = "unsubscribed", "They unsubscribed themselves"
    NO_DEVICE = "no_device", "No browser of theirs is known"
    SUSPENDED = "suspended", "Somebody else is logged in on the browser now"
    NEVER_ASKED = "never_asked", "The browser’s question was not put to them yet"
    DISMISSED = "dismissed", "They were asked, and closed the browser’s question unanswered"
    BLOCKED = "blocked", "Blocked in the browser"
    NOT_SUPPORTED = "not_supported", "The browser knows no push"
    NOT_SUBSCRIBED = "not_subscribed", "Allowed, but the browser has made no subscription"
    SUBSCRIPTION_GONE = "subscription_gone", "The push service says the subscription has ended"
    REVOKED = "revoked", "They took the permission back in the browser"
    UNSUBSCRIBED_HERE = "unsubscribed_here", "They unsubscribed on this browser"
    REPLACED = "replaced", "Replaced by another subscription that is not live any more"
    KEY_RETIRED = "key_retired", "Its VAPID key was retired before the browser came back"
    MOVED = "moved", "The same browser came back as another device"


ENDED = {
    Subscription.EndReason.GONE: Reason.SUBSCRIPTION_GONE,
    Subscription.EndReason.REVOKED: Reason.REVOKED,
    Subscription.EndReason.UNSUBSCRIBED: Reason.UNSUBSCRIBED_HERE,
    Subscription.EndReason.REPLACED: Reason.REPLACED,
    Subscription.EndReason.RETIRED: Reason.KEY_RETIRED,
    Subscription.EndReason.MOVED: Reason.MOVED,
}
NEVER_SUBSCRIBED = {
    PushStatus.ASK: Reason.NEVER_ASKED,
    PushStatus.ALLOWED: Reason.NOT_SUBSCRIBED,
}
# These the browser says now, whatever became of its subscriptions before.
SAID = {PushStatus.BLOCKED: Reason.BLOCKED, PushStatus.NOT_SUPPORTED: Reason.NOT_SUPPORTED}


@dataclass(frozen=True, kw_only=True)
class DeviceState:
    """A browser of the contact; `reason` says why it gets no push, None that it is live."""

    device: Device
    reason: Reason | None


def of_devices(contact: Contact) -> list[DeviceState]:
    """Return the contact's browsers, those last seen first, in two queries."""
    of_device = Subscription.objects.filter(device=OuterRef("pk"))
    devices = contact.devices.annotate(
        is_live=Exists(of_device.live()),
        last_end=Subquery(of_device.order_by("-ended_at", "-id").values("end_reason")[:1]),
    ).order_by("-last_seen_at", "-pk")[:MOST_DEVICES]
    dismissed = contact.events.filter(
        name__site=contact.site_id, name__name="popup_dismissed"
    ).exists()
    return [
        DeviceState(device=device, reason=_why_dead(device, dismissed=dismissed))
        for device in devices
    ]


def _why_dead(device: Device, *, dismissed: bool) -> Reason | None:
    if device.is_live:
        return None
    reason = SAID.get(device.push_status) or ENDED.get(device.last_end)
    reason = reason or NEVER_SUBSCRIBED.get(device.push_status)
    if reason == Reason.NEVER_ASKED and dismissed:
        return Reason.DISMISSED
    return reason


def reasons(contact: Contact) -> list[Reason]:
    """Return why no push reaches the contact, what counts most first; empty when one does.

    At most three queries, however many browsers they have.
    """
    return of_contact(contact, of_devices(contact))


def of_contact(contact: Contact, states: list[DeviceState]) -> list[Reason]:
    """Return the reasons of a contact whose browsers were read already."""
    found = []
    if contact.push_disabled_by_platform:
        found.append(Reason.OPTED_OUT_BY_PLATFORM)
    if contact.unsubscribed_at:
        found.append(Reason.UNSUBSCRIBED)
    if any(state.reason is None for state in states):
        return found
    found += [state.reason for state in states if state.reason]
    if _is_suspended(contact):
        found.append(Reason.SUSPENDED)
    elif not states:
        found.append(Reason.NO_DEVICE)
    return list(dict.fromkeys(found))


def _is_suspended(contact: Contact) -> bool:
    """Whether a browser that got their pushes is somebody else's now."""
    suspended = Session.objects.filter(contact=contact, push_status=PushStatus.SUSPENDED)
    return suspended.exclude(device__contact=contact).exists()
