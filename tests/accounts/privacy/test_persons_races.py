"""A person is erased while they are on the site and a worker moves their journeys."""

import pytest
from django.db import IntegrityError, OperationalError, transaction

from apps.accounts import contacts, events
from apps.accounts.models import Contact, ErasedId, Event
from apps.accounts.privacy import persons
from apps.accounts.privacy.relations import kinds
from apps.devices import identity, sessions, subscriptions
from apps.devices.models import Device, Subscription
from apps.journeys import tasks
from tests.factories import a_contact, a_device, a_live_journey, a_report, a_site, a_subscription
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


def nothing_is_left():
    return [kind.label for kind in kinds() if kind.model._base_manager.exists()] == []


def visit(device):
    """One visit, as a browser makes it that knows a device or has lost it."""
    try:
        device = Device.objects.select_related("contact__site").get(pk=device.pk)
        sessions.open_session(device.contact.site, device, a_report("ask"))
        identity.identify(device, "anna")
        events.track(device.contact, "purchase")
        identity.logout(device)
    except Device.DoesNotExist:
        return a_device(device.contact.site)
    except (IntegrityError, OperationalError, Contact.DoesNotExist):
        # The house handles the call once more.
        pass
    return device


class TestErase:
    def test_it_waits_for_who_is_writing_and_takes_that_too(self):
        contact = a_contact(external_id="anna")
        with transaction.atomic():
            contacts.lock(contact)
            events.track(contact, "purchase")
            other = Meanwhile(lambda: persons.erase(contact, by="Test"))
            wait_until_blocked()
        other.ends()

        assert not Contact.objects.exists()
        assert not Event.objects.exists()

    def test_it_refuses_who_comes_too_late(self):
        contact = a_contact(external_id="anna")
        with transaction.atomic():
            persons.erase(contact, by="Test")
            late = Meanwhile(lambda: events.track(contact, "purchase"))
            wait_until_blocked()

        with pytest.raises(IntegrityError):
            late.ends()
        assert not Event.objects.exists()

    def test_it_takes_what_comes_at_the_last_moment(self, monkeypatch):
        contact = a_contact(external_id="anna")
        real, came = persons.traces.forget, []

        def forget(erased):
            if not came:
                came.append(1)
                Meanwhile(lambda: events.track(contact, "purchase")).ends()
            real(erased)

        monkeypatch.setattr(persons.traces, "forget", forget)
        persons.erase(contact, by="Test")

        assert came == [1]
        assert not Event.objects.exists()
        assert ErasedId.objects.count() == 1

    def test_it_is_not_stopped_by_visits_nor_by_the_engine(self):
        site = a_site()
        a_live_journey(site)
        devices = [a_device(site) for _ in range(3)]
        stopped = []

        def keep_visiting(device):
            while not stopped:
                device = visit(device)

        def work():
            while not stopped:
                tasks.advance()

        threads = [Meanwhile(lambda device=device: keep_visiting(device)) for device in devices]
        threads.append(Meanwhile(work))
        for _ in range(15):
            for contact in Contact.objects.filter(external_id="anna"):
                persons.erase(contact, by="Test")
        stopped.append(1)
        for thread in threads:
            thread.ends()

        # A browser that two have used goes to a fresh visitor first.
        while contact := Contact.objects.order_by("pk").first():
            persons.erase(contact, by="Test")
        assert nothing_is_left()

    def test_it_keeps_no_subscription_that_a_browser_takes_meanwhile(self):
        device = a_device(push_status="allowed")
        contact = identity.identify(device, "anna")
        with transaction.atomic():
            a_subscription(Device.objects.select_related("contact__site").get(pk=device.pk))
            other = Meanwhile(lambda: persons.erase(contact, by="Test"))
            wait_until_blocked()
        other.ends()

        assert not Subscription.objects.exists()
        assert not subscriptions.Subscription.objects.live().exists()
        assert nothing_is_left()
