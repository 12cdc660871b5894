"""Successes, exits and entries by events."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from apps.accounts import events
from apps.delivery import popups, pushes
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import Wanted
from apps.journeys import publishing
from apps.journeys.listening import hearing
from apps.journeys.models import (
    Enrolment,
    Journey,
    PendingEvent,
)
from apps.journeys.models.message_keys import campaign
from tests.factories import a_contact, a_popup, a_push, a_subscription
from tests.journeys.flows import inside_again
from tests.journeys.listening.listeners import (
    DEAR,
    MINUTE,
    a_live_journey,
    an_awaiting_journey,
    come_in,
    happens,
    hear,
    path,
    where_it_is,
)

pytestmark = pytest.mark.django_db


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

    @pytest.mark.parametrize("ago", [timedelta(minutes=2), timedelta(days=2)])
    def test_the_same_counts_for_who_came_in_and_for_who_was_kept_out(self, ago):
        terms = {"entry_kind": "event", "entry_event": "cart", "control_percent": 50}
        journey = a_live_journey(goal_event="purchase", **terms)
        now = timezone.now()
        contacts = [a_contact(journey.site) for _ in range(20)]
        # Heard together, as they come in one call or from a file.
        for name, at in (("cart", now - ago), ("purchase", now - ago + MINUTE)):
            new = [events.NewEvent(contact=c, name=name, at=at) for c in contacts]
            events.track_many(new)
        hear()

        rows = Enrolment.objects.values_list("is_control", "entered_at", "converted_at")
        came, kept_out = (
            {(at >= now, bool(converted)) for is_control, at, converted in rows if is_control is of}
            for of in (False, True)
        )
        assert came == kept_out == {(ago > timedelta(hours=1), True)}
        control = Enrolment.objects.filter(is_control=True)
        assert not control.exclude(left_at=F("entered_at"), arrived_at=F("entered_at")).exists()

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
        again = inside_again(row)

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

    def test_it_is_one_of_the_version_by_which_the_contact_entered(self):
        journey = a_live_journey()
        (old,) = come_in(journey)
        journey.exit_event = journey.goal_event = "purchase"
        journey.save()
        publishing.publish(journey)
        (new,) = come_in(journey)

        for row in (old, new):
            happens(row, "purchase")
        hear()

        assert (where_it_is(old), where_it_is(new)) == (("Step 0", "waiting"), ("Step 0", "left"))
        assert (old.converted_at, new.exit_reason) == (None, "event")
        assert new.converted_at

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
                Wanted(contact_id=row.contact_id, key=key, campaign=name),
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

    def test_what_followed_it_long_ago_leads_on_where_it_is_heard_with_it(self):
        journey = an_awaiting_journey("purchase", goal_event="refund", **self.ENTERS)
        contact, now = a_contact(journey.site), timezone.now()
        for days, name in ((9, "cart"), (8, "purchase"), (7, "refund")):
            at = now - timedelta(days=days)
            events.track_many([events.NewEvent(contact=contact, name=name, at=at)])
        hear()

        row = Enrolment.objects.get()
        assert path(row) == [("Step 0", "purchase")]
        assert row.converted_at == row.entered_at >= now
