"""Calling real servers, those that behave and those that do not."""

import gzip
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.journeys import engine, tasks
from apps.journeys.models import Call, Enrolment, Journey, SigningSecret
from apps.journeys.webhooks import draining, hosts, recording, signing, transport
from tests.journeys.webhooks.callers import a_calling_journey, enrolled, how_it_ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def short_patience(monkeypatch):
    """Servers that say nothing are waited for half a second only."""
    monkeypatch.setattr(transport, "SECONDS", 0.5)
    monkeypatch.setattr(transport, "BODY_SECONDS", 0.3)


def queued(journey, number=1, **values):
    """So many contacts who wait for the answer to their calls."""
    rows = [enrolled(journey, **values) for _ in range(number)]
    engine.drain()
    return rows


def called(url, number=1, **step):
    """Queue calls to the address, have a worker make them, and return them."""
    queued(a_calling_journey(url, **step), number)
    tasks.call_webhooks()
    return list(Call.objects.order_by("pk"))


def seconds_until(moment):
    return (moment - timezone.now()).total_seconds()


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
            lambda results: answered.append(results) or recording.record(results),
        )

        draining.drain(seconds=1)

        assert Call.objects.filter(url__endswith="/hook", status="answered").count() == 25
        first = {result.call.url.rsplit("/")[-1] for batch in answered[:-1] for result in batch}
        assert first == {"hook"}
        assert sum(path == "/slow" for _, path, _, _ in receiver.calls) == hosts.PER_HOST

    @pytest.fixture(autouse=True)
    def both_names(self, receiver, settings):
        settings.LINK_CHECK_HOSTS = [
            receiver.origin,
            receiver.origin.replace("127.0.0.1", "localhost"),
        ]


class TestWorkersThatDie:
    def test_a_call_that_was_answered_and_not_recorded_is_made_again(self, receiver, monkeypatch):
        row = queued(a_calling_journey(f"{receiver.origin}/hook"))[0]

        def die(results):
            raise SystemExit

        with monkeypatch.context() as dying, pytest.raises(SystemExit):
            dying.setattr(draining, "record", die)
            draining.drain(seconds=1)
        call = Call.objects.get()
        assert (len(receiver.calls), call.status, call.attempts) == (1, "queued", 1)
        assert tasks.call_webhooks() == 0
        Call.objects.update(due_at=timezone.now() - timedelta(seconds=1))

        assert tasks.call_webhooks() == 1

        assert receiver.ids == [str(call.uid)] * 2
        assert how_it_ended(row) == ("taken", "")

    def test_what_cannot_be_recorded_for_one_is_recorded_for_the_others(
        self, receiver, monkeypatch
    ):
        rows = queued(a_calling_journey(f"{receiver.origin}/hook"), 3)
        lead_on = recording.moving.lead_on

        def breaking(step, ids, outcome, **options):
            if rows[1].pk in ids:
                raise ValueError("This one is broken.")
            lead_on(step, ids, outcome, **options)

        monkeypatch.setattr(recording.moving, "lead_on", breaking)

        tasks.call_webhooks()

        assert list(Call.objects.order_by("pk").values_list("status", flat=True)) == [
            "answered", "queued", "answered"
        ]  # fmt: skip

    def test_a_late_answer_changes_nothing_of_a_call_in_other_hands(self, receiver):
        queued(a_calling_journey(f"{receiver.origin}/hook"))
        (mine,) = draining.claim(1, hosts.Hosts())
        Call.objects.update(due_at=timezone.now())
        draining.claim(1, hosts.Hosts())
        lease = Call.objects.get().due_at

        recording.record([recording.Result(call=mine, answer=recording_answer("later"))])

        assert Call.objects.get().due_at == lease

    def test_two_workers_take_no_call_twice(self, receiver):
        queued(a_calling_journey(f"{receiver.origin}/hook"), 3)

        first, second = (draining.claim(2, hosts.Hosts()) for _ in range(2))

        assert len({call.pk for call in first + second}) == 3


class TestThoseWhoHaveLeft:
    def test_nobody_is_called_for_them_and_the_call_says_so(self, receiver):
        stays, leaves = queued(a_calling_journey(f"{receiver.origin}/hook"), 2)
        Enrolment.objects.filter(pk=leaves.pk).leave(Enrolment.Exit.HAND)

        tasks.call_webhooks()

        assert receiver.ids == [str(stays.calls.get().uid)]
        call = leaves.calls.get()
        assert (call.status, call.due_at) == ("withdrawn", None)

    def test_an_answer_that_comes_after_leaving_leads_nobody_on(self, receiver):
        row = queued(a_calling_journey(f"{receiver.origin}/hook"))[0]
        (call,) = draining.claim(1, hosts.Hosts())
        Enrolment.objects.filter(pk=row.pk).leave(Enrolment.Exit.HAND)

        recording.record([recording.Result(call=call, answer=recording_answer("taken"))])

        row.refresh_from_db()
        assert (row.state, row.exit_reason) == ("left", "hand")
        assert Call.objects.get().status == "answered"

    @pytest.mark.parametrize("changes", [{"is_held": True}, {"status": "finished"}])
    def test_journeys_that_stand_still_call_nobody(self, receiver, changes):
        queued(a_calling_journey(f"{receiver.origin}/hook"))
        Journey.objects.update(**changes)

        assert tasks.call_webhooks() == 0
        assert (receiver.calls, Call.objects.get().status) == ([], "queued")


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
