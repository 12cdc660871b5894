"""Servers that do not behave, and many at once."""

import gzip

import pytest

from apps.journeys import tasks
from apps.journeys.models import Call
from apps.journeys.webhooks import draining, hosts, recording, transport
from tests.journeys.webhooks.callers import (
    a_calling_journey,
    called,
    how_it_ended,
    queued,
)

pytestmark = pytest.mark.django_db


class TestHostileServers:
    @pytest.mark.parametrize("location", ["http://169.254.169.254/latest", "http://127.0.0.1/"])
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_no_redirect_is_followed(self, receiver, private_receiver, status, location):
        location = location.replace("127.0.0.1", f"127.0.0.1:{private_receiver.server_port}")
        receiver.pages["/hook"] = status, {"Location": location}, b""

        call = called(f"{receiver.origin}/hook")[0]

        assert (call.status, len(receiver.calls)) == ("refused", 1)
        assert "which is not followed" in call.answer
        assert private_receiver.calls == []

    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1:{}/hook",
            "http://localhost:{}/hook",
            "http://2130706433:{}/hook",
            "http://[::ffff:127.0.0.1]:{}/hook",
            "http://0x7f.1:{}/hook",
        ],
    )
    def test_no_private_address_is_called(self, private_receiver, address):
        row = queued(a_calling_journey(address.format(private_receiver.server_port)))[0]

        tasks.call_webhooks()

        call = Call.objects.get()
        assert (private_receiver.calls, call.status, call.attempts) == ([], "failed", 1)
        assert call.answer == "It is a private address, which only your own network reaches."
        assert how_it_ended(row) == ("failed", "")

    def test_nor_one_that_a_tag_makes(self, private_receiver):
        journey = a_calling_journey("http://{{ state.host | raw }}/hook")
        queued(journey, state={"host": f"127.0.0.1:{private_receiver.server_port}"})

        tasks.call_webhooks()

        assert (private_receiver.calls, Call.objects.get().status) == ([], "failed")

    def test_nor_a_name_that_leads_there_by_the_time_it_is_called(
        self, private_receiver, monkeypatch
    ):
        """DNS rebinding: the name is looked up once, and that answer is checked."""
        said = [["93.184.216.34", "127.0.0.1"]]
        monkeypatch.setattr("apps.assets.links.guarding.lookup", lambda *_: said[0])

        call = called(f"http://shop.example:{private_receiver.server_port}/hook")[0]

        assert (private_receiver.calls, call.status) == ([], "failed")

    def test_one_that_breaks_off_is_tried_again(self, receiver):
        receiver.pages["/hook"] = lambda handler: None

        call = called(f"{receiver.origin}/hook")[0]

        assert (call.status, call.answered_at) == ("queued", None)
        assert call.answer == "Its server broke off, or does not answer as one of the web."

    def test_nobody_there_is_tried_again(self, settings):
        settings.LINK_CHECK_HOSTS = ["http://127.0.0.1:9"]

        call = called("http://127.0.0.1:9/hook")[0]

        assert (call.status, call.attempts) == ("queued", 1)
        assert "cannot be reached" in call.answer

    def test_what_is_not_http_is_tried_again(self, receiver):
        receiver.pages["/hook"] = lambda handler: (
            handler.wfile.write(b"220 mail ready\r\n") and None
        )

        assert called(f"{receiver.origin}/hook")[0].status == "queued"

    def test_one_that_says_nothing_is_no_answer(self, receiver, short_patience):
        receiver.pages["/hook"] = receiver.stand_still

        call = called(f"{receiver.origin}/hook")[0]

        assert (call.status, call.answer) == ("queued", "No answer within 0.5 seconds.")

    def test_a_body_without_end_does_not_undo_its_status(self, receiver, short_patience):
        receiver.pages["/hook"] = receiver.drip

        assert called(f"{receiver.origin}/hook")[0].status == "answered"

    def test_a_huge_body_is_read_to_its_64_kilobytes(self, receiver):
        receiver.pages["/hook"] = 200, {}, b"x" * 30_000_000

        call = called(f"{receiver.origin}/hook")[0]

        assert (call.status, len(call.answer)) == ("answered", 200)

    def test_a_packed_body_is_not_unpacked(self, receiver):
        bomb = gzip.compress(b"0" * 20_000_000)
        receiver.pages["/hook"] = 200, {"Content-Encoding": "gzip"}, bomb

        call = called(f"{receiver.origin}/hook")[0]

        assert (call.status, call.answer) == ("answered", "200")
        assert receiver.calls[0][2]["accept-encoding"] == "identity"

    def test_hundreds_of_headers_are_no_answer(self, receiver):
        receiver.pages["/hook"] = 200, {"X-Long": "x" * 70_000}, b""

        assert called(f"{receiver.origin}/hook")[0].status == "queued"


class TestManyServers:
    def test_one_that_says_nothing_holds_up_no_other(self, receiver, monkeypatch):
        monkeypatch.setattr(transport, "SECONDS", 3)
        receiver.pages["/slow"] = receiver.stand_still
        slow = a_calling_journey(f"{receiver.origin.replace('127.0.0.1', 'localhost')}/slow")
        fast = a_calling_journey(f"{receiver.origin}/hook", site=slow.site)
        queued(slow, 25)
        queued(fast, 25)
        answered = []
        monkeypatch.setattr(
            draining,
            "record",
            lambda results: answered.extend(results) or recording.record(results),
        )

        draining.drain(seconds=2)

        assert Call.objects.filter(url__endswith="/hook", status="answered").count() == 25
        paths = [result.call.url.rpartition("/")[2] for result in answered]
        assert paths[:25] == ["hook"] * 25
        assert sum(path == "/slow" for _, path, _, _ in receiver.calls) == hosts.PER_HOST

    @pytest.fixture(autouse=True)
    def both_names(self, receiver, settings):
        settings.LINK_CHECK_HOSTS = [
            receiver.origin,
            receiver.origin.replace("127.0.0.1", "localhost"),
        ]
