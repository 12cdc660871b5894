"""What happened inside: visits, what they asked for, and what is waited for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.delivery import wanted
from apps.delivery.models import Popup, Push
from apps.journeys import engine
from apps.journeys.explaining import inside
from apps.journeys.explaining.asking import in_zone
from apps.journeys.models import (
    Call,
    Enrolment,
    Journey,
    PopupStep,
    Visit,
    WaitForEventStep,
    WaitStep,
    WebhookStep,
)
from apps.journeys.primitives.local_time import zone_of
from tests.delivery.receivers import a_receiver
from tests.factories import a_contact, a_popup, a_push, a_site
from tests.journeys.explaining.asking import of
from tests.journeys.kinds.flows import a_flow, enter
from tests.journeys.kinds.messages import a_push_flow
from tests.journeys.listening.listeners import happens, hear, waiting_for
from tests.journeys.webhooks.callers import a_signing_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


def the_way(journey, contact):
    [way] = of(journey.live_version, contact).ways
    return way


def inside_of(journey, contact):
    """The enrolment of the contact, which the engine has moved as far as it goes."""
    [row] = enter(journey, [contact])
    engine.drain()
    row.refresh_from_db()
    return row


def begin(row):
    return f"At “{row.step}” since {in_zone(row.arrived_at, zone_of('', 'Europe/Berlin'))}"


class TestNow:
    def test_it_waits_by_the_clock_of_the_contact(self, site):
        journey = a_flow(site, WaitStep(name="Wait", amount=1))
        contact = a_contact(site, time_zone="Asia/Kathmandu")
        row = inside_of(journey, contact)

        until = in_zone(row.due_at, zone_of("Asia/Kathmandu", ""))
        words = f"{begin(row)}, waits until {until} in Asia/Kathmandu"
        assert the_way(journey, contact).now == words

    def test_it_waits_for_events_too(self, site):
        step = WaitForEventStep(name="Bought?", events=waiting_for("purchase", "review"))
        journey, contact = a_flow(site, step), a_contact(site)
        row = inside_of(journey, contact)

        until = in_zone(row.due_at, zone_of("", "Europe/Berlin"))
        words = f"{begin(row)}, waits until {until} in Europe/Berlin, or purchase, or review"
        assert the_way(journey, contact).now == words

    def test_it_stands_still_in_a_held_journey(self, site):
        journey, contact = a_flow(site, WaitStep(name="Wait", amount=1)), a_contact(site)
        row = inside_of(journey, contact)
        Journey.objects.update(is_held=True)

        words = f"{begin(row)}, stands still: the journey is held"
        assert the_way(journey, contact).now == words

    def test_it_is_tried_again_after_an_error_and_parked_after_many(self, site):
        journey, contact = a_flow(site, WaitStep(name="Wait", amount=1)), a_contact(site)
        row = inside_of(journey, contact)
        Enrolment.objects.update(errors=1)
        assert f"{begin(row)}, failed once, waits until " in the_way(journey, contact).now
        Enrolment.objects.update(state="failed", errors=5, due_at=None)

        words = f"{begin(row)}, parked after 5 errors: goes on when somebody retries it"
        assert the_way(journey, contact).now == words

    def test_a_goal_is_told(self, site):
        journey, contact = a_flow(site, WaitStep(name="Wait", amount=1)), a_contact(site)
        inside_of(journey, contact)
        assert the_way(journey, contact).converted_at is None
        now = timezone.now()
        Enrolment.objects.update(converted_at=now)

        assert the_way(journey, contact).converted_at == now


class TestMessages:
    def a_popup(self, site):
        step = PopupStep(name="Ask", popup=a_popup(site, name="Kind question"))
        journey, contact = a_flow(site, step, WaitStep(name="Wait", amount=1)), a_contact(site)
        return journey, contact, inside_of(journey, contact)

    def test_a_popup_waits_and_is_answered(self, site):
        journey, contact, row = self.a_popup(site)
        waits = the_way(journey, contact)
        [asked] = waits.visits[0].messages
        assert (asked.kind, asked.name, asked.status) == (
            "popup", "Kind question", "Waiting to be seen"
        )  # fmt: skip
        assert waits.now.endswith(" in Europe/Berlin, or an answer to the popup")
        now = timezone.now()
        Popup.objects.update(status="declined", button="No", shown_at=now, answered_at=now)
        happens(row, "popup_declined", key=row.message_key)
        hear()

        visit = the_way(journey, contact).visits[0]
        [message] = visit.messages
        assert (visit.outcome, message.status) == ("Declined", "Declined: No")
        assert [words for words, _ in message.story] == ["Asked for", "Shown", "Declined"]

    def test_a_popup_that_was_taken_back_says_so(self, site):
        journey, contact, row = self.a_popup(site)
        wanted.withdraw(key__in=[row.message_key])
        Enrolment.objects.update(due_at=timezone.now())
        engine.drain()

        visit = the_way(journey, contact).visits[0]

        assert (visit.outcome, visit.why) == ("Not seen in time", "the popup was taken back")
        assert visit.messages[0].status == "Withdrawn"

    def test_a_push_says_what_its_push_service_said(self, site):
        journey, contact = a_push_flow(site, push=a_push(site, name="Hello")), a_receiver(site)
        inside_of(journey, contact)
        Push.objects.update(status="failed", reason="rejected", answer="400 Bad Request")

        [message] = the_way(journey, contact).visits[0].messages

        assert (message.name, message.device, message.status) == (
            "Hello", "Firefox on Linux", "Failed"
        )  # fmt: skip
        assert message.reason == "The push service rejected the message"
        assert message.answer == "400 Bad Request"

    def test_a_push_tells_its_story(self, site):
        journey, contact = a_push_flow(site), a_receiver(site)
        inside_of(journey, contact)
        at = timezone.now()
        Push.objects.update(
            status="accepted", accepted_at=at, shown_at=at, clicked_at=at, clicked_button=2
        )

        [message] = the_way(journey, contact).visits[0].messages

        assert [words for words, _ in message.story] == [
            "Queued", "Accepted by the push service", "Shown", "Clicked, button 2"
        ]  # fmt: skip

    def test_a_call_names_the_host_and_not_what_may_hold_a_key(self):
        site = a_signing_site()
        url = "https://hooks.example/services/SECRET?key=SECRET"
        journey, contact = a_flow(site, WebhookStep(name="Tell", url=url)), a_contact(site)
        inside_of(journey, contact)
        Call.objects.update(answer="500 Oh no")

        [message] = the_way(journey, contact).visits[0].messages

        assert (message.kind, message.name, message.answer) == (
            "webhook", "POST hooks.example", "500 Oh no"
        )  # fmt: skip

    def test_why_nothing_was_sent_is_in_plain_words(self, site):
        journey, contact = a_push_flow(site), a_contact(site)
        inside_of(journey, contact)

        visit = the_way(journey, contact).visits[0]

        assert (visit.outcome, visit.why, visit.messages) == (
            "No device to send to, or opted out",
            "the contact had no device with a live subscription",
            [],
        )


class TestBounds:
    def test_only_the_latest_visits_are_shown_and_it_says_so(self, site, monkeypatch):
        monkeypatch.setattr(inside, "MOST_VISITS", 2)
        journey, contact = a_flow(site, WaitStep(name="Wait", amount=1)), a_contact(site)
        row = inside_of(journey, contact)
        now = timezone.now()
        for number in (1, 2, 3):
            Visit.objects.create(
                enrolment=row, step=row.step, number=number, outcome="done", left_at=now,
                entered_at=now - timedelta(hours=1),
            )  # fmt: skip
        Enrolment.objects.update(visit=4)

        way = the_way(journey, contact)

        assert [visit.number for visit in way.visits] == [2, 3, 4]
        assert way.has_more_visits

    @pytest.mark.parametrize("sends", [True, False])
    def test_queries_are_the_same_for_one_time_and_three(self, site, sends):
        journey = a_push_flow(site) if sends else a_flow(site, WaitStep(name="W", amount=1))
        contact = a_receiver(site)
        counts = []
        for number in (1, 2):
            enter(journey, [contact] * number, number=number)
            engine.drain()
            with CaptureQueriesContext(connection) as captured:
                assert len(of(journey.live_version, contact).ways) in (1, 3)
            counts.append(len(captured))

        assert counts[0] == counts[1]
