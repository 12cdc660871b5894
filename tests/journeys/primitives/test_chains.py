"""Journeys, and steps, that set each other off."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import events
from apps.accounts.models import Event
from apps.journeys import engine, publishing
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment, Journey, Lead, TrackStep, Visit, WaitForEventStep
from apps.journeys.primitives import chains
from tests.factories import a_contact, a_site
from tests.journeys.listening.listeners import waiting_for

pytestmark = pytest.mark.django_db

ROUNDS = 12


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def contact(site):
    return a_contact(site)


@pytest.fixture
def clock(monkeypatch):
    """Time stands still: whoever goes round now does so without any passing."""
    moment = {"now": timezone.now() + timedelta(days=1)}
    monkeypatch.setattr(timezone, "now", lambda: moment["now"])

    def pass_time(span):
        moment["now"] += span

    return pass_time


def a_circle(site, entered_by, awaited, tracked):
    """A journey that waits for one event, tracks another and waits again."""
    journey = Journey.objects.create(
        site=site, name=f"Awaits {awaited}", entry_event=entered_by, reentry="not_inside"
    )
    wait = WaitForEventStep.objects.create(
        journey=journey, name="Wait", position=1, events=waiting_for(awaited)
    )
    track = TrackStep.objects.create(journey=journey, name="Track", position=2, event=tracked)
    Lead.objects.create(step=wait, outcome=awaited, target=track)
    Lead.objects.create(step=track, outcome="done", target=wait)
    publishing.publish(journey)
    return journey


def a_tracker(site, entered_by, tracked):
    journey = Journey.objects.create(
        site=site, name=f"Tracks {tracked}", entry_event=entered_by, reentry="every"
    )
    TrackStep.objects.create(journey=journey, name="Track", event=tracked)
    publishing.publish(journey)
    return journey


def happens(contact, name):
    events.track_many([events.NewEvent(contact=contact, name=name, properties={})])


def work():
    """Let the workers do what they can, but not for ever; returns how many rounds it took."""
    for number in range(ROUNDS):
        if not hearing.handle() + engine.drain(seconds=5):
            return number
    return ROUNDS


class TestOneThatWaitsForWhatItTracks:
    def test_it_does_not_go_round_by_itself(self, site, contact, clock):
        a_circle(site, "begun", awaited="x", tracked="x")
        happens(contact, "begun")
        work()
        happens(contact, "x")

        assert work() < ROUNDS

        assert Visit.objects.filter(outcome="x").count() == 1
        assert Enrolment.objects.get().step.name == "Wait"

    def test_what_happens_elsewhere_at_that_moment_counts(self, site, contact, clock):
        a_circle(site, "begun", awaited="x", tracked="x")
        happens(contact, "begun")
        work()
        for number in (1, 2, 3):
            happens(contact, "x")
            work()
            assert Visit.objects.filter(outcome="x").count() == number


class TestTwoThatLeadEachOtherOn:
    def test_from_the_third_time_on_a_minute_passes(self, site, contact, clock):
        a_circle(site, "begun", awaited="x", tracked="y")
        a_circle(site, "begun", awaited="y", tracked="x")
        happens(contact, "begun")
        work()
        happens(contact, "x")

        assert work() < ROUNDS
        tracked = Event.objects.filter(key__isnull=False)
        for number in (3, 4, 5):
            assert tracked.count() == number
            clock(timedelta(seconds=59))
            work()
            assert tracked.count() == number
            clock(timedelta(seconds=1))
            assert work() < ROUNDS


class TestTwoThatLetEachOtherIn:
    def test_from_the_third_on_a_minute_passes(self, site, contact, clock):
        a_tracker(site, "x", tracked="y")
        a_tracker(site, "y", tracked="x")
        happens(contact, "x")

        assert work() < ROUNDS
        for number in (3, 4, 5):
            assert Event.objects.filter(key__isnull=False).count() == number
            clock(timedelta(seconds=59))
            work()
            assert Event.objects.filter(key__isnull=False).count() == number
            clock(timedelta(seconds=1))
            assert work() < ROUNDS

    def test_marketers_see_nothing_of_it_in_the_event(self, site, contact):
        a_tracker(site, "x", tracked="y")
        happens(contact, "x")
        work()

        assert Event.objects.get(name__name="y").properties == {}


class TestWhatIsHeardTogether:
    def test_an_earlier_event_that_leads_on_who_tracked_makes_no_chain_longer(
        self, site, contact, clock
    ):
        a_tracker(site, "begun", tracked="y")
        journey = Journey.objects.create(site=site, name="Tracks x", entry_event="begun")
        track = TrackStep.objects.create(journey=journey, name="Track", position=1, event="x")
        wait = WaitForEventStep.objects.create(
            journey=journey, name="Wait", position=2, events=waiting_for("y")
        )
        after = WaitForEventStep.objects.create(
            journey=journey, name="Wait on", position=3, events=waiting_for("z")
        )
        Lead.objects.create(step=track, outcome="done", target=wait)
        Lead.objects.create(step=wait, outcome="y", target=after)
        publishing.publish(journey)
        let_in = a_tracker(site, "x", tracked="end")

        happens(contact, "begun")
        work()

        tracked = Event.objects.filter(name__name__in="xy").order_by("pk")
        assert [event.name.name for event in tracked] == ["y", "x"]
        assert Enrolment.objects.get(journey=journey).step.name == "Wait on"
        assert chains.of(Enrolment.objects.get(journey=let_in).context) == 1


class TestBehind:
    def test_it_needs_one_query_for_any_number_and_none_for_events_of_others(self, site):
        a_tracker(site, "x", tracked="y")
        for number in (1, 3):
            for _ in range(number):
                happens(a_contact(site), "x")
            work()
            tracked = list(Event.objects.filter(name__name="y"))
            with CaptureQueriesContext(connection) as queries:
                found = chains.behind(tracked)
            assert len(queries) == 1
            assert {chain for _, chain in found.values()} == {1}
        with CaptureQueriesContext(connection) as queries:
            assert chains.behind(Event.objects.filter(name__name="x")) == {}
        assert len(queries) == 1
