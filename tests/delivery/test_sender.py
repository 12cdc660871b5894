import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.delivery import receipt_tokens, sender, transport
from apps.delivery.models import Push
from apps.devices.models import Subscription, VapidKey

pytestmark = pytest.mark.django_db


def make_due():
    Push.objects.filter(due_at__isnull=False).update(due_at=timezone.now())


class TestDrain:
    def test_it_brings_the_push_to_the_device(self, service, a_receiver):
        receiver = a_receiver(title="Hello {{ event.name }}", message="Come in", ttl=600)
        push = receiver.queue(event={"name": "Anna"})

        assert sender.drain() == 1

        (message,) = receiver.messages(service)
        assert json.loads(message.plaintext) == {
            "web_push": 8030,
            "notification": {
                "title": "Hello Anna",
                "body": "Come in",
                "navigate": "https://shop.example/",
                "lang": "de",
                "tag": push.uid.hex,
                "data": {"pushdesk": {"id": push.uid.hex, "token": receipt_tokens.make(push.uid)}},
            },
            "mutable": True,
        }
        assert (message.urgency, message.topic) == ("normal", push.uid.hex)
        assert 590 <= message.ttl <= 600
        assert message.claims.sub == "mailto:web@shop.example"

    def test_it_records_what_the_push_service_said(self, service, a_receiver):
        push = a_receiver().queue()

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason, push.attempts, push.due_at) == ("accepted", "", 1, None)
        assert push.accepted_at is not None

    def test_it_sends_nothing_twice(self, service, a_receiver):
        receiver = a_receiver()
        receiver.queue()
        sender.drain()

        assert sender.drain() == 0

        assert len(receiver.messages(service)) == 1

    @pytest.mark.parametrize("status", [404, 410])
    def test_it_ends_the_subscription_that_has_gone(self, status, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        service.fail(status, token=receiver.there.token)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason, push.answer[:3]) == ("failed", "gone", str(status))
        assert Subscription.objects.get().end_reason == "gone"
        assert not Contact.objects.get().is_reachable

    @pytest.mark.parametrize(
        ("fault", "reason"),
        [
            (400, "rejected"),
            (401, "refused"),
            (403, "refused"),
            (413, "too_large"),
            (302, "rejected"),
        ],
    )
    def test_it_ends_the_message_and_nothing_else(self, fault, reason, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        service.fail(fault, token=receiver.there.token)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason, push.due_at) == ("failed", reason, None)
        assert Subscription.objects.live().count() == 1
        assert Contact.objects.get().is_reachable

    @pytest.mark.parametrize("fault", [429, 500, 502, 503, "hang_up", "reset"])
    def test_it_tries_again_later_what_may_pass(self, fault, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        service.fail(fault, token=receiver.there.token)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.attempts) == ("queued", 1)
        assert push.due_at > timezone.now()
        assert Subscription.objects.live().count() == 1

        make_due()
        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.attempts) == ("accepted", 2)
        assert len(receiver.messages(service)) == 1

    def test_it_waits_as_long_as_the_push_service_asks(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        service.fail(429, token=receiver.there.token, retry_after=300)

        sender.drain()

        push.refresh_from_db()
        wait = (push.due_at - timezone.now()).total_seconds()
        assert 290 < wait <= 300

    def test_it_gives_up_when_the_time_to_live_would_be_over(self, service, a_receiver):
        receiver = a_receiver(ttl=60)
        push = receiver.queue()
        service.fail(429, token=receiver.there.token, retry_after=300)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "unavailable")

    def test_it_notes_which_key_was_refused(self, service, a_receiver):
        receiver = a_receiver()
        receiver.queue()
        service.fail(403, token=receiver.there.token)

        sender.drain()

        assert VapidKey.objects.get().refused_at is not None

    def test_one_dead_device_does_not_stop_the_others(self, service, a_receiver):
        good, dead, slow = a_receiver(), a_receiver(), a_receiver()
        for number, receiver in enumerate((dead, good, slow)):
            receiver.queue(key=f"test:{number}")
        service.fail(410, token=dead.there.token)
        service.fail("slow", token=slow.there.token, seconds=0.3)

        sender.drain()

        statuses = list(Push.objects.order_by("key").values_list("status", "reason"))
        assert statuses == [("failed", "gone"), ("accepted", ""), ("accepted", "")]


class TestClaim:
    def test_it_takes_a_push_for_one_worker(self, service, a_receiver):
        push = a_receiver().queue()

        assert sender.claim(10) == [push.pk]
        assert sender.claim(10) == []

    def test_it_gives_up_the_push_of_a_worker_that_died(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        sender.claim(10)
        make_due()

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.attempts) == ("accepted", 2)

    def test_a_worker_that_comes_back_late_changes_nothing(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue()
        late = sender.claim(10)
        make_due()
        sender.drain()
        service.fail(410, token=receiver.there.token)

        with transport.Connections() as connections:
            sender.send_batch(late, connections)

        push.refresh_from_db()
        assert push.status == "accepted"


class TestPrepare:
    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, number, service, a_receiver):
        receiver = a_receiver()
        for n in range(number):
            receiver.queue(key=f"test:{n}")
        ids = sender.claim(10)

        with CaptureQueriesContext(connection) as queries:
            prepared, _ = sender.prepare(ids)

        # Pushes, sites, subscriptions, assets, buttons, variations.
        assert (len(prepared), len(queries)) == (number, 6)
