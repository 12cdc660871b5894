from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Event, EventName
from apps.journeys import publishing
from apps.journeys.models import Enrolment, Journey
from apps.journeys.primitives import triggers
from tests.factories import a_site
from tests.journeys.flows import enrolled
from tests.journeys.listening.listeners import DEAR, a_live_journey, an_awaiting_journey, happens

pytestmark = pytest.mark.django_db

ENTERS = {"entry_kind": "event", "entry_event": "cart"}


def heard(*names, ago=timedelta(0)):
    """Events of these names, of which nothing else is asked."""
    at = timezone.now() - ago
    return [Event(name=EventName(name=name), at=at) for name in names]


def purposes(journey, *names, ago=timedelta(0)):
    events = heard(*(names or ("cart", "purchase")), ago=ago)
    found = triggers.that_matter(journey.site_id, events)
    return [(row.purpose, row.version.number) for row in found]


def publish_anew(journey):
    publishing.publish(journey)
    return journey


class TestThatMatter:
    def test_they_are_those_of_the_names_on_the_site(self):
        journey = a_live_journey(**ENTERS, exit_event="purchase")
        a_live_journey(**ENTERS)

        assert purposes(journey, "cart") == [("entry", 1)]
        assert purposes(journey, "purchase") == [("exit", 1)]
        assert purposes(journey, "look") == []

    @pytest.mark.parametrize(
        "state",
        [{"status": "paused"}, {"status": "finished"}, {"status": "archived"}, {"is_held": True}],
    )
    def test_nobody_enters_but_an_active_journey(self, state):
        journey = a_live_journey(**ENTERS)
        Journey.objects.update(**state)

        assert purposes(journey) == []

    def test_entry_is_by_the_live_version(self):
        journey = publish_anew(a_live_journey(**ENTERS))

        assert purposes(journey) == [("entry", 2)]

    @pytest.mark.parametrize("status", ["active", "paused"])
    def test_an_older_version_matters_while_somebody_is_inside(self, status):
        journey = an_awaiting_journey("purchase")
        (row,) = enrolled(journey)
        publish_anew(journey)
        Journey.objects.update(status=status)
        assert purposes(journey) == [("step", 1), ("step", 2)]

        Enrolment.objects.filter(pk=row.pk).leave(Enrolment.Exit.END)

        assert purposes(journey) == [("step", 2)]

    @pytest.mark.parametrize("status", ["finished", "archived"])
    def test_nobody_is_led_on_or_let_go_in_a_journey_that_has_ended(self, status):
        journey = an_awaiting_journey("purchase", exit_event="cart")
        enrolled(journey)
        Journey.objects.update(status=status)

        assert purposes(journey) == []

    def test_a_goal_of_an_older_version_matters_until_its_window_is_over(self):
        journey = publish_anew(a_live_journey(goal_event="purchase", goal_hours=24))
        assert purposes(journey) == [("goal", 1), ("goal", 2)]

        journey.versions.filter(number=2).update(published_at=timezone.now() - timedelta(hours=25))

        assert purposes(journey) == [("goal", 2)]

    @pytest.mark.parametrize(("hours", "expected"), [(23, [("goal", 1)]), (25, [])])
    def test_a_goal_of_a_journey_that_has_ended_matters_for_its_window(self, hours, expected):
        journey = a_live_journey(goal_event="purchase", goal_hours=24)
        enrolled(journey)
        Enrolment.objects.update(entered_at=timezone.now() - timedelta(hours=hours))
        Journey.objects.update(status="finished")

        assert purposes(journey) == expected

    def test_one_that_is_heard_late_matters_as_when_it_happened(self):
        journey = a_live_journey(goal_event="purchase", goal_hours=24)
        enrolled(journey)
        Enrolment.objects.update(entered_at=timezone.now() - timedelta(hours=25))
        Journey.objects.update(status="finished")

        assert purposes(journey) == []
        assert purposes(journey, "cart", "purchase", ago=timedelta(hours=2)) == [("goal", 1)]

    def test_they_are_found_in_one_query(self, django_assert_num_queries):
        journey = publish_anew(an_awaiting_journey("purchase", exit_event="cart", **ENTERS))

        with django_assert_num_queries(1):
            found = triggers.that_matter(journey.site_id, heard("cart", "purchase"))
            assert {str(row.version.journey) for row in found} == {"Flow"}
            assert {row.step.name for row in found if row.step} == {"Step 0"}


class TestMet:
    def test_a_condition_is_asked_once_however_many_listen(self, django_assert_num_queries):
        site = a_site()
        journey = an_awaiting_journey("purchase", where=DEAR, site=site, exit_event="purchase",
                                      exit_where=DEAR, goal_event="purchase")  # fmt: skip
        (row,) = enrolled(journey)
        cheap, dear = (happens(row, "purchase", price=price) for price in (99, 100))
        listening = triggers.that_matter(site.pk, [cheap, dear])

        # Three of what the site knows, and the condition.
        with django_assert_num_queries(4):
            found = triggers.met(listening, [cheap, dear], site)

        assert {trigger.purpose: found[trigger.pk] for trigger in listening} == {
            "step": {dear.pk},
            "exit": {dear.pk},
            "goal": {cheap.pk, dear.pk},
        }
