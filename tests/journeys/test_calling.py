"""The webhook step in the engine: what it queues, and what becomes of who waits."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from apps.accounts.privacy import persons
from apps.assets.models import LabelTag
from apps.journeys import engine
from apps.journeys.models import Call, Enrolment, WebhookStep
from tests.factories import a_site
from tests.journeys.webhooks.callers import a_calling_journey, enrolled, how_it_ended

pytestmark = pytest.mark.django_db

URL = "https://shop.example/hook"
HOSTILE = 'a"b\\c\n{{ state.x }}\r\nX-Evil: 1'


def arrived(journey, **values):
    row = enrolled(journey, **values)
    engine.drain()
    row.refresh_from_db()
    return row


def let_time_pass(row, **time):
    past = timezone.now() - timedelta(seconds=1)
    Enrolment.objects.filter(pk=row.pk).update(due_at=past)
    Call.objects.update(expires_at=past)


class TestArriving:
    def test_it_queues_a_call_and_waits_as_long_as_its_patience(self):
        row = arrived(a_calling_journey(URL, patience_hours=2))

        call = Call.objects.get()
        assert (call.enrolment, call.visit, call.status) == (row, 1, "queued")
        assert (call.method, call.url, call.headers) == ("POST", URL, {})
        assert call.expires_at - call.queued_at == timedelta(hours=2)
        assert (row.state, row.due_at) == ("waiting", call.expires_at)

    def test_it_wakes_a_worker(self, django_capture_on_commit_callbacks):
        journey = a_calling_journey(URL)

        with django_capture_on_commit_callbacks(execute=True):
            arrived(journey)

        assert [row.task["func"] for row in OrmQ.objects.all()] == [
            "apps.journeys.tasks.call_webhooks"
        ]

    def test_without_a_body_it_tells_who_where_and_why(self):
        journey = a_calling_journey(URL)

        arrived(journey, external_id="anna", event={"total": 59.9})

        call, step = Call.objects.get(), journey.live_version.steps.get()
        body = json.loads(call.body)
        assert body.pop("timestamp") == call.queued_at.isoformat()
        assert body == {
            "type": "journey.step",
            "data": {
                "call": str(call.uid),
                "site": journey.site.name,
                "journey": {"id": journey.pk, "name": journey.name, "version": 1},
                "step": {"key": step.key, "name": "Tell the shop"},
                "contact": {"external_id": "anna"},
                "event": {"total": 59.9},
            },
        }

    def test_tags_of_state_event_journey_and_label_are_filled_everywhere(self):
        journey = a_calling_journey(
            "https://shop.example/{{ state.plan }}?for={{ label.offer }}#top",
            headers={"X-Order": "{{ event.order }}"},
            body='{"plan": "{{ state.plan }}", "n": {{ event.n }}, "was": "{{ journey.was }}"}',
        )
        LabelTag.objects.create(site=journey.site, name="offer", value="10 %")

        arrived(
            journey, state={"plan": "go/ld"}, event={"n": 3, "order": "o-7"}, tags={"was": "new"}
        )

        call = Call.objects.get()
        assert call.url == "https://shop.example/go%2Fld?for=10%20%25"
        assert call.headers == {"X-Order": "o-7"}
        assert json.loads(call.body) == {"plan": "go/ld", "n": 3, "was": "new"}

    def test_no_value_breaks_out_of_json(self):
        arrived(
            a_calling_journey(URL, body='{"name": "{{ state.name }}", "all": {{ state.name }}}'),
            state={"name": HOSTILE},
        )

        assert json.loads(Call.objects.get().body) == {"name": HOSTILE, "all": HOSTILE}

    def test_a_form_has_its_values_encoded(self):
        journey = a_calling_journey(
            URL,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body="a=1&name={{ state.name }}",
        )

        arrived(journey, state={"name": "x&admin=1"})

        assert Call.objects.get().body == "a=1&name=x%26admin%3D1"

    def test_get_has_no_body(self):
        arrived(a_calling_journey(URL, method="GET", body='{"a": 1}'))

        assert (Call.objects.get().method, Call.objects.get().body) == ("GET", "")

    def test_a_path_is_one_on_the_site(self):
        arrived(a_calling_journey("/hook"))

        assert Call.objects.get().url == "https://shop.example/hook"

    @pytest.mark.parametrize(
        ("step", "words"),
        [
            ({"headers": {"X-Name": "{{ state.name }}"}}, "a header would have more than one line"),
            ({"body": '{% if state.name %}{"a": {% endif %}1'}, "Expecting"),
            ({"url": "{{ state.none }}ftp://x.example/"}, "the address is none of the web"),
        ],
    )
    def test_what_cannot_be_filled_fails_after_a_minute_and_says_why(self, step, words):
        journey = a_calling_journey(**{"url": URL, **step})

        row = arrived(journey, state={"name": HOSTILE})

        call = Call.objects.get()
        assert (call.status, call.due_at) == ("failed", None)
        assert words in call.answer
        assert (row.state, row.visit) == ("waiting", 1)
        let_time_pass(row)
        engine.drain()
        assert how_it_ended(row) == ("failed", "not_filled")

    @pytest.mark.parametrize("body", ['{"a": "{{ state.name }} {{ label.offer }}"}', ""])
    def test_the_queries_do_not_grow_with_the_contacts(self, body):
        journey = a_calling_journey(URL, body=body)
        LabelTag.objects.create(site=journey.site, name="offer", value="10 %")
        counts = []
        for number in (1, 3):
            for _ in range(number):
                enrolled(journey)
            with CaptureQueriesContext(connection) as captured:
                engine.drain()
            # A row each where nobody waits until the same moment.
            counts.append(len(captured))

        assert counts[0] == counts[1]
        assert Call.objects.count() == 4


class TestTimingOut:
    @pytest.mark.parametrize(
        ("status", "ended"),
        [
            ("answered", ("taken", "")),
            ("refused", ("refused", "")),
            ("failed", ("failed", "")),
            ("queued", ("failed", "expired")),
            ("withdrawn", ("failed", "expired")),
        ],
    )
    def test_it_goes_on_by_what_became_of_the_call(self, status, ended):
        row = arrived(a_calling_journey(URL))
        Call.objects.update(status=status, attempts=1)
        let_time_pass(row)

        engine.drain()

        assert how_it_ended(row) == ended

    def test_a_call_nobody_answered_has_failed_with_it(self):
        row = arrived(a_calling_journey(URL))
        let_time_pass(row)

        engine.drain()

        call = Call.objects.get()
        assert (call.status, call.due_at) == ("failed", None)


class TestWriting:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"url": ""}, "Write the address to call."),
            ({"url": "ftp://x.example/"}, "Write https://…"),
            ({"url": "https://x.example/{{ user.x }}"}, "“user” is unknown"),
            ({"headers": []}, "Headers are names with values."),
            ({"headers": {"a b": "1"}}, "“a b” is no name of a header."),
            ({"headers": {"Host": "x"}}, "The header “Host” is written by Pushdesk itself."),
            ({"headers": {"Webhook-Id": "x"}}, "is written by Pushdesk itself."),
            ({"headers": {"X-A": "1\r\nX-B: 2"}}, "needs one line"),
            ({"headers": {"X-A": "1", "x-a": "2"}}, "A header is there twice."),
            ({"body": '{"a": '}, "This is no JSON"),
        ],
    )
    def test_what_cannot_be_called_says_why(self, changes, words):
        step = WebhookStep(**{"name": "Tell", "url": URL, **changes})

        assert words in step.problem()

    def test_other_bodies_than_json_are_texts(self):
        step = WebhookStep(name="Tell", url=URL, headers={"content-type": "text/xml"}, body="<a/>")

        assert step.problem() == ""

    def test_it_is_not_published_for_a_site_that_cannot_sign(self):
        with pytest.raises(ValidationError) as refused:
            a_calling_journey(URL, site=a_site())

        assert "The site has no signing secret yet" in refused.value.messages[0]


class TestAPerson:
    def test_erasing_one_takes_the_calls_along(self):
        row = arrived(a_calling_journey(URL), external_id="anna")

        persons.erase(row.contact, by="Test")

        assert not Call.objects.exists()
