import pytest

from apps.accounts.models import Contact
from apps.devices import subscriptions
from apps.devices.models import Subscription
from tests.factories import a_device, a_new_subscription, a_site, a_subscription

pytestmark = pytest.mark.django_db


class TestSubscribe:
    def test_it_makes_the_contact_reachable(self):
        device = a_device(push_status="allowed")

        subscription = subscriptions.subscribe(device, a_new_subscription(device.contact.site))

        assert Subscription.objects.live().get() == subscription
        assert Contact.objects.get().is_reachable

    def test_it_changes_nothing_when_the_same_one_comes_again(self):
        device = a_device(push_status="allowed")
        new = a_new_subscription(device.contact.site)

        first = subscriptions.subscribe(device, new)
        second = subscriptions.subscribe(device, new)

        assert first == second
        assert Subscription.objects.count() == 1

    def test_it_takes_no_endpoint_again_that_its_push_service_has_ended(self):
        device = a_device(push_status="allowed")
        new = a_new_subscription(device.contact.site)
        subscriptions.subscribe(device, new)
        subscriptions.end(Subscription.objects.all(), Subscription.EndReason.GONE)

        with pytest.raises(subscriptions.SubscriptionGone):
            subscriptions.subscribe(device, new)

        assert Subscription.objects.get().end_reason == "gone"

    def test_it_ends_the_one_that_the_browser_replaced(self):
        old = a_subscription()

        new = a_subscription(old.device, old_endpoint=old.endpoint)

        old.refresh_from_db()
        assert old.end_reason == "replaced"
        assert list(Subscription.objects.live()) == [new]

    def test_it_moves_to_the_device_that_the_browser_is_now(self):
        old = a_subscription()
        site = old.device.contact.site
        again = a_device(site, push_status="allowed")

        new = a_subscription(again, endpoint=old.endpoint)

        old.refresh_from_db()
        assert (old.end_reason, new.device) == ("moved", again)
        assert [c.is_reachable for c in Contact.objects.order_by("id")] == [False, True]

    def test_it_ends_the_old_one_that_a_browser_without_memory_renewed(self):
        old = a_subscription()
        again = a_device(old.device.contact.site, push_status="allowed")

        new = a_subscription(again, old_endpoint=old.endpoint)

        old.refresh_from_db()
        assert old.end_reason == "moved"
        assert list(Subscription.objects.live()) == [new]

    def test_it_ends_nothing_of_another_site_by_its_address(self):
        other = a_subscription()

        a_subscription(a_device(a_site(), push_status="allowed"), old_endpoint=other.endpoint)

        other.refresh_from_db()
        assert other.ended_at is None

    def test_it_leaves_the_subscription_of_another_site_alone(self):
        other = a_subscription()
        device = a_device(a_site(), push_status="allowed")

        with pytest.raises(subscriptions.SubscriptionRefused) as refused:
            a_subscription(device, endpoint=other.endpoint)

        assert refused.value.field == "endpoint"
        assert list(Subscription.objects.live()) == [other]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"endpoint": "https://evil.example/push"}, "endpoint"),
            ({"endpoint": "http://fcm.googleapis.com/fcm/send/1"}, "endpoint"),
            ({"p256dh": "AAAA"}, "p256dh"),
            ({"p256dh": "BP" + "A" * 85}, "p256dh"),
            ({"p256dh": "!"}, "p256dh"),
            # The compressed form of a point that is on the curve.
            ({"p256dh": "A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW"}, "p256dh"),
            ({"auth": "AAAAAAAAAAAAAAAAAAAAAA!!"}, "auth"),
            ({"auth": "AAAA"}, "auth"),
            ({"auth": ""}, "auth"),
            ({"vapid_key": "BPother"}, "vapid_key"),
        ],
    )
    def test_it_refuses_what_no_push_could_reach(self, changes, field):
        device = a_device(push_status="allowed")

        with pytest.raises(subscriptions.SubscriptionRefused) as refused:
            subscriptions.subscribe(device, a_new_subscription(device.contact.site, **changes))

        assert refused.value.field == field
        assert Subscription.objects.count() == 0


class TestEnd:
    def test_it_keeps_the_reason_and_makes_unreachable(self):
        subscription = a_subscription()

        ended = subscriptions.end(Subscription.objects.all(), Subscription.EndReason.GONE)

        subscription.refresh_from_db()
        assert (ended, subscription.end_reason) == (1, "gone")
        assert not Contact.objects.get().is_reachable

    def test_it_ends_each_only_once(self):
        a_subscription()
        subscriptions.end(Subscription.objects.all(), Subscription.EndReason.GONE)

        again = subscriptions.end(Subscription.objects.all(), Subscription.EndReason.REVOKED)

        assert again == 0
        assert Subscription.objects.get().end_reason == "gone"
