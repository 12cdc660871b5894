"""What steps of the draft track is heard by the draft itself."""

from datetime import timedelta

import pytest

from tests.factories import a_property, a_site
from tests.journeys.authoring import a_draft, a_step, lead
from tests.journeys.dry_runs.trying import (
    NOW,
    WEEK,
    an_asking_popup,
    left,
    on_days,
    somebody,
    tried,
    was_there,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DEAR = [{"field": "price", "op": "gt", "value": 20}]


@pytest.fixture
def site():
    return a_site(time_zone="UTC")


def tracking(site, **terms):
    """Everybody enters at once, is tracked buying, and waits."""
    terms = {"entry_kind": "segment", "members": "present", **terms}
    journey = a_draft(site, **terms)
    lead(a_step(journey, "track", event="purchase"), "done", a_step(journey, "wait"))
    somebody(site)
    return journey


class TestWhatStepsTrack:
    def test_it_reaches_the_goal(self, site):
        result = tried(tracking(site, goal_event="purchase"))

        assert result["goal"] == {"reached": 1, "rate": 1.0}
        assert on_days(result, "goals") == {"2026-06-01": 1}
        assert result["exits"] == {"end": 1}

    def test_it_lets_go_by_the_goal_and_by_the_event(self, site):
        assert tried(tracking(site, exit_event="purchase"))["exits"] == {"event": 1}
        leaves = tracking(site, goal_event="purchase", exits_on_goal=True)
        assert tried(leaves)["exits"]["goal"] == 2

    def test_the_same_way_is_not_led_on_by_it(self, site):
        journey = a_draft(site, entry_kind="segment", members="present")
        event = a_step(journey, "event")
        lead(a_step(journey, "track", event="purchase"), "done", event)
        somebody(site)
        # The first step is the one that tracks.
        event.position = 9
        event.save()

        assert left(tried(journey), event.key) in ({}, {"timeout": 1})

    def test_what_asks_for_properties_does_not_hear_it_and_the_result_says_so(self, site):
        a_property(site, "price", "number", event="purchase")

        result = tried(tracking(site, goal_event="purchase", goal_where=DEAR))

        assert result["goal"]["reached"] == 0
        assert (
            "Nobody is led on, let in or out by “purchase” of a step of the draft itself."
            in result["assumptions"]
        )


class TestWhatPopupsDo:
    def test_allowing_push_reaches_the_goal_of_subscribing(self, site):
        journey = a_draft(
            site, entry_kind="segment", members="present", goal_event="push_subscribed"
        )
        a_step(journey, "popup", popup=an_asking_popup(site))
        was_there(somebody(site, device=False), NOW - WEEK + HOUR)

        assert tried(journey, popups={"allowed": 100})["goal"]["reached"] == 1
        assert tried(journey, popups={"declined": 100})["goal"]["reached"] == 0
