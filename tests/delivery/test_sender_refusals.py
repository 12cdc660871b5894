"""What is not sent, and why: told in the row, and never at the cost of others."""

import pytest
from django.utils import timezone

from apps.assets import models as assets
from apps.delivery import sender
from apps.delivery.models import Push
from apps.delivery.wanted import withdraw
from apps.devices import identity
from apps.devices.models import Subscription

pytestmark = pytest.mark.django_db


class TestWhatIsNotSent:
    def test_it_does_not_send_late(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        Push.objects.update(expires_at=timezone.now())

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "expired")
        assert service.attempts() == []

    def test_it_does_not_reach_somebody_else_on_the_same_browser(self, service, a_receiver):
        receiver = a_receiver()
        identity.identify(receiver.device, "anna")
        push = receiver.queue()
        identity.identify(receiver.device, "ben")

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "moved")
        assert service.attempts() == []

    def test_it_does_not_send_what_is_not_active_any_more(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        assets.Push.objects.update(status="archived")

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "not_active")

    def test_it_does_not_send_what_no_record_can_hold(self, service, a_receiver):
        receiver = a_receiver(message="{{ event.long }}")
        push = receiver.queue(event={"long": "ä" * 2000})

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "too_large")
        assert service.attempts() == []

    def test_it_survives_an_address_that_may_not_be_called_any_more(self, service, a_receiver):
        gone, good = a_receiver(), a_receiver()
        unknown, fine = gone.queue(key="test:1"), good.queue(key="test:2")
        Subscription.objects.filter(device=gone.device).update(endpoint="https://evil.example/")

        sender.drain()

        unknown.refresh_from_db()
        fine.refresh_from_db()
        assert (unknown.reason, fine.status) == ("not_known", "accepted")

    @pytest.mark.parametrize(
        ("title", "value"),
        [
            ("{{ event.x | times: 9 }}", "9" * 4400),
            ("{{ event.x | times: 9 }}", "1e999999999"),
            ("{{ event.x | round }}", "1e999"),
            ("{{ event.x | divided_by: 0 }}", 5),
        ],
    )
    def test_no_value_of_a_visitor_stops_the_others(self, title, value, service, a_receiver):
        bad, good = a_receiver(title=title), a_receiver()
        push, fine = bad.queue(key="test:1", event={"x": value}), good.queue(key="test:2")

        sender.drain()

        push.refresh_from_db()
        fine.refresh_from_db()
        assert (push.due_at, fine.status) == (None, "accepted")

    def test_it_survives_a_text_that_cannot_be_filled(self, service, a_receiver):
        receiver, good = a_receiver(), a_receiver()
        assets.Push.objects.filter(pk=receiver.push.pk).update(
            title="{% for i in (1..2000) %}{{ event.x }}{% endfor %}"
        )
        bad, fine = receiver.queue(key="test:bad"), good.queue(key="test:good")

        sender.drain()

        bad.refresh_from_db()
        fine.refresh_from_db()
        assert (bad.reason, fine.status) == ("not_rendered", "accepted")

    def test_it_is_not_tried_again_after_it_was_withdrawn(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        sender.claim(10)
        withdraw(key__in=[push.key])
        Push.objects.update(due_at=timezone.now())

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "withdrawn")
        assert service.attempts() == []

    def test_it_has_no_device_to_send_to_after_the_subscription_ended(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        Subscription.objects.update(ended_at=timezone.now())

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "no_device")
