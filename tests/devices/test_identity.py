import pytest
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import Contact, Event
from apps.devices import audience, identity, sessions
from apps.devices.models import Device, Session, Subscription
from tests.factories import (
    a_contact,
    a_device,
    a_live_journey,
    a_report,
    a_subscription,
    an_event,
)

pytestmark = pytest.mark.django_db


def contact_named(external_id):
    return Contact.objects.get(external_id=external_id)


class TestIdentify:
    def test_it_makes_the_anonymous_visitor_that_contact(self):
        device = a_device()

        contact = identity.identify(device, "anna", state={"first_name": "Anna"}, language="fr")

        assert Contact.objects.get() == contact
        assert (contact.external_id, contact.language) == ("anna", "fr")
        assert contact.state == {"first_name": "Anna"}
        assert Device.objects.get().contact == contact

    def test_it_merges_the_visitor_into_a_contact_who_exists(self):
        device = a_device()
        anna = a_contact(device.contact.site, external_id="anna", state={"orders": 3})
        purchase = an_event(device.contact)

        identity.identify(device, "anna")

        assert list(Contact.objects.all()) == [anna]
        purchase.refresh_from_db()
        assert purchase.contact == anna
        assert Session.objects.get().contact == anna
        assert contact_named("anna").state == {"orders": 3}

    def test_it_changes_nothing_the_second_time(self):
        device = a_device()
        identity.identify(device, "anna")
        before = Event.objects.count()

        identity.identify(device, "anna")

        assert Event.objects.count() == before

    def test_it_suspends_the_contact_who_was_logged_in_before(self):
        subscription = a_subscription()
        device = subscription.device
        identity.identify(device, "anna")

        identity.identify(device, "ben")

        anna, ben = contact_named("anna"), contact_named("ben")
        assert (anna.push_status, anna.is_reachable) == ("suspended", False)
        assert (ben.push_status, ben.is_reachable) == ("allowed", True)
        assert Subscription.objects.live().get().device.contact == ben

    def test_it_gives_the_status_back_to_the_contact_who_returns(self):
        device = a_subscription().device
        identity.identify(device, "anna")
        identity.identify(device, "ben")

        identity.identify(device, "anna")

        anna, ben = contact_named("anna"), contact_named("ben")
        assert (anna.push_status, anna.is_reachable) == ("allowed", True)
        assert (ben.push_status, ben.is_reachable) == ("suspended", False)

    def test_it_leaves_a_contact_reachable_who_has_another_device(self):
        laptop, phone = a_subscription().device, None
        identity.identify(laptop, "anna")
        site = laptop.contact.site
        phone = a_subscription(a_device(site, push_status="allowed")).device
        identity.identify(phone, "anna")

        identity.identify(laptop, "ben")

        assert contact_named("anna").is_reachable

    def test_it_does_not_suspend_where_nothing_was_allowed(self):
        device = a_device(push_status="ask")
        identity.identify(device, "anna")

        identity.identify(device, "ben")

        assert contact_named("anna").push_status == "ask"

    def test_it_keeps_the_known_contacts_way_through_a_journey(self):
        device = a_device()
        journey = a_live_journey(device.contact.site)
        anna = a_contact(device.contact.site, external_id="anna")
        for contact in (anna, device.contact):
            journey.enrolments.create(
                version=journey.live_version,
                contact=contact,
                step=journey.live_version.steps.first(),
                number=1,
            )

        identity.identify(device, "anna")

        ways = list(journey.enrolments.order_by("number").values_list("contact", "number", "state"))
        assert ways == [(anna.pk, 1, "ready"), (anna.pk, 2, "left")]

    def test_it_keeps_the_visitors_row_when_nobody_has_the_id_yet(self):
        device = a_device()
        visitor = device.contact

        assert identity.identify(device, "anna") == visitor

    def test_it_merges_a_visitor_who_was_in_a_journey_twice(self):
        device = a_device()
        journey = a_live_journey(device.contact.site)
        anna = a_contact(device.contact.site, external_id="anna")
        for contact, number in ((anna, 1), (device.contact, 1), (device.contact, 2)):
            journey.enrolments.create(
                version=journey.live_version,
                contact=contact,
                step=journey.live_version.steps.first(),
                number=number,
                entry_key=str(number),
                left_at=timezone.now(),
                state="left",
            )

        identity.identify(device, "anna")

        numbers = journey.enrolments.filter(contact=anna).values_list("number", flat=True)
        assert sorted(numbers) == [1, 2, 3]

    def test_a_session_in_flight_does_not_undo_a_log_in(self):
        device = a_subscription().device
        identity.identify(device, "anna")
        another_tab = Device.objects.get(pk=device.pk)
        assert another_tab.contact.external_id == "anna"
        identity.identify(device, "ben")

        sessions.open_session(another_tab.contact.site, another_tab, a_report("allowed"))

        assert Device.objects.get().contact.external_id == "ben"

    def test_a_subscription_in_flight_goes_to_who_is_logged_in(self):
        device = a_device(push_status="allowed")
        identity.identify(device, "anna")
        another_tab = Device.objects.get(pk=device.pk)
        assert another_tab.contact.external_id == "anna"
        identity.identify(device, "ben")

        a_subscription(another_tab)

        assert contact_named("ben").is_reachable
        assert not contact_named("anna").is_reachable


