import time

import pytest
from django.utils import timezone

from apps.accounts import identity_hash
from apps.accounts.models import Contact, Event, Site
from apps.devices import arrivals, identity, keys, subscriptions
from apps.devices.models import Device, Subscription, VapidKey
from tests.factories import (
    a_contact,
    a_device,
    a_new_subscription,
    a_site,
    a_subscription,
    an_event,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def an_imported_key(site):
    key = keys.create_for_site(site)
    VapidKey.objects.filter(pk=key.pk).update(imported_at=timezone.now())
    return key


def an_imported(site, external_id="anna"):
    """The live subscription of a device that came from another provider."""
    contact = a_contact(site, external_id=external_id)
    device = Device.objects.create(contact=contact, push_status="allowed")
    key = VapidKey.objects.exclude(imported_at=None).first() or an_imported_key(site)
    return subscriptions.subscribe(device, a_new_subscription(site, vapid_key=key.public_key))


class TestBring:
    @pytest.mark.parametrize("external_id", ["anna", None])
    def test_an_anonymous_visitor_becomes_who_was_imported(self, site, external_id):
        old = an_imported(site, external_id)
        known = old.device.contact
        device = a_device(site, "allowed")
        purchase = an_event(device.contact)

        new = arrivals.bring(device, a_new_subscription(site, old_endpoint=old.endpoint))

        old.refresh_from_db()
        purchase.refresh_from_db()
        assert Contact.objects.get() == known == purchase.contact
        assert (old.end_reason, list(Subscription.objects.live())) == ("moved", [new])
        assert Device.objects.get(pk=device.pk).contact == known
        known.refresh_from_db()
        assert (known.is_reachable, known.push_status) == (True, "allowed")
        assert known.last_seen_at is not None

    def test_it_logs_nobody_in_where_the_site_wants_a_hash(self, site):
        Site.objects.filter(pk=site.pk).update(identity_check=Site.IdentityCheck.REQUIRED)
        old = an_imported(site, "anna")
        known = old.device.contact
        device = Device.objects.get(pk=a_device(site, "allowed").pk)

        new = arrivals.bring(device, a_new_subscription(site, old_endpoint=old.endpoint))

        old.refresh_from_db()
        known.refresh_from_db()
        device.refresh_from_db()
        assert device.contact.is_anonymous_visitor
        assert (old.end_reason, list(Subscription.objects.live())) == ("moved", [new])
        assert (known.is_reachable, device.contact.is_reachable) == (False, True)
        proof = identity_hash.make(
            identity_hash.create_secret(site), "anna", expires_at=int(time.time()) + 60
        )
        assert identity.identify(device, "anna", proof=proof) == known
        known.refresh_from_db()
        assert known.is_reachable

    def test_a_known_visitor_takes_what_was_imported_without_a_name(self, site):
        old = an_imported(site, None)
        device = a_device(site, "allowed")
        anna = identity.identify(device, "anna")

        new = arrivals.bring(device, a_new_subscription(site, old_endpoint=old.endpoint))

        assert Contact.objects.get() == anna
        assert list(Subscription.objects.live()) == [new]

    def test_a_known_visitor_stays_who_they_are(self, site):
        old = an_imported(site, "ben")
        device = a_device(site, "allowed")
        identity.identify(device, "anna")

        new = arrivals.bring(device, a_new_subscription(site, old_endpoint=old.endpoint))

        assert Device.objects.get(pk=device.pk).contact.external_id == "anna"
        assert list(Subscription.objects.live()) == [new]
        reachable = Contact.objects.order_by("external_id").values_list("is_reachable", flat=True)
        assert list(reachable) == [True, False]

    def test_it_ends_the_imported_one_of_a_browser_that_has_ours_already(self, site):
        device = a_device(site, "allowed")
        new = a_new_subscription(site)
        ours = arrivals.bring(device, new)
        old = an_imported(site, "anna")
        again = subscriptions.NewSubscription(**{**vars(new), "old_endpoint": old.endpoint})

        assert arrivals.bring(device, again) == ours

        assert list(Subscription.objects.live()) == [ours]
        assert Contact.objects.get().external_id == "anna"
        assert Contact.objects.get().is_reachable

    def test_it_takes_the_imported_subscription_itself(self, site):
        old = an_imported(site)
        device = a_device(site, "allowed")
        same = a_new_subscription(site, endpoint=old.endpoint, vapid_key=old.key.public_key)

        new = arrivals.bring(device, same)

        assert list(Subscription.objects.live()) == [new]
        assert Contact.objects.get().external_id == "anna"

    def test_it_claims_nothing_that_a_browser_of_ours_has(self, site):
        other = a_subscription(a_device(site, "allowed"))
        identity.identify(other.device, "anna")
        device = a_device(site, "allowed")

        arrivals.bring(device, a_new_subscription(site, old_endpoint=other.endpoint))

        assert Device.objects.get(pk=device.pk).contact.is_anonymous_visitor
        assert Contact.objects.count() == 2

    def test_it_claims_nothing_of_another_site(self, site):
        old = an_imported(a_site())
        device = a_device(site, "allowed")

        arrivals.bring(device, a_new_subscription(site, old_endpoint=old.endpoint))

        old.refresh_from_db()
        assert old.ended_at is None
        assert Device.objects.get(pk=device.pk).contact.is_anonymous_visitor

    def test_it_claims_nothing_with_a_subscription_that_is_refused(self, site):
        old = an_imported(site)
        device = a_device(site, "allowed")
        broken = a_new_subscription(site, old_endpoint=old.endpoint, auth="AAAA")

        with pytest.raises(subscriptions.SubscriptionRefused):
            arrivals.bring(device, broken)

        assert list(Subscription.objects.live()) == [old]
        assert Contact.objects.count() == 2

    def test_it_tells_the_story(self, site):
        old = an_imported(site)
        device = a_device(site, "allowed")

        arrivals.bring(device, a_new_subscription(site, old_endpoint=old.endpoint))

        names = Event.objects.order_by("pk").values_list("name__name", flat=True)
        assert list(names) == [
            "push_subscribed",
            "session_started",
            "contact_recognised",
            "push_subscribed",
        ]
