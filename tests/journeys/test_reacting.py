from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import events
from apps.delivery import popups, pushes
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import Wanted
from apps.journeys import engine, hearing, publishing, reacting
from apps.journeys.models import (
    Enrolment,
    Journey,
    PendingEvent,
    PopupStep,
    Visit,
    WaitForEventStep,
)
from apps.journeys.models.enrolments import campaign
from tests.factories import a_contact, a_popup, a_push, a_site, a_subscription
from tests.journeys.flows import enrolled
from tests.journeys.listening import (
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

DEAR = [{"field": "price", "op": "gte", "value": 100}]


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

    def test_it_is_moved_on_at_once(self, django_capture_on_commit_callbacks):
        (row,) = come_in(an_awaiting_journey("purchase"))

        with django_capture_on_commit_callbacks(execute=True):
            happens(row, "purchase")

        assert where_it_is(row) == ("Step 1", "waiting")


class TestAnswers:
    def test_they_lead_on_all_who_were_asked(self):
        journey = a_live_journey((PopupStep, {"popup": a_popup(site := a_site())}), site=site)
        rows = come_in(journey, 3)
        for row, name in zip(rows, ("popup_declined", "popup_clicked", "purchase"), strict=True):
            happens(row, name, key=row.message_key)

        hear()

        outcomes = Visit.objects.order_by("enrolment_id").values_list("outcome", flat=True)
        assert list(outcomes) == ["declined", "clicked"]
        assert where_it_is(rows[2]) == ("Step 0", "waiting")

    def test_the_answer_to_an_earlier_popup_leads_nobody_on(self):
        journey = a_live_journey((PopupStep, {"popup": a_popup(site := a_site())}), site=site)
        (row,) = come_in(journey)

        happens(row, "popup_declined", key=f"journey:{journey.pk}:{row.pk}:2")
        hear()

        assert where_it_is(row) == ("Step 0", "waiting")


class TestGoals:
    @pytest.fixture
    def journey(self):
        return a_live_journey(goal_event="purchase", goal_hours=24)

    def converted(self, row):
        row.refresh_from_db()
        return row.converted_at

    def test_it_is_reached_within_the_window(self, journey):
        (row,) = come_in(journey, ago=timedelta(hours=23))

        event = happens(row, "purchase")
        hear()

        assert self.converted(row) == event.at
        assert where_it_is(row) == ("Step 0", "waiting")

    def test_it_is_not_reached_outside_the_window(self, journey):
        late, early = come_in(journey, 2, ago=timedelta(hours=25))
        Enrolment.objects.filter(pk=early.pk).update(entered_at=timezone.now())

        happens(late, "purchase")
        happens(early, "purchase", at=timezone.now() - MINUTE)
        hear()

        assert (self.converted(late), self.converted(early)) == (None, None)

    def test_it_is_reached_once(self, journey):
        (row,) = come_in(journey)
        first = happens(row, "purchase")
        hear()

        happens(row, "purchase")
        hear()

        assert self.converted(row) == first.at

    @pytest.mark.parametrize("status", ["active", "finished", "archived"])
    def test_it_is_reached_by_who_has_left_and_by_who_was_kept_out(self, journey, status):
        left, kept_out = come_in(journey, 2)
        Enrolment.objects.filter(pk=left.pk).leave(Enrolment.Exit.END)
        Enrolment.objects.filter(pk=kept_out.pk).leave(Enrolment.Exit.CONTROL)
        Enrolment.objects.filter(pk=kept_out.pk).update(is_control=True)
        Journey.objects.update(status=status)

        for row in (left, kept_out):
            happens(row, "purchase")
        hear()

        assert self.converted(left)
        assert self.converted(kept_out)

    def test_it_is_reached_by_an_event_with_the_properties_asked_for(self):
        row, other = come_in(a_live_journey(goal_event="purchase", goal_where=DEAR), 2)

        happens(row, "purchase", price=100)
        happens(other, "purchase", price=1)
        hear()

        assert self.converted(row)
        assert self.converted(other) is None

    def test_it_is_the_end_of_the_way_where_the_journey_says_so(self):
        journey = a_live_journey(goal_event="purchase", exits_on_goal=True)
        row, other = come_in(journey, 2)

        happens(row, "purchase")
        hear()

        assert self.converted(row)
        assert (row.state, row.exit_reason) == ("left", "goal")
        assert where_it_is(other) == ("Step 0", "waiting")

    def test_it_counts_for_every_time_in_of_the_contact(self, journey):
        (row,) = come_in(journey)
        again = Enrolment.objects.create(
            journey=journey,
            version=row.version,
            contact=row.contact,
            step=row.step,
            number=2,
            entry_key="2",
            is_single=False,
        )

        happens(row, "purchase")
        hear()

        assert self.converted(row) == self.converted(again)


class TestExits:
    def test_it_is_the_end_of_the_way(self):
        row, other = come_in(a_live_journey(exit_event="purchase"), 2)

        happens(row, "purchase")
        hear()

        assert where_it_is(row) == ("Step 0", "left")
        assert row.exit_reason == "event"
        assert where_it_is(other) == ("Step 0", "waiting")

    def test_only_an_event_with_the_properties_asked_for_is(self):
        row, other = come_in(a_live_journey(exit_event="purchase", exit_where=DEAR), 2)

        happens(row, "purchase", price=100)
        happens(other, "purchase", price=99)
        hear()

        assert where_it_is(row) == ("Step 0", "left")
        assert where_it_is(other) == ("Step 0", "waiting")

    def test_an_event_from_before_the_entry_is_not(self):
        (row,) = come_in(a_live_journey(exit_event="purchase"))

        happens(row, "purchase", at=timezone.now() - 2 * MINUTE)
        hear()

        assert where_it_is(row) == ("Step 0", "waiting")

    def test_it_takes_back_a_push_that_waits_and_a_popup_that_is_open(self):
        journey = a_live_journey(exit_event="purchase")
        (row,) = come_in(journey)
        subscription = a_subscription()
        subscription.device.contact = row.contact
        subscription.device.save()
        for queue, asset, visit in ((pushes.queue, a_push, 1), (popups.queue, a_popup, 2)):
            name = campaign(journey.pk)
            key = f"{name}:{row.pk}:{visit}"
            queue(
                asset(journey.site),
                [Wanted(contact_id=row.contact_id, key=key, campaign=name)],
            )

        happens(row, "purchase")
        hear()

        assert (Push.objects.get().status, Push.objects.get().reason) == ("failed", "withdrawn")
        assert Popup.objects.get().status == "withdrawn"

    def test_the_event_that_is_awaited_leads_on_first(self):
        (row,) = come_in(an_awaiting_journey("purchase", exit_event="purchase"))

        happens(row, "purchase")
        hear()

        assert path(row) == [("Step 0", "purchase"), ("Step 1", "event")]


class TestEntries:
    ENTERS = {"entry_kind": "event", "entry_event": "cart", "reentry": "not_inside"}

    def test_an_event_that_ends_the_way_begins_a_new_one(self):
        journey = a_live_journey(**self.ENTERS, exit_event="cart")
        (row,) = come_in(journey)

        happens(row, "cart")
        hear()

        ways = Enrolment.objects.order_by("number").values_list("number", "exit_reason")
        assert list(ways) == [(1, "event"), (2, "")]

    def test_what_follows_the_event_that_enters_is_heard_after_it(self):
        journey = an_awaiting_journey("purchase", exit_event="refund", **self.ENTERS)
        contacts = [a_contact(journey.site) for _ in range(3)]
        now = timezone.now()
        for seconds, name in ((30, "cart"), (20, "purchase"), (10, "refund")):
            at = now - timedelta(seconds=seconds)
            new = [events.NewEvent(contact=c, name=name, at=at) for c in contacts]
            # The second never buys; the third is heard of in several batches.
            events.track_many([row for n, row in enumerate(new) if n != 1 or name != "purchase"])

        late = PendingEvent.objects.filter(event__contact=contacts[2])
        ids = list(late.values_list("pk", flat=True))
        hearing.handle(only=PendingEvent.objects.exclude(pk__in=ids).values_list("pk", flat=True))
        for pk in ids:
            hearing.handle(only=[pk])

        rows = Enrolment.objects.order_by("contact")
        assert [path(row) for row in rows] == [
            [("Step 0", "purchase"), ("Step 1", "event")],
            [("Step 0", "event")],
            [("Step 0", "purchase"), ("Step 1", "event")],
        ]

    def test_what_happened_long_ago_lets_in_now(self):
        journey = a_live_journey(**self.ENTERS)
        before = timezone.now()

        at = before - timedelta(days=9)
        new = events.NewEvent(contact=a_contact(journey.site), name="cart", at=at)
        events.track_many([new])
        hear()

        assert Enrolment.objects.get().entered_at >= before


class TestQueries:
    @pytest.mark.parametrize(
        ("name", "terms"),
        [
            ("purchase", {"goal_event": "purchase"}),
            ("purchase", {"exit_event": "purchase"}),
            ("purchase", {"goal_event": "purchase", "exits_on_goal": True, "goal_where": DEAR}),
            ("cart", TestEntries.ENTERS),
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
