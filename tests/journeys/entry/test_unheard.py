"""What happens while an entry is being written is heard before anybody can see the entry."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import events
from apps.journeys import engine
from apps.journeys.models import Enrolment, PendingEvent, WaitForEventStep, WaitStep
from tests.factories import a_contact
from tests.journeys.flows import enrolled
from tests.journeys.listening.listeners import (
    a_live_journey,
    happens,
    hear,
    path,
    waiting_for,
    where_it_is,
)

pytestmark = pytest.mark.django_db

DEAR = [{"field": "price", "op": "gte", "value": 100}]


def coming_in(journey, number=1):
    """Contacts who have come in ten seconds ago, and whom nobody has seen yet."""
    rows = enrolled(journey, number)
    came = timezone.now() - timedelta(seconds=10)
    Enrolment.objects.update(entered_at=came, arrived_at=came)
    return rows


def heard_by_nobody(row, name, *, seconds=5, **properties):
    """It was heard when the entry was not committed yet."""
    at = timezone.now() - timedelta(seconds=seconds)
    event = happens(row, name, at=at, **properties)
    PendingEvent.objects.all().delete()
    return event


def converted(row):
    row.refresh_from_db()
    return row.converted_at


class TestExit:
    def test_it_is_the_end_of_the_way(self):
        row, other = coming_in(a_live_journey(exit_event="purchase"), 2)
        heard_by_nobody(row, "purchase")

        engine.drain()

        assert where_it_is(row) == ("Step 0", "left")
        assert (row.exit_reason, path(row)) == ("event", [("Step 0", "event")])
        assert where_it_is(other) == ("Step 0", "waiting")

    def test_what_happened_before_the_entry_or_let_in_is_none(self):
        before, at_it = coming_in(a_live_journey(exit_event="purchase"), 2)
        heard_by_nobody(before, "purchase", seconds=11)
        event = heard_by_nobody(at_it, "purchase")
        Enrolment.objects.filter(pk=at_it.pk).update(entered_at=event.at)

        engine.drain()

        assert where_it_is(before) == where_it_is(at_it) == ("Step 0", "waiting")

    def test_only_an_event_with_the_properties_asked_for_is(self):
        row, other = coming_in(a_live_journey(exit_event="purchase", exit_where=DEAR), 2)
        heard_by_nobody(row, "purchase", price=100)
        heard_by_nobody(other, "purchase", price=99)

        engine.drain()

        assert where_it_is(row) == ("Step 0", "left")
        assert where_it_is(other) == ("Step 0", "waiting")

    def test_an_event_heard_before_the_one_that_lets_in_is_one(self):
        journey = a_live_journey(
            exit_event="purchase", entry_kind="event", entry_event="cart", reentry="not_inside"
        )
        contact, now = a_contact(journey.site), timezone.now()
        for seconds, name in ((1, "purchase"), (2, "cart")):
            at = now - timedelta(seconds=seconds)
            events.track_many([events.NewEvent(contact=contact, name=name, at=at)])
            hear()

        engine.drain()

        way = Enrolment.objects.get()
        assert (way.state, way.exit_reason) == ("left", "event")

    def test_what_waits_to_be_heard_is_heard_in_its_order(self):
        step = (WaitForEventStep, {"events": waiting_for("purchase")})
        (row,) = coming_in(a_live_journey(step, (WaitStep, {}), exit_event="refund"))
        now = timezone.now()
        happens(row, "purchase", at=now - timedelta(seconds=5))
        happens(row, "refund", at=now - timedelta(seconds=4))

        engine.drain()
        hear()

        assert path(row) == [("Step 0", "purchase"), ("Step 1", "event")]


class TestGoal:
    def test_it_is_counted_and_the_way_goes_on(self):
        row, other = coming_in(a_live_journey(goal_event="purchase"), 2)
        event = heard_by_nobody(row, "purchase")

        engine.drain()

        assert (converted(row), converted(other)) == (event.at, None)
        assert where_it_is(row) == where_it_is(other) == ("Step 0", "waiting")

    def test_it_is_the_end_of_the_way_where_the_journey_says_so(self):
        (row,) = coming_in(a_live_journey(goal_event="purchase", exits_on_goal=True))
        event = heard_by_nobody(row, "purchase")

        engine.drain()

        assert converted(row) == event.at
        assert (row.state, row.exit_reason) == ("left", "goal")

    def test_it_is_not_reached_outside_the_window(self):
        (row,) = coming_in(a_live_journey(goal_event="purchase", goal_hours=1))
        Enrolment.objects.update(entered_at=timezone.now() - timedelta(hours=2))
        heard_by_nobody(row, "purchase")

        engine.drain()

        assert converted(row) is None


class TestLater:
    def test_who_has_been_moved_on_is_not_asked_for_again(self):
        (row,) = coming_in(a_live_journey((WaitStep, {}), (WaitStep, {}), exit_event="purchase"))
        engine.drain()
        heard_by_nobody(row, "purchase")
        Enrolment.objects.update(due_at=timezone.now())

        engine.drain()

        assert where_it_is(row) == ("Step 1", "waiting")


class TestQueries:
    def needed(self, number, *, happened, **terms):
        rows = coming_in(a_live_journey(**terms), number)
        for row in rows if happened else ():
            heard_by_nobody(row, "purchase", price=100)
        with CaptureQueriesContext(connection) as queries:
            engine.drain()
        return len(queries)

    @pytest.mark.parametrize("terms", [{"exit_event": "purchase"}, {"goal_event": "purchase"}])
    def test_they_are_as_many_for_three_as_for_one(self, terms):
        assert self.needed(1, happened=True, **terms) == self.needed(3, happened=True, **terms)

    def test_where_nothing_has_happened_they_are_two_more(self):
        without = self.needed(2, happened=False)

        assert self.needed(2, happened=False, exit_event="purchase") == without + 2
