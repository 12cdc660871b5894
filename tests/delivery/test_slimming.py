"""A push service that finds too large what should have fitted: once more, with less in it."""

import json

import pytest
from django.utils import timezone

from apps.assets import payloads
from apps.delivery import sender
from apps.delivery.models import Push

pytestmark = pytest.mark.django_db

LONG = "x" * 1000
# It takes 2,500 bytes whole, and fits into 2,000 without its picture.
LARGE = {"message": LONG, "image": f"https://cdn.example/{'y' * 900}"}


def make_due():
    Push.objects.filter(due_at__isnull=False).update(due_at=timezone.now())


def shown(message):
    return json.loads(message.plaintext)["notification"]


class TestTooLarge:
    def test_it_is_sent_once_more_with_less_in_it_and_that_is_written_down(
        self, service, a_receiver
    ):
        receiver = a_receiver(**LARGE)
        push = receiver.queue()
        service.fail(413)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason, push.left_out) == ("accepted", "", "image")
        assert (push.attempts, push.due_at, push.answer) == (2, None, "")
        (message,) = receiver.messages(service)
        assert "image" not in shown(message)
        assert len(message.plaintext) <= payloads.CAUTIOUS_BYTES
        assert shown(message)["tag"] == push.uid.hex

    def test_it_is_given_up_when_that_is_too_large_too(self, service, a_receiver):
        receiver = a_receiver(**LARGE)
        push = receiver.queue()
        service.fail(413, times=None)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason, push.left_out) == ("failed", "too_large", "")
        assert (push.attempts, len(service.attempts())) == (2, 2)
        assert receiver.device.subscriptions.live().count() == 1

    def test_it_is_not_repeated_where_nothing_would_be_less(self, service, a_receiver):
        push = a_receiver(message="short").queue()
        service.fail(413, times=None)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "too_large")
        assert len(service.attempts()) == 1

    def test_what_cannot_be_slimmed_that_far_is_given_up_unsent(self, service, a_receiver):
        receiver = a_receiver(title="{{ event.long }}", message="{{ event.long }}")
        push = receiver.queue(event={"long": LONG})
        service.fail(413, times=None)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "too_large")
        assert push.answer.startswith("413 ")
        assert len(service.attempts()) == 1

    def test_it_stays_slim_when_the_second_try_has_to_wait(self, service, a_receiver):
        receiver = a_receiver(**LARGE)
        push = receiver.queue()
        service.fail(413)
        service.fail(503)
        sender.drain()
        push.refresh_from_db()
        assert (push.status, push.reason) == ("queued", "too_large")

        make_due()
        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason, push.left_out) == ("accepted", "", "image")

    def test_a_worker_that_dies_before_the_second_try_leaves_it_to_the_next(
        self, service, a_receiver
    ):
        push = a_receiver(**LARGE).queue()
        service.fail(413)
        with sender.transport.Connections() as connections:
            sender.send_batch(sender.claim(10), connections)
        assert sender.claim(10) == [push.pk]
        make_due()

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.left_out, push.attempts) == ("accepted", "image", 3)

    def test_others_of_the_batch_are_not_touched(self, service, a_receiver):
        large, small = a_receiver(**LARGE), a_receiver()
        first, second = large.queue(key="test:1"), small.queue(key="test:2")
        service.fail(413, token=large.there.token)

        sender.drain()

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.attempts, first.left_out) == (2, "image")
        assert (second.attempts, second.left_out) == (1, "")
