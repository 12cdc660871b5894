from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import events
from apps.journeys import engine, publishing
from apps.journeys.listening import hearing, reacting
from apps.journeys.models import (
    Enrolment,
    PendingEvent,
    WaitForEventStep,
)
from tests.factories import a_contact, a_site
from tests.journeys.flows import enrolled
from tests.journeys.listening.listeners import (
    DEAR,
    MINUTE,
    a_live_journey,
    an_awaiting_journey,
    come_in,
    happens,
    hear,
    path,
    waiting_for,
    where_it_is,
)

pytestmark = pytest.mark.django_db


class TestAwaitedEvents:
    def test_it_leads_on_who_waits_for_it(self):
        row, other = come_in(an_awaiting_journey("purchase", "refund"), 2)

        happens(row, "refund", price=20)
        hear()

        assert where_it_is(row) == ("Step 1", "ready")
        assert where_it_is(other) == ("Step 0", "waiting")
        assert path(row) == [("Step 0", "refund")]
        assert row.context["event"] == {"price": 20}
        assert PendingEvent.objects.count() == 0

    def test_it_keeps_what_else_tags_may_name(self):
        (row,) = come_in(an_awaiting_journey("purchase"))
        Enrolment.objects.update(context={"event": {"page": "a"}, "journey": {"tag": 1}})

        happens(row, "purchase", price=20)
        hear()

        row.refresh_from_db()
        assert row.context == {"event": {"price": 20}, "journey": {"tag": 1}}

    def test_it_leads_on_who_has_come_and_does_not_wait_yet(self):
        (row,) = enrolled(an_awaiting_journey("purchase"))

        happens(row, "purchase")
        hear()

        assert path(row) == [("Step 0", "purchase")]

    def test_an_event_from_before_the_coming_does_not_count(self):
        (row,) = come_in(an_awaiting_journey("purchase"))

        happens(row, "purchase", at=timezone.now() - 2 * MINUTE)
        hear()

        assert where_it_is(row) == ("Step 0", "waiting")

    def test_only_an_event_with_the_properties_asked_for_counts(self):
        row, other = come_in(an_awaiting_journey("purchase", where=DEAR), 2)

        happens(row, "purchase", price=99.5)
        happens(other, "purchase", price=100)
        hear()

        assert where_it_is(row) == ("Step 0", "waiting")
        assert where_it_is(other) == ("Step 1", "ready")

    def test_nobody_goes_on_where_a_property_is_not_known_any_more(self):
        (row,) = come_in(an_awaiting_journey("purchase", where=DEAR))
        row.journey.site.properties.all().delete()

        happens(row, "purchase", page="a")
        hear()

        assert where_it_is(row) == ("Step 0", "waiting")
        assert PendingEvent.objects.count() == 0

    def test_the_first_of_several_wins_however_they_were_written_down(self):
        (row,) = come_in(an_awaiting_journey("purchase", "refund"))
        now = timezone.now()

        happens(row, "refund", at=now - timedelta(seconds=1), number=2)
        happens(row, "purchase", at=now - timedelta(seconds=2), number=1)
        hear()

        assert path(row) == [("Step 0", "purchase")]
        row.refresh_from_db()
        assert row.context["event"] == {"number": 1}

    def test_two_events_lead_on_by_two_steps_and_one_by_one(self):
        steps = [(WaitForEventStep, {"events": waiting_for("purchase")})] * 3
        row, other = come_in(a_live_journey(*steps), 2)
        now = timezone.now()

        for seconds in (2, 1):
            happens(row, "purchase", at=now - timedelta(seconds=seconds))
        happens(other, "purchase", at=now)
        hear()

        assert where_it_is(row) == ("Step 2", "ready")
        assert where_it_is(other) == ("Step 1", "ready")
        engine.drain()
        assert where_it_is(other) == ("Step 1", "waiting")

    def test_an_event_that_was_heard_before_the_coming_was_seen_counts(self):
        row, other = enrolled(an_awaiting_journey("purchase", where=DEAR), 2)
        happens(row, "purchase", price=100)
        happens(other, "purchase", price=10)
        PendingEvent.objects.all().delete()

        engine.drain()

        assert path(row) == [("Step 0", "purchase")]
        row.refresh_from_db()
        assert row.context["event"] == {"price": 100}
        assert where_it_is(other) == ("Step 0", "waiting")

    def test_time_is_over_without_it(self):
        (row,) = come_in(an_awaiting_journey("purchase"))
        Enrolment.objects.update(due_at=timezone.now())

        engine.drain()
        happens(row, "purchase")
        hear()

        assert path(row) == [("Step 0", "timeout")]

    def test_it_is_what_the_version_listens_for_by_which_the_contact_entered(self):
        journey = an_awaiting_journey("purchase")
        (old,) = come_in(journey)
        journey.steps.filter(position=0).get().delete()
        publishing.publish(journey)

        happens(old, "purchase")
        hear()

        assert path(old) == [("Step 0", "purchase")]

    def test_another_contact_s_event_leads_nobody_on(self):
        (row,) = come_in(an_awaiting_journey("purchase"))

        events.track(a_contact(row.journey.site), "purchase")
        hear()

        assert where_it_is(row) == ("Step 0", "waiting")

    @pytest.mark.parametrize("number", [1, 3])
    def test_who_comes_costs_no_query_each(self, number):
        enrolled(an_awaiting_journey("purchase"), number)

        with CaptureQueriesContext(connection) as queries:
            engine.drain()

        assert Enrolment.objects.filter(state="waiting").count() == number
        reads = [row for row in queries if row["sql"].startswith("SELECT")]
        # Where somebody is due, twice; whether it runs; who; for what it listens; what happened.
        assert len(reads) == 6

    def test_it_is_moved_on_at_once(self, django_capture_on_commit_callbacks):
        (row,) = come_in(an_awaiting_journey("purchase"))

        with django_capture_on_commit_callbacks(execute=True):
            happens(row, "purchase")

        assert where_it_is(row) == ("Step 1", "waiting")


