"""Two tabs, two people, one browser: on real threads."""

import contextlib
import random
import threading

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.models.signals import post_save
from django.utils import timezone

from apps.accounts import contacts, events
from apps.accounts.models import Contact, Event
from apps.devices import arrivals, audience, consent, identity, sessions, subscriptions
from apps.devices.models import Device, Session, Subscription
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


class TestLastSession:
    def test_it_is_the_later_of_two_that_begin_at_once(self, two_devices):
        laptop, phone = two_devices
        Session.objects.update(last_seen_at=timezone.now() - 2 * sessions.ENDS_AFTER)
        begun = threading.Event()

        def slowly(sender, instance, **kwargs):
            # Its session is begun, and its contact not told yet.
            if instance.device_id == laptop.pk:
                begun.set()
                other.ends()

        def visit(device, status):
            sessions.open_session(device.contact.site, load(device), a_report(status))

        other = Meanwhile(lambda: begun.wait(60) and visit(phone, "blocked"))
        post_save.connect(slowly, sender=Session)
        try:
            visit(laptop, "allowed")
        finally:
            post_save.disconnect(slowly, sender=Session)

        assert Contact.objects.get(external_id="anna").push_status == "blocked"
        assert list(audience.verify()) == []


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


class TestClaim:
    def test_two_tabs_that_bring_what_was_imported_claim_it_once(self):
        site = a_site()
        imported = a_device(site, "allowed")
        old = a_subscription(imported)
        identity.identify(load(imported), "anna")
        Device.objects.filter(pk=imported.pk).update(secret_hash="")
        tabs = [a_device(site, "allowed") for _ in range(2)]

        def bring(device):
            arrivals.bring(load(device), a_new_subscription(site, old_endpoint=old.endpoint))

        with transaction.atomic():
            bring(tabs[0])
            other = Meanwhile(lambda: twice(lambda: bring(tabs[1]), []))
            wait_until_blocked()
        other.ends()

        assert load(tabs[0]).contact.external_id == "anna"
        assert load(tabs[1]).contact.is_anonymous_visitor
        assert list(audience.verify()) == []


class TestEverythingAtOnce:
    def test_three_browsers_and_three_people_in_any_order(self):
        site = a_site()
        devices = [a_device(site, "allowed") for _ in range(3)]
        for device in devices:
            a_subscription(device)

        def work(seed):
            chance = random.Random(seed)
            for _ in range(20):
                device, dice = chance.choice(devices), chance.random()
                twice(
                    lambda device=device, dice=dice: one_call(load(device), dice, chance),
                    collisions,
                )

        collisions = []
        threads = [Meanwhile(lambda seed=seed: work(seed)) for seed in range(6)]
        for thread in threads:
            thread.ends()

        assert Device.objects.count() == 3
        live = Subscription.objects.live().select_related("device")
        reachable = {row.device.contact_id for row in live}
        found = set(Contact.objects.filter(is_reachable=True).values_list("pk", flat=True))
        assert found == reachable
        assert list(audience.verify()) == []
        assert len(collisions) < 12

    @pytest.mark.parametrize("seed", [3, 1984])
    def test_people_come_and_go_in_any_order_and_the_audience_stays_true(self, seed):
        site = a_site()
        devices = [a_device(site, "allowed") for _ in range(4)]
        subscribed = [a_subscription(device) for device in devices]
        collisions = []

        def work(number):
            chance = random.Random(f"{seed}/{number}")
            for _ in range(15):
                device, act = chance.choice(devices), chance.choice(ACTS)
                old = chance.choice(subscribed).endpoint
                twice(
                    lambda device=device, act=act, old=old: act(load(device), chance, old),
                    collisions,
                )

        threads = [Meanwhile(lambda number=number: work(number)) for number in range(6)]
        for thread in threads:
            thread.ends()

        assert list(audience.verify()) == []
        live = Subscription.objects.live()
        assert live.count() == live.values("device").distinct().count()
        # A known contact who was suspended on every browser is reached on none.
        for contact in Contact.objects.filter(is_reachable=True):
            assert live.filter(device__contact=contact).exists()
        assert len(collisions) < 50


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


def twice(call, collisions):
    """Make a call as a browser does; the house handles it once more after a collision."""
    for _ in range(2):
        try:
            call()
        except (IntegrityError, OperationalError, Contact.DoesNotExist):
            collisions.append(1)
        else:
            break


def log_in(device, chance, old):
    identity.identify(device, chance.choice(["anna", "ben", "chloe"]))


def log_out(device, chance, old):
    identity.logout(device)


def renew(device, chance, old):
    new = a_new_subscription(device.contact.site, old_endpoint=old)
    arrivals.bring(device, new, opted_in=chance.random() < 0.5)


def bring_another_ones(device, chance, old):
    """The browser has lost its storage, and so become another device."""
    with contextlib.suppress(subscriptions.SubscriptionGone):
        arrivals.bring(device, a_new_subscription(device.contact.site, endpoint=old))


def visit(device, chance, old):
    status = chance.choice(["allowed", "allowed", "blocked", "ask"])
    sessions.open_session(device.contact.site, device, a_report(status))


def unsubscribe(device, chance, old):
    consent.unsubscribe(device)


def opt_out(device, chance, old):
    consent.set_platform_opt_out([device.contact_id], opted_out=chance.random() < 0.5)


def end(device, chance, old):
    subscriptions.end(Subscription.objects.filter(device__in=[device.pk, device.pk + 1]), GONE)


ACTS = [log_in, log_in, log_in, log_out, renew, renew, bring_another_ones, visit, unsubscribe]
ACTS += [opt_out, end]
