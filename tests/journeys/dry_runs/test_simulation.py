from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import EventName
from apps.journeys.entry import gates
from apps.journeys.primitives import chance
from tests.factories import a_popup, a_site
from tests.journeys.authoring import a_draft, a_step, inside, lead, of_every_kind
from tests.journeys.dry_runs.trying import (
    NOW,
    WEEK,
    happened,
    left,
    live,
    on_days,
    somebody,
    step,
    tried,
    was_there,
)

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUYERS = {"all": [{"event": "purchase", "measure": "count", "op": "gte", "value": 1}]}


@pytest.fixture
def site():
    return a_site(time_zone="UTC")


@pytest.fixture
def journey(site):
    """Everybody enters at once."""
    return a_draft(site, entry_kind="segment", members="present")


def on_event(site, **terms):
    journey = a_draft(site, entry_kind="event", entry_event="purchase", **terms)
    return journey, a_step(journey, "push")


class TestEntries:
    def test_events_of_the_past_week_are_those_of_the_next(self, site):
        journey, push = on_event(site)
        anna, ben = somebody(site), somebody(site)
        happened(anna, "purchase", NOW - WEEK + HOUR)
        happened(anna, "purchase", NOW - WEEK + DAY)
        happened(ben, "purchase", NOW - WEEK + DAY * 2)
        happened(somebody(site), "purchase", NOW - WEEK - HOUR)

        result = tried(journey)

        assert result["entered"] == {"times": 2, "contacts": 2}
        assert on_days(result, "entered") == {"2026-06-01": 1, "2026-06-03": 1}
        assert result["refused"] == {"reentry": {"times": 1, "contacts": 1}}
        assert left(result, push.key) == {"sent": 2}

    def test_every_event_counts_where_contacts_may_enter_every_time(self, site):
        journey, _ = on_event(site, reentry="every")
        anna = somebody(site)
        for hours in (1, 2, 30):
            happened(anna, "purchase", NOW - WEEK + HOUR * hours)

        assert tried(journey)["entered"] == {"times": 3, "contacts": 1}

    def test_pauses_grow(self, site):
        journey, _ = on_event(site, reentry="pause", reentry_pauses=[1, 3])
        anna = somebody(site)
        for hours in (0, 12, 25, 60, 100):
            happened(anna, "purchase", NOW - WEEK + HOUR * hours)

        result = tried(journey)

        assert result["entered"]["times"] == 3
        assert result["refused"] == {"pause": {"times": 2, "contacts": 1}}

    def test_who_is_inside_starts_anew(self, site):
        journey = a_draft(site, entry_event="purchase", reentry="restart")
        wait = a_step(journey, "wait", until="duration", amount=5, unit="days")
        anna = somebody(site)
        happened(anna, "purchase", NOW - WEEK)
        happened(anna, "purchase", NOW - WEEK + DAY)

        result = tried(journey)

        assert result["exits"] == {"restarted": 1, "end": 1}
        assert step(result, wait.key)["gone"] == {"restarted": 1}

    def test_a_calendar_lets_everybody_in_at_nine_of_their_own_day(self, site):
        journey = a_draft(
            site, entry_kind="schedule", repeats="daily", at_time="09:00", zone="contact",
            reentry="every",
        )  # fmt: skip
        a_step(journey, "push")
        somebody(site, time_zone="Asia/Kathmandu")
        somebody(site, time_zone="Europe/Berlin")

        result = tried(journey, days=2)

        assert result["entered"]["times"] == 4
        assert result["hours"][9] == 4
        assert on_days(result, "sent") == {"2026-06-02": 2, "2026-06-03": 2}

    def test_the_rule_is_that_of_now(self, site):
        journey = a_draft(site, entry_kind="segment", members="present", entry_rule=BUYERS)
        a_step(journey, "push")
        happened(somebody(site), "purchase", NOW - DAY)
        somebody(site)

        assert tried(journey)["entered"]["contacts"] == 1

    def test_those_assumed_to_join_do(self, site):
        EventName.objects.create(site=site, name="purchase")
        journey = a_draft(site, entry_kind="segment", members="future", entry_rule=BUYERS)
        a_step(journey, "push")
        for _ in range(3):
            somebody(site)

        assert tried(journey, joins=100)["entered"]["contacts"] == 3
        assert tried(journey, joins=0)["entered"]["contacts"] == 0

    def test_a_call_comes_to_as_many_as_is_assumed(self, site):
        journey = a_draft(site, entry_kind="call")
        a_step(journey, "push")
        for _ in range(3):
            somebody(site)

        assert tried(journey)["entered"]["contacts"] == 3
        assert tried(journey, calls=0)["entered"]["contacts"] == 0

    def test_who_is_inside_a_journey_that_excludes_this_one_stays_out(self, site, journey):
        other = live(site)
        inside(other, contact=somebody(site))
        somebody(site)
        journey.excluded = [other.pk]
        journey.save()
        a_step(journey, "push")

        result = tried(journey)

        assert result["entered"]["contacts"] == 1
        assert result["refused"] == {"excluded": {"times": 1, "contacts": 1}}

    def test_the_control_group_is_that_of_the_engine(self, site, journey):
        journey.control_percent = 50
        journey.save()
        a_step(journey, "push")
        people = [somebody(site, device=False) for _ in range(20)]
        seed = gates.control_seed(journey.pk)
        control = sum(chance.of(each.pk, seed) < chance.PARTS // 2 for each in people)

        result = tried(journey)

        assert result["entered"]["contacts"] == 20 - control
        assert result["refused"]["control"]["contacts"] == control

    def test_no_more_enter_than_may_altogether(self, site, journey):
        journey.total_cap = 2
        journey.save()
        a_step(journey, "push")
        for _ in range(3):
            somebody(site)

        result = tried(journey)

        assert result["entered"]["contacts"] == 2
        assert result["refused"] == {"total_cap": {"times": 1, "contacts": 1}}


class TestEnds:
    def test_an_event_of_the_exit_ends_the_way(self, site, journey):
        journey.exit_event = "purchase"
        journey.save()
        wait = a_step(journey, "wait", until="duration", amount=5, unit="days")
        happened(somebody(site), "purchase", NOW - WEEK + DAY)
        somebody(site)

        result = tried(journey)

        assert result["exits"] == {"event": 1, "end": 1}
        assert step(result, wait.key)["gone"] == {"event": 1}

    def test_time_inside_is_bounded(self, site, journey):
        journey.timeout_hours = 10
        journey.save()
        a_step(journey, "wait", until="duration", amount=5, unit="days")
        somebody(site)

        assert tried(journey)["exits"] == {"timeout": 1}

    def test_a_goal_is_reached_within_its_window(self, site, journey):
        journey.goal_event, journey.goal_hours = "purchase", 24
        journey.save()
        a_step(journey, "push")
        happened(somebody(site), "purchase", NOW - WEEK + HOUR)
        happened(somebody(site), "purchase", NOW - WEEK + HOUR * 25)

        assert tried(journey)["goal"] == {"reached": 1, "rate": 0.5}

    def test_there_is_no_goal_where_none_is_written(self, site, journey):
        a_step(journey, "push")

        assert tried(journey)["goal"] is None


class TestTheSample:
    def test_numbers_are_those_of_the_whole_audience(self, site, journey):
        push = a_step(journey, "push")
        for _ in range(10):
            somebody(site, device=False)

        result = tried(journey, size=4)

        assert (result["sample"], result["audience"], result["factor"]) == (4, 10, 2.5)
        assert result["entered"] == {"times": 10, "contacts": 10}
        assert step(result, push.key)["left"]["unreachable"] == 10

    def test_limits_are_those_of_the_whole_audience(self, site, journey):
        limit = a_step(journey, "limit", most=5)
        for _ in range(20):
            somebody(site, device=False)

        assert left(tried(journey, size=4), limit.key) == {"within": 5, "beyond": 15}

    def test_nobody_is_tried_where_nobody_is(self, site, journey):
        a_step(journey, "push")

        result = tried(journey)

        assert result["sample"] == 0
        assert result["entered"] == {"times": 0, "contacts": 0}

    def test_it_is_the_same_for_the_same_seed(self, site, journey):
        popup = a_step(journey, "popup", popup=a_popup(site))
        for hours in range(30):
            was_there(somebody(site, device=False), NOW - WEEK + HOUR * hours)

        first = tried(journey, size=20, seed=7)

        assert tried(journey, size=20, seed=7) == first
        assert step(tried(journey, size=20, seed=8), popup.key) != step(first, popup.key)


class TestWhatItTouches:
    def test_it_writes_nothing(self, site):
        journey = a_draft(site, entry_kind="segment", members="both")
        of_every_kind(journey)
        was_there(somebody(site), NOW - WEEK + HOUR)
        before = rows()

        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET TRANSACTION READ ONLY")
            tried(journey, days=30)

        assert rows() == before

    def test_it_asks_as_often_for_many_as_for_few(self, site):
        journey = a_draft(site, entry_kind="segment", members="both")
        of_every_kind(journey)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                tried(journey)
            return len(captured)

        for _ in range(3):
            was_there(somebody(site), NOW - WEEK + HOUR)
        few = queries()
        for _ in range(297):
            somebody(site, device=False)

        assert queries() == few

    def test_a_flow_that_leads_back_for_ever_is_bounded(self, site, journey):
        wait = a_step(journey, "wait", until="duration", amount=1, unit="minutes")
        lead(wait, "done", wait)
        somebody(site)

        result = tried(journey)

        assert step(result, wait.key)["entered"] == 1002
        assert "more than 1,000 steps" in result["assumptions"][-1]


def rows():
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}
