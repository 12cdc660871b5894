"""A person who has left a trace in every table, each with a mark that can be searched for."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from apps.accounts import events
from apps.accounts.models import Contact, Import, ImportIssue
from apps.delivery import models as delivery
from apps.devices import identity
from apps.journeys.models import Call, Enrolment, PendingEvent, Refusal, Seen, Visit
from apps.segments.models import Member
from tests.factories import (
    a_device,
    a_live_journey,
    a_popup,
    a_push,
    a_segment,
    a_subscription,
    a_user,
)

MARK = "mark-7f3a"


def a_person(site, external_id="anna-person"):
    """A contact with at least one row of every kind that belongs to contacts."""
    device = a_device(site, "allowed")
    subscription = a_subscription(
        device, endpoint=f"https://fcm.googleapis.com/{MARK}/{external_id}"
    )
    contact = identity.identify(device, external_id, state={"name": MARK})
    event = events.track(contact, "purchase", {"what": MARK})
    PendingEvent.objects.create(event=event)
    soon = timezone.now() + timezone.timedelta(days=1)
    message = {"contact": contact, "device": device, "expires_at": soon, "context": {"x": MARK}}
    delivery.Push.objects.create(key=f"k{contact.pk}", asset=a_push(site), **message)
    delivery.Popup.objects.create(key=f"k{contact.pk}", asset=a_popup(site), **message)
    Member.objects.create(segment=a_segment(site), contact=contact)
    _enrol(site, contact)
    _note(site, contact)
    assert subscription.device_id == device.pk
    return contact


def _enrol(site, contact):
    journey = site.journeys.exclude(live_version=None).first() or a_live_journey(site)
    step = journey.live_version.steps.first()
    enrolment = Enrolment.objects.create(
        journey=journey,
        version=journey.live_version,
        contact=contact,
        step=step,
        number=1,
        context={"x": MARK},
    )
    now = timezone.now()
    Visit.objects.create(
        enrolment=enrolment, step=step, number=1, entered_at=now, left_at=now, outcome="allowed"
    )
    Call.objects.create(
        enrolment=enrolment, visit=1, url="https://x.example/", body=MARK, expires_at=now
    )
    Refusal.objects.create(journey=journey, contact=contact, gate="reentry", at=now)
    Seen.objects.create(journey=journey, contact=contact, at=timezone.now())


def _note(site, contact):
    run = Import.objects.create(site=site, kind="contacts", file_name="a.csv", format="csv")
    for value, message in [
        (contact.external_id, "Wrong."),
        ("", f"“{contact.external_id}” is wrong."),
    ]:
        ImportIssue.objects.create(import_run=run, row=1, value=value, message=message)
    LogEntry.objects.create(
        user=a_user(),
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=contact.pk,
        object_repr=contact.external_id,
        action_flag=CHANGE,
    )
