"""Who uses a browser: logging in, logging out, and what the subscription does then."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts import contacts, events, identity_hash
from apps.accounts.models import Contact, PushStatus, Site
from apps.accounts.privacy import persons
from apps.devices import sessions, subscriptions
from apps.devices.models import Device, Session


@transaction.atomic
def identify(
    device: Device,
    external_id: str,
    *,
    proof: str | None = None,
    state: dict[str, Any] | None = None,
    language: str = "",
) -> Contact:
    """Say that the contact known to the site as `external_id` uses this browser now.

    An anonymous visitor becomes that contact, or is merged into it when it exists already. A
    contact who was logged in here before is Suspended: the subscription follows the log-in. Who
    was erased stays an anonymous visitor, unless the site takes them back.

    Raises IdentityRefused, and writes nothing, where the site wants a hash (`proof`) and this is
    none of it for this id: also when the id is the one that is logged in already, because what
    follows writes their state.
    """
    device.lock()
    before = device.contact
    identity_hash.check(before.site, external_id, proof)
    if before.external_id != external_id:
        if _is_to_stay_unknown(before.site, external_id):
            return logout(device)
        if not (before.is_anonymous_visitor and _become(before, external_id)):
            _hand_over(device, before, external_id)
        events.track(device.contact, "contact_identified")
    contact = device.contact
    contacts.update_state(contact, state or {})
    if language and contact.language != language:
        contact.language = language
        contact.save(update_fields=["language"])
    return contact


def _is_to_stay_unknown(site: Site, external_id: str) -> bool:
    if site.recreates_erased or not persons.is_erased(site, external_id):
        return False
    return not Contact.objects.filter(site=site, external_id=external_id).exists()


def _become(visitor: Contact, external_id: str) -> bool:
    """Make the visitor a known contact, unless the site knows one of that id already."""
    if Contact.objects.filter(site=visitor.site_id, external_id=external_id).exists():
        return False
    visitor.external_id = external_id
    visitor.save(update_fields=["external_id"])
    return True


def _hand_over(device: Device, before: Contact, external_id: str) -> None:
    """Give the browser to another contact, who may have to be made."""
    known, _ = Contact.objects.get_or_create(
        site=before.site,
        external_id=external_id,
        defaults={"language": device.language, "time_zone": device.time_zone},
    )
    if before.is_anonymous_visitor:
        contacts.merge(before, known)
        device.refresh_from_db(fields=["contact"])
    _move(device, known)
    if not before.is_anonymous_visitor:
        suspend(before, device)


@transaction.atomic
def logout(device: Device) -> Contact:
    """Give the browser to a fresh anonymous contact: personal pushes stop on it."""
    device.lock()
    before = device.contact
    if before.is_anonymous_visitor:
        return before
    fresh = contacts.create_anonymous(
        before.site, language=device.language, time_zone=device.time_zone
    )
    _move(device, fresh, is_visit=False)
    suspend(before, device)
    return fresh


def _move(device: Device, contact: Contact, *, is_visit: bool = True) -> None:
    previous = device.contact_id
    device.contact = contact
    device.save(update_fields=["contact"])
    subscriptions.keep_reachable([previous, contact.pk])
    session = sessions.running(device, contact)
    if session is None:
        sessions.start(device, is_visit=is_visit)
        return
    Session.objects.filter(pk=session.pk).update(
        push_status=device.push_status, last_seen_at=timezone.now()
    )
    sessions.keep_last_session([contact.pk])


def suspend(contact: Contact, device: Device) -> None:
    """Note that this browser's subscription belongs to somebody else now."""
    if device.push_status != PushStatus.ALLOWED:
        return
    last = device.sessions.filter(contact=contact).first()
    if last:
        Session.objects.filter(pk=last.pk).update(push_status=PushStatus.SUSPENDED)
        sessions.keep_last_session([contact.pk])
    events.track(contact, "push_suspended")
