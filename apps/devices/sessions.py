"""Visits: opening a session, and keeping the push status true."""

import hashlib
import itertools
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from apps.accounts import contacts, events
from apps.accounts.models import Contact, PushStatus, Site
from apps.devices import subscriptions
from apps.devices.models import Device, Session, Subscription
from apps.devices.user_agents import Browser

ENDS_AFTER = timezone.timedelta(minutes=30)
NOTED_EVERY = timezone.timedelta(minutes=5)
LOOKED_AT = 200


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the script says of the browser it runs in; never Suspended, which only we know."""

    push_status: PushStatus
    browser: Browser
    language: str = ""
    time_zone: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """`secret` is shown this once, and only for a device just made."""

    device: Device
    session: Session
    is_new: bool
    secret: str | None = None


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def open_session(site: Site, device: Device | None, report: Report) -> Opened:
    """Open a visit of a browser, or keep its running one alive, with the push status it has now.

    A browser that brings no device becomes a new device of a new anonymous contact.
    """
    secret = None
    if device is None:
        secret = secrets.token_urlsafe(32)
        device = _create_device(site, secret, report)
    else:
        device.lock()
    now = timezone.now()
    device.push_status, device.last_seen_at = report.push_status, now
    device.browser, device.os = report.browser.name, report.browser.os
    device.browser_version = report.browser.version
    device.is_mobile = report.browser.is_mobile
    device.language, device.time_zone = report.language, report.time_zone
    device.save()
    if report.push_status != PushStatus.ALLOWED:
        subscriptions.end_of_device(device, Subscription.EndReason.REVOKED)
    session = running(device, device.contact)
    if session:
        _keep_alive(session, report.push_status)
        return Opened(device=device, session=session, is_new=False, secret=secret)
    session = start(device, url=report.url)
    return Opened(device=device, session=session, is_new=True, secret=secret)


def running(device: Device, contact: Contact) -> Session | None:
    """Return the contact's visit on this device that has not ended yet."""
    alive = timezone.now() - ENDS_AFTER
    return device.sessions.filter(contact=contact, last_seen_at__gt=alive).first()


def _create_device(site: Site, secret: str, report: Report) -> Device:
    contact = contacts.create_anonymous(site, language=report.language, time_zone=report.time_zone)
    return Device(contact=contact, secret_hash=hash_secret(secret))


@transaction.atomic
def sign_of_life(device: Device) -> None:
    """Keep the running visit of a page that polls or tracks, at most every five minutes."""
    now = timezone.now()
    noted = device.sessions.filter(
        contact=device.contact_id,
        last_seen_at__gt=now - ENDS_AFTER,
        last_seen_at__lt=now - NOTED_EVERY,
    ).update(last_seen_at=now)
    if noted:
        # It may have become the last one of a contact who uses two browsers.
        keep_last_session([device.contact_id])


def start(device: Device, *, url: str = "", is_visit: bool = True) -> Session:
    """Begin a session of the device's contact, with the push status the device has.

    Not a visit: the same person goes on under another name, so no event tells of it.
    """
    contact = device.contact
    session = Session.objects.create(
        device=device, contact=contact, push_status=device.push_status, url=url
    )
    contact.language = contact.language or device.language
    contact.time_zone = device.time_zone or contact.time_zone
    contact.save(update_fields=["language", "time_zone"])
    # It holds the contact by now; on another of their browsers a later session may have begun.
    keep_last_session([contact.pk])
    contact.refresh_from_db(fields=["push_status", "last_seen_at"])
    if is_visit:
        about = {"push_status": str(device.push_status), "url": url}
        about |= {"browser": device.browser, "os": device.os}
        events.track(contact, "session_started", about)
    return session


def _keep_alive(session: Session, status: PushStatus) -> None:
    before, now = session.push_status, timezone.now()
    session.push_status, session.last_seen_at = status, now
    session.save(update_fields=["push_status", "last_seen_at"])
    keep_last_session([session.contact_id])
    if before != status:
        events.track(
            session.contact,
            "push_status_changed",
            {"before": str(before), "push_status": str(status)},
        )


def keep_last_session(contact_ids: Collection[int]) -> None:
    """Make what each contact knows of their last session true again."""
    contacts.lock(*contact_ids)
    Contact.objects.filter(pk__in=contact_ids, sessions__isnull=False).update(
        push_status=of_last_session("push_status"), last_seen_at=of_last_session("last_seen_at")
    )


def status_changes(contact: Contact, *, most: int) -> list[Session]:
    """Return the sessions with which the contact's push status became another one, the latest
    first; of the last LOOKED_AT sessions, so that it costs the same for everybody."""
    latest = contact.sessions.select_related("device").order_by("-last_seen_at", "-pk")
    rows = list(latest[:LOOKED_AT])
    changes = [
        row
        for row, before in itertools.zip_longest(rows, rows[1:])
        if before is None or row.push_status != before.push_status
    ]
    return changes[:most]


def of_last_session(column: str) -> Subquery:
    """Return the column of the session last seen, as an expression over contacts."""
    last = Session.objects.filter(contact=OuterRef("pk")).order_by("-last_seen_at", "-id")
    return Subquery(last.values(column)[:1])
