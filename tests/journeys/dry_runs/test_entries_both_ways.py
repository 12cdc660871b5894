"""Who enters when: a dry run says what the engine then does."""

from datetime import timedelta

import pytest

from tests.journeys.authoring import a_draft, a_flow, a_step, inside
from tests.journeys.dry_runs.both_ways import GERMAN, a_present, both, compare
from tests.journeys.dry_runs.living import BEGIN, Days, a_receiver
from tests.journeys.dry_runs.trying import live

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TestEntries:
    @pytest.mark.parametrize("reentry", ["once", "not_inside", "every", "restart", "pause"])
    def test_by_an_event_with_every_way_of_entering_again(self, site, clock, people, reentry):
        journey = a_draft(
            site, entry_event="purchase", reentry=reentry, reentry_pauses=[1, 2],
            max_entries=4, max_entries_days=2,
        )  # fmt: skip
        a_flow(journey, "push", "wait")
        days = Days(journey, clock, 7)
        for number, hours in enumerate((1, 5, 30, 49, 75, 77, 100, 101)):
            days.happens(people[number % 3], "purchase", HOUR * hours)
            days.happens(people[0], "purchase", HOUR * hours + timedelta(minutes=7))

        numbers = compare(journey, days)

        assert numbers["entered"]["contacts"] == 3
        assert numbers["refused"] > 0

    def test_each_day_at_nine_of_their_own_clocks_while_those_are_put_forward(
        self, site, clock, people
    ):
        journey = a_draft(
            site, entry_kind="schedule", repeats="daily", at_time="09:00", zone="contact",
            reentry="every", entry_rule=GERMAN,
        )  # fmt: skip
        a_step(journey, "push")

        numbers = compare(journey, Days(journey, clock, 9))

        assert numbers["entered"] == {"times": 18, "contacts": 2}
        assert numbers["hours"] == {9: 9}

    @pytest.mark.parametrize("at_time", ["02:30", "23:59"])
    def test_on_days_of_the_week_by_the_clock_of_the_site(self, site, clock, people, at_time):
        journey = a_draft(
            site, entry_kind="schedule", repeats="weekly", weekdays=[5, 6, 0], at_time=at_time,
            reentry="every",
        )  # fmt: skip
        a_step(journey, "push")

        assert compare(journey, Days(journey, clock, 14))["entered"]["times"] == 24

    def test_by_a_segment_those_present_and_those_who_join(self, site, clock, people):
        journey = a_draft(site, entry_kind="segment", members="both", entry_rule=GERMAN)
        a_flow(journey, "push", "wait")
        days = Days(journey, clock, 7)
        days.comes_to_meet_the_rule([people[1], people[3]], language="de")

        assert compare(journey, days, joins=100)["entered"]["contacts"] == 4

    def test_by_a_call(self, site, clock, people):
        journey = a_draft(site, entry_kind="call", entry_rule=GERMAN)
        a_step(journey, "push")
        days = Days(journey, clock, 7)
        days.is_called(people)

        assert compare(journey, days)["entered"] == {"times": 2, "contacts": 2}

    def test_within_dates_under_a_total_cap_and_not_while_inside_another(self, site, clock, people):
        other = live(site)
        inside(other, contact=people[0])
        journey = a_draft(
            site, entry_event="purchase", reentry="every", excluded=[other.pk], total_cap=3,
            starts_at=BEGIN + DAY, ends_at=BEGIN + DAY * 4,
        )  # fmt: skip
        a_step(journey, "push")
        days = Days(journey, clock, 7)
        for number, hours in enumerate((3, 30, 40, 50, 99)):
            for person in people[: 2 + number % 2]:
                days.happens(person, "purchase", HOUR * hours + timedelta(seconds=person.pk))

        expects, lived = both(journey, days)

        # A journey that is full pauses, and nobody is refused by one that does not listen.
        assert expects.pop("refused") > lived.pop("refused")
        assert expects == lived
        assert lived["entered"] == {"times": 3, "contacts": 2}

    def test_a_control_group_is_kept_out(self, site, clock):
        journey = a_present(site, control_percent=50, goal_event="purchase")
        a_step(journey, "push")
        for _ in range(12):
            a_receiver(site)

        expects, lived = both(journey, Days(journey, clock, 7))

        # They have a row of their own, and are not written down as refused.
        assert expects.pop("refused") == 12 - lived["entered"]["contacts"]
        assert lived.pop("refused") == 0
        assert expects == lived
        assert 0 < lived["entered"]["contacts"] < 12