class TestComingAndGoing:
    def test_the_status_follows_who_is_logged_in(self):
        """Anna, Ben, out, Anna again: on one browser with one subscription, all along."""
        device = a_subscription().device
        site = device.contact.site

        def now():
            rows = Contact.objects.exclude(external_id=None).order_by("external_id")
            return [(row.external_id, row.push_status, row.is_reachable) for row in rows]

        identity.identify(device, "anna")
        seen = [now()]
        identity.identify(device, "ben")
        seen.append(now())
        identity.logout(device)
        seen.append(now())
        for rows in (Session.objects.all(), Contact.objects.all()):
            rows.update(last_seen_at=F("last_seen_at") - timezone.timedelta(hours=3))
        sessions.open_session(site, device, a_report("allowed"))
        identity.identify(device, "anna")
        seen.append(now())

        assert seen == [
            [("anna", "allowed", True)],
            [("anna", "suspended", False), ("ben", "allowed", True)],
            [("anna", "suspended", False), ("ben", "suspended", False)],
            [("anna", "allowed", True), ("ben", "suspended", False)],
        ]
        assert Subscription.objects.get().ended_at is None
        assert list(audience.verify(site)) == []

    def test_a_merge_keeps_everything_once(self):
        laptop = a_subscription().device
        site = laptop.contact.site
        identity.identify(laptop, "anna")
        phone = a_subscription(a_device(site, "allowed")).device
        visitor = phone.contact
        an_event(visitor, "purchase", price=20)
        journey = a_live_journey(site)
        journey.enrolments.create(
            version=journey.live_version,
            contact=visitor,
            step=journey.live_version.steps.first(),
            number=1,
        )
        before = Event.objects.count()

        identity.identify(phone, "anna")

        anna = Contact.objects.get()
        assert Event.objects.filter(contact=anna).count() == before + 1
        assert anna.events.filter(name__name="purchase").count() == 1
        assert set(anna.devices.all()) == {laptop, phone}
        assert list(journey.enrolments.values_list("contact", "number")) == [(anna.pk, 1)]
        assert Subscription.objects.live().count() == 2
        assert anna.is_reachable


class TestLogout:
    def test_it_is_no_new_visit(self):
        device = a_device()
        identity.identify(device, "anna")

        fresh = identity.logout(device)

        assert not Event.objects.filter(contact=fresh).exists()
        assert Session.objects.filter(contact=fresh).exists()

    def test_it_gives_the_browser_to_a_fresh_anonymous_contact(self):
        device = a_subscription().device
        identity.identify(device, "anna")

        fresh = identity.logout(device)

        anna = contact_named("anna")
        assert (anna.push_status, anna.is_reachable) == ("suspended", False)
        assert (fresh.external_id, Device.objects.get().contact) == (None, fresh)

    def test_it_does_nothing_for_an_anonymous_visitor(self):
        device = a_device()

        assert identity.logout(device) == device.contact

        assert Contact.objects.count() == 1

    def test_it_lets_the_contact_come_back_days_later(self):
        device = a_subscription().device
        identity.identify(device, "anna")
        identity.logout(device)
        Session.objects.update(last_seen_at=timezone.now() - timezone.timedelta(days=3))
        sessions.open_session(device.contact.site, device, a_report("allowed"))

        identity.identify(device, "anna")

        assert contact_named("anna").push_status == "allowed"
        assert contact_named("anna").is_reachable
