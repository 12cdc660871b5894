import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact, Event
from apps.devices import arrivals, consent, identity
from apps.devices.models import Device, Subscription
from tests.factories import a_contact, a_device, a_new_subscription, a_site, a_subscription

pytestmark = pytest.mark.django_db


def told(*names):
    """The events of these names with their properties, the oldest first."""
    rows = Event.objects.filter(name__name__in=names).order_by("pk")
    return [(row.name.name, row.properties) for row in rows]


def ask_again(device):
    """The visitor asks for push themselves."""
    new = a_new_subscription(device.contact.site)
    return arrivals.bring(Device.objects.get(pk=device.pk), new, opted_in=True)


class TestUnsubscribe:
    def test_it_opts_the_contact_out_and_ends_this_browsers_subscription(self):
        device = a_subscription().device

        consent.unsubscribe(device)

        contact = Contact.objects.get()
        assert (contact.is_reachable, contact.push_disabled_by_platform) == (False, False)
        assert contact.unsubscribed_at is not None
        assert Subscription.objects.get().end_reason == "unsubscribed"
        assert told("push_unsubscribed", "push_opted_out") == [
            ("push_unsubscribed", {"reason": "unsubscribed"}),
            ("push_opted_out", {"by": "contact"}),
        ]

    def test_it_holds_on_the_contacts_other_browsers_whose_subscriptions_stay(self):
        site = a_site()
        laptop, phone = (a_subscription(a_device(site, "allowed")) for _ in range(2))
        for subscription in (laptop, phone):
            identity.identify(subscription.device, "anna")

        consent.unsubscribe(laptop.device)

        assert not Contact.objects.get(external_id="anna").is_reachable
        assert list(Subscription.objects.live()) == [phone]
        assert not Subscription.objects.welcome().exists()

    def test_it_says_so_once(self):
        device = a_subscription().device

        consent.unsubscribe(device)
        first = Contact.objects.get().unsubscribed_at
        consent.unsubscribe(device)

        assert Contact.objects.get().unsubscribed_at == first
        assert len(told("push_opted_out")) == 1


class TestOptIn:
    def test_it_takes_back_what_the_contact_said(self):
        device = a_subscription().device
        consent.unsubscribe(device)

        ask_again(device)

        contact = Contact.objects.get()
        assert (contact.unsubscribed_at, contact.is_reachable) == (None, True)
        assert told("push_opted_in") == [("push_opted_in", {"by": "contact"})]

    def test_it_needs_the_visitors_own_act(self):
        device = a_subscription().device
        consent.unsubscribe(device)

        arrivals.bring(device, a_new_subscription(device.contact.site))

        contact = Contact.objects.get()
        assert contact.unsubscribed_at is not None
        assert not contact.is_reachable

    def test_it_takes_back_nothing_that_the_platform_said(self):
        device = a_subscription().device
        consent.set_platform_opt_out([device.contact_id], opted_out=True)

        ask_again(device)

        contact = Contact.objects.get()
        assert (contact.push_disabled_by_platform, contact.is_reachable) == (True, False)
        assert told("push_opted_in") == []


class TestSetPlatformOptOut:
    def test_it_keeps_reachable_true_both_ways(self):
        subscription = a_subscription()
        a_contact(subscription.device.contact.site)
        everybody = list(Contact.objects.values_list("pk", flat=True))

        seen = []
        for opted_out in (True, False):
            consent.set_platform_opt_out(everybody, opted_out=opted_out)
            rows = Contact.objects.order_by("pk")
            seen.append(list(rows.values_list("push_disabled_by_platform", "is_reachable")))

        assert seen == [[(True, False), (True, False)], [(False, True), (False, False)]]
        assert list(Subscription.objects.live()) == [subscription]

    def test_it_tells_of_those_who_were_not_so_before(self):
        contacts = [a_contact(), a_contact(push_disabled_by_platform=True)]

        consent.set_platform_opt_out([row.pk for row in contacts], opted_out=True)

        assert told("push_opted_out") == [("push_opted_out", {"by": "platform"})]
        assert Event.objects.get(name__name="push_opted_out").contact == contacts[0]

    def test_it_leaves_alone_whom_it_does_not_name(self):
        other = a_contact()

        consent.set_platform_opt_out([], opted_out=True)

        other.refresh_from_db()
        assert not other.push_disabled_by_platform

    def test_it_costs_the_same_for_one_and_for_three(self):
        site = a_site()
        costs = []
        for many in (1, 1, 3):
            rows = [a_subscription(a_device(site, "allowed")) for _ in range(many)]
            with CaptureQueriesContext(connection) as captured:
                consent.set_platform_opt_out(
                    [row.device.contact_id for row in rows], opted_out=True
                )
            costs.append(len(captured))

        # The first makes the name of the event.
        assert costs[1] == costs[2]


class TestMerge:
    def test_who_unsubscribed_as_a_visitor_stays_so_as_a_known_contact(self):
        device = a_subscription().device
        anna = a_contact(device.contact.site, external_id="anna")
        consent.unsubscribe(device)
        a_subscription(device)

        identity.identify(device, "anna")

        anna.refresh_from_db()
        assert anna.unsubscribed_at is not None
        assert not anna.is_reachable

    def test_who_unsubscribed_as_a_known_contact_stays_so(self):
        device = a_subscription().device
        before = timezone.now() - timezone.timedelta(days=3)
        anna = a_contact(device.contact.site, external_id="anna", unsubscribed_at=before)
        consent.unsubscribe(device)

        identity.identify(device, "anna")

        anna.refresh_from_db()
        assert anna.unsubscribed_at == before

    def test_what_the_platform_said_of_the_known_contact_stays(self):
        device = a_subscription().device
        site = device.contact.site
        a_contact(site, external_id="anna", push_disabled_by_platform=True)

        identity.identify(device, "anna")

        anna = Contact.objects.get(external_id="anna")
        assert (anna.push_disabled_by_platform, anna.is_reachable) == (True, False)
