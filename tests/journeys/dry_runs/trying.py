"""Drafts tried over a few contacts, with what happened to them made by hand."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from apps.accounts.models import Event
from apps.assets.models import Button
from apps.delivery.models import Push
from apps.devices.models import Session
from apps.journeys import publishing
from apps.journeys.documents import reading
from apps.journeys.dry_runs import collisions, drafting, options, summing, world
from apps.journeys.dry_runs.simulation import Simulation
from tests.factories import a_contact, a_device, a_popup, a_push, a_subscription, an_event
from tests.journeys.authoring import a_draft, a_step

# A Monday.
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def tried(journey, *, now=NOW, days=7, **given):
    """The result over everybody, from `now` on unless told; nothing is stored."""
    asked = options.read({"days": days, "start": now.isoformat(), **given}, now=now)
    draft = drafting.of(journey, reading.read(journey))
    known = world.load(draft, asked, now=now)
    others = collisions.read(known)
    return summing.result(known, Simulation(known).run(), others)


def step(result, key):
    return next(each for each in result["steps"] if each["key"] == key)


def left(result, key):
    """How many left the step by each outcome by which somebody did."""
    return {name: number for name, number in step(result, key)["left"].items() if number}


def on_days(result, name):
    """The numbers of the days that are not 0, by day."""
    return {day["day"]: day[name] for day in result["days"] if day[name]}


def somebody(site, *, device=True, **values):
    """A contact whom a push reaches."""
    contact = a_contact(site, **values)
    if device:
        a_subscription(of(contact))
    return contact


def an_asking_popup(site, **values):
    """A popup that asks for permission to send pushes."""
    popup = a_popup(site, **values)
    Button.objects.create(asset=popup, label="Yes", action=Button.Action.ASK_PERMISSION)
    return popup


def of(contact):
    """A device of the contact."""
    device = a_device(contact.site)
    Session.objects.filter(device=device).delete()
    nobody, device.contact = device.contact, contact
    device.save()
    nobody.delete()
    return device


def happened(contact, name, at):
    """An event of the past."""
    event = an_event(contact, name)
    Event.objects.filter(pk=event.pk).update(at=at)
    return event


def was_there(contact, begin, minutes=10):
    """A visit to the site."""
    device = contact.devices.first() or of(contact)
    return Session.objects.create(
        contact=contact,
        device=device,
        started_at=begin,
        last_seen_at=begin + timedelta(minutes=minutes),
    )


def was_sent(contact, at, **values):
    """A push of the past."""
    device = contact.devices.first()
    made = {
        "asset": a_push(contact.site),
        "key": f"{timezone.now().timestamp()}",
        "category": "marketing",
        "status": Push.Status.ACCEPTED,
        "expires_at": at + timedelta(days=1),
        **values,
    }
    push = Push.objects.create(contact=contact, device=device, **made)
    Push.objects.filter(pk=push.pk).update(queued_at=at)
    return push


def live(site, **terms):
    """Another journey, published, in which everybody waits."""
    other = a_draft(site, entry_kind="call", **terms)
    a_step(other, "wait")
    publishing.publish(other)
    other.refresh_from_db()
    return other
