"""Two tabs, two people, one browser: on real threads."""

import random

import pytest
from django.db import IntegrityError, OperationalError, transaction

from apps.accounts import contacts, events
from apps.accounts.models import Contact, Event
from apps.devices import identity, sessions, subscriptions
from apps.devices.models import Device, Subscription
from tests.factories import (
    a_contact,
    a_device,
    a_new_subscription,
    a_report,
    a_site,
    a_subscription,
)
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]

GONE = Subscription.EndReason.GONE


def load(device):
    return Device.objects.select_related("contact__site").get(pk=device.pk)


@pytest.fixture
def two_devices():
    """Two devices of one contact, the first with a live subscription."""
    site = a_site()
    laptop, phone = a_device(site, "allowed"), a_device(site, "allowed")
    a_subscription(laptop)
    for device in (laptop, phone):
        identity.identify(load(device), "anna")
    return laptop, phone


class TestReachable:
    def test_it_stays_true_when_one_device_ends_while_another_begins(self, two_devices):
        laptop, phone = two_devices
        with transaction.atomic():
            subscriptions.subscribe(load(phone), a_new_subscription(phone.contact.site))
            other = Meanwhile(lambda: subscriptions.end_of_device(load(laptop), GONE))
            wait_until_blocked()
        other.ends()

        assert Subscription.objects.live().count() == 1
        assert Contact.objects.get(external_id="anna").is_reachable

    def test_it_ends_when_both_devices_end_at_once(self, two_devices):
        laptop, phone = two_devices
        a_subscription(load(phone))
        with transaction.atomic():
            subscriptions.end_of_device(load(phone), GONE)
            other = Meanwhile(lambda: subscriptions.end_of_device(load(laptop), GONE))
            wait_until_blocked()
        other.ends()

        assert not Contact.objects.get(external_id="anna").is_reachable

    def test_it_stays_true_when_a_subscription_ends_while_the_browser_changes_hands(self):
        device = a_device(a_site(), "allowed")
        a_subscription(device)
        identity.identify(load(device), "anna")
        with transaction.atomic():
            identity.identify(load(device), "ben")
            other = Meanwhile(lambda: subscriptions.end(Subscription.objects.all(), GONE))
            wait_until_blocked()
        other.ends()

        assert list(Contact.objects.filter(is_reachable=True)) == []
        told = Event.objects.get(name__name="push_unsubscribed").contact
        assert told.external_id == "ben"


class TestMerge:
    def test_it_loses_no_event_in_silence(self):
        device = a_device()
        known = a_contact(device.contact.site, external_id="anna")
        visitor = device.contact
        another_tab = Contact.objects.get(pk=visitor.pk)
        with transaction.atomic():
            contacts.merge(visitor, known)
            late = Meanwhile(lambda: events.track(another_tab, "purchase"))
            wait_until_blocked()

        # The one who comes too late is told, and its call is handled again for the known one.
        with pytest.raises(IntegrityError):
            late.ends()
        assert Event.objects.filter(name__name="purchase").count() == 0


class TestEverythingAtOnce:
    def test_three_browsers_and_three_people_in_any_order(self):
        site = a_site()
        devices = [a_device(site, "allowed") for _ in range(3)]
        for device in devices:
            a_subscription(device)

        def act(device, chance):
            """One call as a browser makes it; the house handles it once more after a collision."""
            for _ in range(2):
                try:
                    one_call(load(device), chance.random(), chance)
                except (IntegrityError, OperationalError, Contact.DoesNotExist):
                    collisions.append(1)
                else:
                    break

        def work(seed):
            chance = random.Random(seed)
            for _ in range(20):
                act(chance.choice(devices), chance)

        collisions = []
        threads = [Meanwhile(lambda seed=seed: work(seed)) for seed in range(6)]
        for thread in threads:
            thread.ends()

        assert Device.objects.count() == 3
        live = Subscription.objects.live().select_related("device")
        reachable = {row.device.contact_id for row in live}
        found = set(Contact.objects.filter(is_reachable=True).values_list("pk", flat=True))
        assert found == reachable
        assert len(collisions) < 12


def one_call(device, dice, chance):
    site = device.contact.site
    if dice < 0.1:
        subscriptions.end_of_device(device, GONE)
    elif dice < 0.2:
        identity.logout(device)
    elif dice < 0.35:
        sessions.open_session(site, device, a_report("allowed"))
    elif dice < 0.55:
        subscriptions.subscribe(device, a_new_subscription(site))
    elif dice < 0.65:
        events.track(device.contact, "buy")
    else:
        identity.identify(device, chance.choice(["anna", "ben", "chloe"]))
