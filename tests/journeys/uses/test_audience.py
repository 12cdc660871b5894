import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys import lifecycle, publishing
from apps.journeys.models import Journey
from apps.journeys.uses import audience
from apps.segments import usage
from tests.factories import a_contact, a_property, a_segment, an_event
from tests.journeys.authoring import a_draft, a_step, inside

pytestmark = pytest.mark.django_db

ONCE = {"measure": "count", "op": "gte", "value": 1}


@pytest.fixture
def journey():
    return a_draft(name="Ours")


def in_segment(segment):
    return {"all": [{"segment": segment.pk, "op": "in"}]}


def a_check(journey, segment, name="Gold?"):
    branches = [{"key": "gold", "name": "Gold", "rule": in_segment(segment)}]
    return a_step(journey, "check", name, branches=branches)


def told(segment):
    return [(str(use.row), use.note) for use in usage.of_segment(segment)]


def told_of(journey, name, event=None):
    return [use.note for use in usage.of_properties(journey.site_id, [(event, name)])]


class TestUsesOfASegment:
    def test_a_check_of_a_draft_asks_for_it(self, journey):
        segment = a_segment(journey.site)
        a_check(journey, segment)

        assert told(segment) == [("Ours", "draft, step “Gold?”")]

    def test_what_is_live_and_written_alike_is_told_once(self, journey):
        segment = a_segment(journey.site)
        a_check(journey, segment)
        publishing.publish(journey)

        assert told(segment) == [("Ours", "live (1), step “Gold?”")]

    def test_what_is_changed_is_told_of_both(self, journey):
        old, new = a_segment(journey.site), a_segment(journey.site)
        step = a_check(journey, old)
        publishing.publish(journey)
        step.branches = [{"key": "gold", "name": "Gold", "rule": in_segment(new)}]
        step.save()

        assert told(old) == [("Ours", "live (1), step “Gold?”")]
        assert told(new) == [("Ours", "not published yet, step “Gold?”")]

    def test_contacts_inside_an_older_version_are_asked_still(self, journey):
        segment = a_segment(journey.site)
        a_check(journey, segment)
        publishing.publish(journey)
        inside(journey)
        journey.steps.all().delete()
        a_step(journey, "leave")
        publishing.publish(journey)

        notes = {note for _, note in told(segment)}
        assert notes == {"contacts are still in version 1, step “Gold?”"}

    def test_an_archived_journey_does_not_count(self, journey):
        segment = a_segment(journey.site)
        a_check(journey, segment)
        publishing.publish(journey)
        lifecycle.archive(journey)

        assert told(segment) == []


class TestUsesOfAProperty:
    def test_conditions_on_events_ask_for_theirs(self, journey):
        an_event(a_contact(journey.site), "purchase")
        a_property(journey.site, "price", "number", event="purchase")
        where = [{"field": "price", "op": "gt", "value": 5}]
        events = [{"key": "a", "event": "purchase", "where": where}]
        a_step(journey, "event", "Buys?", events=events)
        Journey.objects.filter(pk=journey.pk).update(goal_event="purchase", goal_where=where)

        assert told_of(journey, "price", "purchase") == ["draft, goal", "draft, step “Buys?”"]
        publishing.publish(journey)
        assert sorted(told_of(journey, "price", "purchase")) == [
            "live (1), goal",
            "live (1), step “Buys?”",
        ]

    def test_steps_that_read_one_count(self, journey):
        a_step(journey, "wait", "Birthday", until="property", property="birthday")
        a_step(journey, "tag", "Keep", tag="plan", source="state.plan")
        a_step(journey, "tag", "Keep price", tag="price", source="event.price")

        assert told_of(journey, "birthday") == ["draft, step “Birthday”"]
        assert told_of(journey, "plan") == ["draft, step “Keep”"]


class TestBroken:
    def test_conditions_of_the_entry_are_asked_too(self, journey):
        journey.entry_event = "purchase"
        journey.entry_where = [{"field": "price", "op": "gt", "value": 5}]

        assert audience.broken([journey]) == {
            journey.pk: "No event “purchase” has been seen on this site."
        }


class TestCost:
    def test_it_asks_as_often_for_three_journeys_as_for_one(self, journey):
        segment = a_segment(journey.site)
        counts = []
        for number in (1, 2):
            for _ in range(number):
                each = a_draft(journey.site)
                a_check(each, segment)
                publishing.publish(each)
            with CaptureQueriesContext(connection) as queries:
                list(audience.rules_of_site(journey.site_id))
            counts.append(len(queries))

        assert counts == [8, 8]
