"""Events that lead on, let go and count as a success: a dry run says what the engine then does."""

from datetime import timedelta

import pytest

from apps.journeys.models import Journey
from tests.journeys.authoring import a_draft, a_flow, a_step, lead
from tests.journeys.dry_runs.both_ways import a_present, compare
from tests.journeys.dry_runs.living import Days

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TestEvents:
    @pytest.fixture
    def journey(self, site):
        """Waits for one of two events for two days, after waiting for three hours."""
        journey = a_present(
            site, exit_event="unsubscribed", goal_event="purchase", goal_hours=60, timeout_hours=90
        )
        wait, event = a_flow(journey, "wait", "event")
        wait.until, wait.amount, wait.unit = "duration", 3, "hours"
        wait.save()
        event.events = [
            {"key": "bought", "name": "Bought", "event": "purchase", "where": []},
            {"key": "wrote", "name": "Wrote", "event": "review", "where": []},
        ]
        event.amount, event.unit = 2, "days"
        event.save()
        push, long = a_step(journey, "push"), a_step(journey, "wait")
        long.until, long.amount, long.unit = "duration", 9, "days"
        long.save()
        for outcome in ("bought", "wrote", "timeout"):
            lead(event, outcome, push)
        for outcome in ("sent", "unreachable"):
            lead(push, outcome, long)
        return journey

    @pytest.mark.parametrize("leaves", [True, False])
    def test_lead_on_let_go_and_count_as_a_success(self, site, clock, people, journey, leaves):
        Journey.objects.filter(pk=journey.pk).update(exits_on_goal=leaves)
        journey.refresh_from_db()
        days = Days(journey, clock, 7)
        anna, ben, carl, dora = people
        days.happens(anna, "purchase", HOUR * 2)
        days.happens(anna, "review", HOUR * 5)
        days.happens(ben, "review", HOUR * 20)
        days.happens(ben, "purchase", HOUR * 70)
        days.happens(carl, "unsubscribed", HOUR * 30)
        days.happens(carl, "purchase", HOUR * 40)
        days.happens(dora, "purchase", HOUR * 51 + timedelta(seconds=1))

        numbers = compare(journey, days)

        assert numbers["goals"] == 3
        assert numbers["exits"] == (
            {"goal": 2, "event": 1, "timeout": 1} if leaves else {"event": 1, "timeout": 3}
        )

    def test_one_that_leads_on_and_lets_go_does_both_in_this_order(self, site, clock, people):
        journey = a_present(site, exit_event="purchase")
        event, push = a_flow(journey, "event", "push")
        days = Days(journey, clock, 7)
        days.happens(people[0], "purchase", HOUR)

        numbers = compare(journey, days)

        assert numbers["steps"][event.key]["left"] == {"bought": 1}
        assert numbers["steps"][push.key]["gone"] == {"event": 1}
        assert numbers["pushes"] == {}

    def test_those_that_a_step_tracks_are_heard_too(self, site, clock, people):
        journey = a_draft(
            site, entry_event="purchase", reentry="every", goal_event="was_here",
            exit_event="went", goal_hours=30,
        )  # fmt: skip
        event, here = a_step(journey, "event"), a_step(journey, "track", event="was_here")
        wait, long = (
            a_step(journey, "wait", until="duration", amount=days, unit="days") for days in (1, 3)
        )
        went = a_step(journey, "track", event="went")
        event.events = [{"key": "went", "name": "Went", "event": "was_here", "where": []}]
        event.amount, event.unit = 1, "days"
        event.save()
        for step, outcome, target in (
            (event, "went", long), (event, "timeout", here), (here, "done", wait),
            (wait, "done", went), (went, "done", a_step(journey, "push")),
        ):  # fmt: skip
            lead(step, outcome, target)
        days = Days(journey, clock, 28)
        for number, person in enumerate(people):
            days.happens(person, "purchase", HOUR * (number + 1))
            days.happens(person, "purchase", HOUR * (20 + number))

        numbers = compare(journey, days)

        assert numbers["steps"][event.key]["left"] == {"went": 4, "timeout": 4}
        assert numbers["goals"] == 8
        assert numbers["exits"]["event"] == 4
