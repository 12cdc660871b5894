"""What a browser brings: its subscription, and with it maybe a past under another provider."""

from django.db import transaction

from apps.accounts import contacts, events
from apps.accounts.models import Contact, Site
from apps.devices import consent, sessions, subscriptions
from apps.devices.models import Device, Subscription
from apps.devices.models.subscriptions import SubscriptionQuerySet


@transaction.atomic
def bring(
    device: Device, new: subscriptions.NewSubscription, *, opted_in: bool = False
) -> Subscription:
    """Store what the browser subscribed with, and know it again if it was imported.

    `opted_in` says that the visitor has just asked for push, so an earlier "no" of theirs is
    over. Raises SubscriptionRefused or SubscriptionGone, and writes nothing then.
    """
    device.lock()
    _claim(device, new)
    subscription = subscriptions.subscribe(device, new)
    if opted_in:
        consent.opt_in(device)
    return subscription


def _claim(device: Device, new: subscriptions.NewSubscription) -> None:
    """Make the browser and the device that was imported with its subscription one.

    An endpoint is a secret between a browser and its push service: who names it is that browser,
    and is logged in by it unless the site wants a hash.
    """
    found = _imported(device, new).select_related("device__contact__site").first()
    if found is None:
        return
    imported = found.device
    imported.lock()
    # Of two who bring the same one at the same moment the second comes too late.
    if not _imported(device, new).exists():
        return
    subscriptions.end_moved(imported)
    visitor, known = device.contact, imported.contact
    if visitor != known and visitor.is_anonymous_visitor and _may_become(known):
        _merge(device, visitor, known)
    elif visitor != known and known.is_anonymous_visitor:
        _merge(device, known, visitor)
    else:
        subscriptions.keep_reachable([known.pk])


def _may_become(known: Contact) -> bool:
    """Whether an endpoint is proof enough. Files of it have been through several hands, so not
    where nobody logs in without a hash: the browser is known again when its page shows one."""
    return known.is_anonymous_visitor or known.site.identity_check != Site.IdentityCheck.REQUIRED


def _imported(device: Device, new: subscriptions.NewSubscription) -> SubscriptionQuerySet:
    """Return the live subscriptions that the browser names and that no browser has claimed."""
    named = {Subscription.hash_of(one) for one in (new.endpoint, new.old_endpoint) if one}
    live = Subscription.objects.live().filter(
        endpoint_hash__in=named,
        device__secret_hash="",
        device__contact__site=device.contact.site_id,
    )
    return live.exclude(device=device)


def _merge(device: Device, given_up: Contact, kept: Contact) -> None:
    contacts.merge(given_up, kept)
    device.refresh_from_db(fields=["contact"])
    subscriptions.keep_reachable([kept.pk])
    sessions.keep_last_session([kept.pk])
    events.track(kept, "contact_recognised")
