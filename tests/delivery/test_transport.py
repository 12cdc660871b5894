import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import aiohttp
import pytest

from apps.delivery.transport import (
    MAX_WAIT_SECONDS,
    Connections,
    Outcome,
    Request,
    Silence,
    read_answer,
)


class TestReadAnswer:
    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            (200, Outcome.ACCEPTED),
            (201, Outcome.ACCEPTED),
            (202, Outcome.ACCEPTED),
            (301, Outcome.REJECTED),
            (400, Outcome.REJECTED),
            (401, Outcome.REFUSED),
            (403, Outcome.REFUSED),
            (404, Outcome.GONE),
            (410, Outcome.GONE),
            (413, Outcome.TOO_LARGE),
            (429, Outcome.THROTTLED),
            (500, Outcome.UNAVAILABLE),
            (503, Outcome.UNAVAILABLE),
            (418, Outcome.REJECTED),
        ],
    )
    def test_it_knows_a_closed_set_of_outcomes(self, status, outcome):
        assert read_answer(status, "").outcome is outcome

    def test_it_sees_that_a_400_of_apple_is_about_our_key(self):
        answer = read_answer(400, '{"reason":"VapidPkHashMismatch"}')

        assert answer.outcome is Outcome.REFUSED

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            (None, None),
            ("", None),
            ("120", 120),
            ("soon", None),
            ("-5", 0),
            ("1e9", None),
            ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
        ],
    )
    def test_it_reads_how_long_to_wait(self, header, seconds):
        assert read_answer(429, "", header).retry_after == seconds

    def test_it_reads_a_date_to_wait_for(self):
        header = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)

        assert 97 <= read_answer(429, "", header).retry_after <= 100

    def test_it_does_not_wait_for_ever(self):
        assert read_answer(429, "", "999999999").retry_after == MAX_WAIT_SECONDS

    def test_it_keeps_what_was_said_within_bounds(self):
        assert len(read_answer(400, "x" * 5000).text) == 200
        assert "\x00" not in read_answer(400, "a\x00b").text


def send(requests, **options):
    with Connections(**options) as connections:
        return connections.send(requests)


class TestSend:
    def test_it_takes_nobody_answering_for_unavailable(self):
        nobody = Request(endpoint="http://127.0.0.1:9/push", body=b"x", headers={})

        (answer,) = send([nobody])

        assert answer.outcome is Outcome.UNAVAILABLE

    @pytest.mark.parametrize(
        ("scheme", "host"),
        [("https", "nowhere.invalid"), ("http", "127.0.0.1:9"), ("https", None)],
        ids=["no such name", "a closed port", "no TLS"],
    )
    def test_it_knows_that_nothing_was_sent(self, service, scheme, host):
        there = service.subscribe()
        host = host or urlsplit(service.origin).netloc

        (answer,) = send([Request(endpoint=f"{scheme}://{host}/push", body=b"x", headers={})])

        assert (answer.outcome, answer.silence, answer.was_sent) == (
            Outcome.UNAVAILABLE,
            Silence.NOT_REACHED,
            False,
        )
        assert service.attempts(there.token) == []

    def test_it_knows_that_a_connection_was_not_made_in_time(self, service, monkeypatch):
        async def never(*_: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(aiohttp.TCPConnector, "_create_connection", never)

        (answer,) = send([Request(endpoint=service.origin, body=b"x", headers={})], seconds=0.1)

        assert (answer.outcome, answer.silence, answer.was_sent) == (
            Outcome.UNAVAILABLE,
            Silence.NOT_REACHED,
            False,
        )

    @pytest.mark.parametrize(
        ("trouble", "silence"),
        [
            (("slow", 20), Silence.LATE),
            (("hang_up", 0), Silence.BROKEN_OFF),
            ((503, 0), None),
        ],
    )
    def test_it_knows_that_something_was_sent(self, service, trouble, silence):
        there = service.subscribe()
        kind, seconds = trouble
        service.fail(kind, seconds=seconds)

        (answer,) = send(
            [Request(endpoint=there.endpoint, body=b"x", headers={"TTL": "0"})], seconds=1
        )

        assert (answer.outcome, answer.silence, answer.was_sent) == (
            Outcome.UNAVAILABLE,
            silence,
            True,
        )

    def test_it_follows_no_redirect(self, service):
        there = service.subscribe()
        elsewhere = service.subscribe()
        service.fail(307, token=there.token, headers={"Location": elsewhere.endpoint})

        (answer,) = send([Request(endpoint=there.endpoint, body=b"x", headers={"TTL": "0"})])

        assert answer.outcome is Outcome.REJECTED
        assert service.attempts(elsewhere.token) == []

    def test_it_sends_nothing_when_there_is_nothing(self):
        assert send([]) == []