class TestQueries:
    @pytest.mark.parametrize(
        ("name", "terms"),
        [
            ("purchase", {"goal_event": "purchase"}),
            ("purchase", {"exit_event": "purchase"}),
            ("purchase", {"goal_event": "purchase", "exits_on_goal": True, "goal_where": DEAR}),
            ("cart", {"entry_kind": "event", "entry_event": "cart", "reentry": "not_inside"}),
            ("await", {}),
        ],
    )
    def test_they_are_as_many_for_three_events_as_for_one(self, name, terms):
        journey = an_awaiting_journey("await", **terms)
        counts = []
        for number in (1, 3):
            rows = come_in(journey, number)
            if name == "cart":
                Enrolment.objects.filter(pk__in=[row.pk for row in rows]).leave("end")
            for row in rows:
                happens(row, name, price=200)
            with CaptureQueriesContext(connection) as queries:
                hearing.handle()
            assert PendingEvent.objects.count() == 0
            counts.append(len(queries))

        assert counts[0] == counts[1]

    @pytest.mark.parametrize("number", [1, 3])
    def test_an_event_that_matters_to_nobody_costs_one(self, number, django_assert_num_queries):
        journey = a_live_journey(exit_event="purchase")
        made = [happens(row, "look") for row in come_in(journey, number)]

        with django_assert_num_queries(1):
            hearing.note(made)


class TestRounds:
    def test_they_are_the_first_event_of_each_contact_and_then_the_second(self):
        site = a_site()
        anna, bert = a_contact(site), a_contact(site)
        now = timezone.now()

        def event(contact, seconds):
            at = now + timedelta(seconds=seconds)
            return events.track_many([events.NewEvent(contact=contact, name="x", at=at)])[0]

        third, first, second = event(anna, 3), event(anna, 1), event(anna, 2)
        only = event(bert, 9)

        found = list(reacting.rounds([third, first, only, second]))

        assert found == [[first, only], [second], [third]]
