"""Calling real servers."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.journeys import engine, tasks
from apps.journeys.models import Call, SigningSecret
from apps.journeys.webhooks import draining, hosts, recording, signing
from tests.journeys.flows import time_is_over
from tests.journeys.webhooks.callers import (
    a_calling_journey,
    called,
    how_it_ended,
    queued,
    seconds_until,
)

pytestmark = pytest.mark.django_db


class TestTheRequest:
    def test_it_is_what_the_step_says_signed_and_named(self, receiver):
        journey = a_calling_journey(
            f"{receiver.origin}/hook?a=b", method="PUT", headers={"X-A": "1"}, body='{"é": 1}'
        )
        receiver.pages["/hook?a=b"] = 200, {}, b""
        queued(journey)

        tasks.call_webhooks()

        method, path, headers, body = receiver.calls[0]
        call = Call.objects.get()
        assert (method, path, body) == ("PUT", "/hook?a=b", '{"é": 1}')
        assert headers["content-type"] == "application/json"
        assert (headers["x-a"], headers["user-agent"]) == ("1", "Pushdesk webhook")
        assert headers["webhook-id"] == str(call.uid)
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
        secret = SigningSecret.objects.get().secret
        assert headers["webhook-signature"] == signing.sign(
            secret, id=str(call.uid), timestamp=int(headers["webhook-timestamp"]), body=body
        )

    def test_every_secret_of_the_site_signs(self, receiver):
        journey = a_calling_journey(f"{receiver.origin}/hook")
        signing.create_secret(journey.site)
        queued(journey)

        tasks.call_webhooks()

        assert len(receiver.calls[0][2]["webhook-signature"].split(" ")) == 2

    def test_without_a_secret_nothing_is_sent(self, receiver):
        journey = a_calling_journey(f"{receiver.origin}/hook")
        queued(journey)
        SigningSecret.objects.all().delete()

        tasks.call_webhooks()

        call = Call.objects.get()
        assert (receiver.calls, call.status) == ([], "queued")
        assert "no signing secret" in call.answer
        assert seconds_until(call.due_at) > 5

    def test_the_content_type_of_the_step_counts(self, receiver):
        called(f"{receiver.origin}/hook", headers={"content-type": "text/xml"}, body="<a/>")

        assert receiver.calls[0][2]["content-type"] == "text/xml"

    def test_get_is_signed_as_well(self, receiver):
        called(f"{receiver.origin}/hook", method="GET")

        method, _, headers, body = receiver.calls[0]
        assert (method, body, "content-type" in headers) == ("GET", "", False)
        assert headers["webhook-signature"].startswith("v1,")


class TestOutcomes:
    @pytest.mark.parametrize(
        ("status", "ended", "outcome"),
        [
            (200, "answered", "taken"),
            (204, "answered", "taken"),
            (400, "refused", "refused"),
            (410, "refused", "refused"),
        ],
    )
    def test_the_answer_leads_the_contact_on(self, receiver, status, ended, outcome):
        receiver.pages["/hook"] = status, {}, b"said so" if status != 204 else b""
        row = queued(a_calling_journey(f"{receiver.origin}/hook"))[0]

        tasks.call_webhooks()

        call = Call.objects.get()
        assert (call.status, call.attempts, call.due_at) == (ended, 1, None)
        assert call.answer == f"{status} said so" if status != 204 else "204"
        assert call.answered_at is not None
        assert how_it_ended(row) == (outcome, "")

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
    def test_it_is_tried_again_under_the_same_id(self, receiver, status):
        receiver.pages["/hook"] = status, {}, b"busy"
        call = called(f"{receiver.origin}/hook")[0]
        assert (call.status, call.attempts, call.answer) == ("queued", 1, f"{status} busy")
        assert 7 <= seconds_until(call.due_at) <= 12.5

        Call.objects.update(due_at=timezone.now())
        receiver.pages["/hook"] = 200, {}, b""
        tasks.call_webhooks()

        call.refresh_from_db()
        assert (call.status, call.attempts) == ("answered", 2)
        assert receiver.ids == [str(call.uid)] * 2

    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize("form", ["seconds", "date"])
    def test_it_comes_back_when_the_server_says(self, receiver, status, form):
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
        after = {"seconds": "120", "date": date}[form]
        receiver.pages["/hook"] = status, {"Retry-After": after}, b""

        call = called(f"{receiver.origin}/hook")[0]

        assert 110 <= seconds_until(call.due_at) <= 132

    def test_a_server_asked_to_be_left_alone_is_spared_the_other_calls(self, receiver):
        receiver.pages["/hook"] = 429, {"Retry-After": "120"}, b""

        calls = called(f"{receiver.origin}/hook", number=40)

        assert len(receiver.calls) <= 30
        untried = [call for call in calls if not call.attempts]
        assert untried
        assert all(50 <= seconds_until(call.due_at) <= 60 for call in untried)

    def test_it_fails_when_the_server_wants_more_time_than_there_is(self, receiver):
        receiver.pages["/hook"] = 429, {"Retry-After": "7200"}, b""
        row = queued(a_calling_journey(f"{receiver.origin}/hook", patience_hours=1))[0]

        tasks.call_webhooks()

        assert Call.objects.get().status == "failed"
        assert how_it_ended(row) == ("failed", "")

    def test_nothing_is_sent_after_its_time(self, receiver):
        queued(a_calling_journey(f"{receiver.origin}/hook"))
        Call.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert tasks.call_webhooks() == 0
        assert receiver.calls == []

    def test_a_call_that_was_not_answered_in_time_has_failed(self, receiver):
        row = queued(a_calling_journey(f"{receiver.origin}/hook"))[0]
        time_is_over()

        engine.drain()

        call = Call.objects.get()
        assert (call.status, call.due_at) == ("failed", None)
        assert how_it_ended(row) == ("failed", "expired")

    def test_contacts_go_on_at_the_next_wake_up(self, receiver, drain_all):
        row = queued(a_calling_journey(f"{receiver.origin}/hook"))[0]
        tasks.call_webhooks()

        drain_all()

        row.refresh_from_db()
        assert (row.state, row.exit_reason) == ("left", "end")


class TestPauses:
    @pytest.mark.parametrize(
        ("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (9, 2560), (12, 3600), (5000, 3600)]
    )
    def test_they_double_up_to_an_hour(self, attempts, seconds):
        for _ in range(20):
            pause = recording.pause_after(attempts)
            assert seconds * 0.75 <= pause <= min(seconds * 1.25, 3600)

    def test_there_is_a_last_try_before_the_time_is_over(self):
        now = timezone.now()
        call = Call(attempts=12, expires_at=now + timedelta(minutes=10))

        assert recording.next_try(call, None, now=now) == call.expires_at - recording.LAST_TRY
        late = call.expires_at - recording.LAST_TRY
        assert recording.next_try(call, None, now=late) is None

    @pytest.mark.parametrize("said", [0, 1])
    def test_nobody_is_called_without_a_pause(self, said):
        now = timezone.now()
        call = Call(attempts=1, expires_at=now + timedelta(hours=10))

        again = recording.next_try(call, said, now=now)

        assert 10 <= (again - now).total_seconds() <= 11

    def test_an_absurd_time_is_too_late(self):
        now = timezone.now()
        call = Call(attempts=1, expires_at=now + timedelta(hours=10))

        assert recording.next_try(call, 10**4000, now=now) is None


class TestQueries:
    def test_they_do_not_grow_with_the_calls(self, receiver):
        journey = a_calling_journey(f"{receiver.origin}/hook")
        counts = []
        for number in (1, 3):
            queued(journey, number)
            claimed = draining.claim(10, hosts.Hosts())
            results = [
                recording.Result(call=call, answer=recording_answer("taken")) for call in claimed
            ]
            with CaptureQueriesContext(connection) as captured:
                recording.record(results)
            counts.append(len(captured))

        assert counts[0] == counts[1]
        assert Call.objects.filter(status="answered").count() == 4


def recording_answer(outcome):
    return draining.answers.Answer(outcome=draining.answers.Outcome(outcome), words="said")
