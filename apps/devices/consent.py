"""Consent, apart from the browser's permission: who wants no push, and who says so.

A contact says so on the site (`unsubscribe`) and takes it back by asking for push again; the
site's own systems say so through the API, and only they take it back.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from apps.accounts import contacts, events
from apps.accounts.models import Contact
from apps.devices import subscriptions
from apps.devices.models import Device, Subscription

AT_ONCE = 1000


@transaction.atomic
def unsubscribe(device: Device) -> None:
    """Opt the contact out of push on all their devices, and end this one's subscription."""
    device.lock()
    contact = device.contact
    subscriptions.end_of_device(device, Subscription.EndReason.UNSUBSCRIBED)
    contacts.lock(contact)
    said = Contact.objects.filter(pk=contact.pk, unsubscribed_at=None)
    if said.update(unsubscribed_at=timezone.now()):
        events.track(contact, "push_opted_out", {"by": "contact"})
    subscriptions.keep_reachable([contact.pk])


@transaction.atomic
def opt_in(device: Device) -> None:
    """Take back what the contact has said before: they have just asked for push themselves.

    What the platform has said stays.
    """
    contact = device.contact
    contacts.lock(contact)
    said = Contact.objects.filter(pk=contact.pk, unsubscribed_at__isnull=False)
    if said.update(unsubscribed_at=None):
        subscriptions.keep_reachable([contact.pk])
        events.track(contact, "push_opted_in", {"by": "contact"})


def set_platform_opt_out(contact_ids: Collection[int], *, opted_out: bool) -> None:
    """Say for the site's own systems who gets no push, or may get it again.

    Sets of AT_ONCE, each in a constant number of statements; who is so already is left alone.
    """
    ids = list(contact_ids)
    for start in range(0, len(ids), AT_ONCE):
        _set_platform_opt_out(ids[start : start + AT_ONCE], opted_out=opted_out)


@transaction.atomic
def _set_platform_opt_out(contact_ids: list[int], *, opted_out: bool) -> None:
    contacts.lock(*contact_ids)
    changed = list(
        Contact.objects.filter(pk__in=contact_ids, push_disabled_by_platform=not opted_out)
    )
    Contact.objects.filter(pk__in=[row.pk for row in changed]).update(
        push_disabled_by_platform=opted_out
    )
    subscriptions.keep_reachable([row.pk for row in changed])
    by_site: dict[int, list[events.NewEvent]] = {}
    for contact in changed:
        name = "push_opted_out" if opted_out else "push_opted_in"
        told = events.NewEvent(contact=contact, name=name, properties={"by": "platform"})
        by_site.setdefault(contact.site_id, []).append(told)
    for of_site in by_site.values():
        events.track_many(of_site)
