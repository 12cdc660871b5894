"""The engine at work while others are: on real threads."""

import threading
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Contact, Event, WakeUp
from apps.delivery import popups
from apps.delivery.models import Hold, Popup, Push
from apps.devices import identity
from apps.devices.models import Device
from apps.journeys import engine, lifecycle, publishing
from apps.journeys.entry import by_event, gates
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment, Journey, PendingEvent, Tally, Visit
from tests.factories import a_contact, a_device, a_live_journey, a_site, a_subscription
from tests.journeys.authoring import a_draft, a_flow, inside
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


def load(device):
    return Device.objects.select_related("contact__site").get(pk=device.pk)


@pytest.fixture
def journey():
    return a_live_journey(a_site())


class Held:
    """Stops whoever calls `name` of the module, while it holds its rows."""

    def __init__(self, monkeypatch, name, module=engine):
        self.reached, self.free = threading.Event(), threading.Event()
        real = getattr(module, name)

        def hold(*args, **options):
            self.reached.set()
            assert self.free.wait(30)
            return real(*args, **options)

        monkeypatch.setattr(module, name, hold)


class TestArchive:
    def test_it_waits_for_a_batch_on_its_way(self, journey, monkeypatch):
        for _ in range(3):
            a_device(journey.site)
        Enrolment.objects.update(due_at=timezone.now())
        held = Held(monkeypatch, "_apply")
        batch = Meanwhile(lambda: engine.drain(seconds=3))
        assert held.reached.wait(30)
        archive = Meanwhile(lambda: lifecycle.archive(Journey.objects.get(pk=journey.pk)))
        wait_until_blocked()
        held.free.set()
        batch.ends()
        archive.ends()

        assert set(Enrolment.objects.values_list("state", flat=True)) == {"left"}
        assert Visit.objects.count() == Enrolment.objects.count() == 3


class TestFinish:
    def test_nothing_is_sent_that_a_batch_on_its_way_asks_for(self, monkeypatch):
        journey = a_draft()
        a_flow(journey, "push")
        publishing.publish(journey)
        subscription = a_subscription()
        Contact.objects.filter(pk=subscription.device.contact_id).update(site=journey.site)
        inside(journey, contact=subscription.device.contact)
        held = Held(monkeypatch, "_apply")
        batch = Meanwhile(lambda: engine.drain(seconds=3))
        assert held.reached.wait(30)
        finish = Meanwhile(lambda: lifecycle.finish(Journey.objects.get(pk=journey.pk)))
        wait_until_blocked()
        held.free.set()
        batch.ends()
        finish.ends()

        assert Enrolment.objects.get().exit_reason == "end"
        push = Push.objects.get()
        assert (push.status, push.reason) == ("failed", "withdrawn")
        assert not Hold.objects.exists()


class TestHear:
    def test_what_another_holds_is_left_to_a_worker(self, journey, monkeypatch):
        lifecycle.pause(journey)
        event = Event.objects.get(contact=a_device(journey.site).contact)
        row = PendingEvent.objects.create(event=event)
        WakeUp.objects.all().delete()
        with transaction.atomic():
            list(PendingEvent.objects.select_for_update())
            Meanwhile(lambda: hearing._handle_now([row.pk])).ends()

        assert PendingEvent.objects.get() == row
        assert WakeUp.objects.get(task=hearing.ADVANCE).is_called


class TestIdentify:
    def test_it_goes_on_beside_a_batch_that_holds_both_contacts(self, journey, monkeypatch):
        identity.identify(load(a_device(journey.site)), "anna")
        visitor = a_device(journey.site)
        Popup.objects.all().delete()
        Enrolment.objects.update(state="ready", due_at=timezone.now())
        held = Held(monkeypatch, "_apply")
        batch = Meanwhile(lambda: engine.drain(seconds=3))
        assert held.reached.wait(30)
        login = Meanwhile(lambda: identity.identify(load(visitor), "anna"))
        wait_until_blocked()
        held.free.set()
        batch.ends()
        login.ends()

        assert Enrolment.objects.filter(left_at=None).count() == 1
        assert Popup.objects.open().count() == 1

    def test_it_loses_no_entry_that_is_being_handled(self, journey, monkeypatch):
        lifecycle.pause(journey)
        visitor = a_device(journey.site)
        a_contact(journey.site, external_id="anna")
        lifecycle.resume(journey)
        PendingEvent.objects.create(event=Event.objects.get(contact=visitor.contact))
        held = Held(monkeypatch, "ask", gates)
        handling = Meanwhile(hearing.handle)
        assert held.reached.wait(30)
        login = Meanwhile(lambda: identity.identify(load(visitor), "anna"))
        wait_until_blocked()
        held.free.set()
        handling.ends()
        login.ends()

        assert Enrolment.objects.get().contact.external_id == "anna"


class TestEnrol:
    def test_it_lets_a_contact_in_once_however_many_workers_try(self, journey):
        lifecycle.pause(journey)
        device = a_device(journey.site)
        lifecycle.resume(journey)
        event = Event.objects.get(contact=device.contact)
        together = threading.Barrier(4)

        def enrol():
            together.wait(30)
            by_event.enter_version(journey.live_version, [event])

        for thread in [Meanwhile(enrol) for _ in range(4)]:
            thread.ends()

        assert (Enrolment.objects.count(), Tally.objects.get().count) == (1, 1)


class TestAnswer:
    def test_it_leads_on_who_is_moved_to_another_version_at_this_moment(self, monkeypatch):
        monkeypatch.setattr(hearing, "AT_ONCE", 0)
        journey = a_draft(entry_kind="call")
        a_flow(journey, "popup", "wait")
        publishing.publish(journey)
        device = a_device(journey.site)
        row = inside(journey, contact=device.contact)
        engine.drain(seconds=3)
        publishing.publish(journey)
        popups.report(Popup.objects.get(), load(device), popups.Report.ALLOWED)
        lead = journey.live_version.steps.first()
        with transaction.atomic():
            Enrolment.objects.update(step=lead, version=lead.version)
            handling = Meanwhile(hearing.handle)
            wait_until_blocked()
        handling.ends()

        visit = Visit.objects.get(enrolment=row)
        assert (visit.step, visit.outcome) == (lead, "allowed")

    def test_the_answer_or_the_end_of_its_time_wins_and_never_both(self, journey):
        for _ in range(8):
            device = a_device(journey.site)
            popup = Popup.objects.get(contact=device.contact)
            Enrolment.objects.filter(contact=device.contact).update(due_at=timezone.now())
            drain = partial(engine.drain, seconds=2)
            reports = [
                partial(popups.report, popup, load(device), kind)
                for kind in (popups.Report.CLOSED, popups.Report.DECLINED)
            ]
            for thread in [Meanwhile(act) for act in (drain, *reports, drain)]:
                thread.ends()

            visit = Visit.objects.get(enrolment__contact=device.contact)
            popup.refresh_from_db()
            assert visit.outcome == popup.status
