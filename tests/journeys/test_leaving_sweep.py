from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.journeys import leaving, publishing
from apps.journeys.models import Enrolment, Journey, Sweep, WaitStep
from tests.factories import (
    a_contact,
    a_property,
    a_site,
)
from tests.journeys.flows import a_chain, all_of, enrolled

pytestmark = pytest.mark.django_db

Exit = Enrolment.Exit
GOLD = {"field": "state.level", "op": "is", "value": "gold"}


def a_live_wait(site=None, **terms):
    """A published journey on these terms in which contacts wait."""
    site = site or a_site()
    journey = Journey.objects.create(site=site, name="Wait", **terms)
    WaitStep.objects.create(journey=journey, name="Wait")
    publishing.publish(journey)
    return journey


def enrolled_gold(journey, *levels):
    rows = enrolled(journey, len(levels))
    for row, level in zip(rows, levels, strict=True):
        row.contact.state = {"level": level}
        row.contact.save()
    return rows


def reasons(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.exit_reason for row in rows]


def sweep():
    """A look of everything, though the last one was a moment ago."""
    Sweep.objects.update(due_at=timezone.now())
    return leaving.sweep(seconds=10)


class TestTimeout:
    def test_it_lets_those_go_who_have_been_inside_so_long(self):
        early, late = enrolled(a_live_wait(timeout_hours=2), 2)
        now = timezone.now()
        all_of(early).update(entered_at=now - timedelta(hours=2))
        all_of(late).update(entered_at=now - timedelta(minutes=119))

        assert sweep() == 1

        assert reasons(early, late) == ["timeout", ""]

    def test_the_time_is_over_at_its_last_moment(self, monkeypatch):
        over, not_yet = enrolled(a_live_wait(timeout_hours=2), 2)
        assert sweep() == 0
        now, moment = timezone.now(), timedelta(microseconds=1)
        all_of(over).update(entered_at=now - timedelta(hours=2))
        all_of(not_yet).update(entered_at=now - timedelta(hours=2) + moment)
        monkeypatch.setattr(timezone, "now", lambda: now)

        assert sweep() == 1

        assert reasons(over, not_yet) == ["timeout", ""]

    def test_it_is_that_of_the_version_by_which_they_entered(self):
        journey = a_live_wait(timeout_hours=2)
        (old,) = enrolled(journey)
        journey.timeout_hours = None
        journey.save()
        publishing.publish(journey)
        (new,) = enrolled(journey)
        Enrolment.objects.update(entered_at=timezone.now() - timedelta(hours=3))

        sweep()

        assert reasons(old, new) == ["timeout", ""]

    def test_nobody_leaves_a_journey_that_is_held(self):
        journey = a_live_wait(timeout_hours=2)
        (row,) = enrolled(journey)
        all_of(row).update(entered_at=timezone.now() - timedelta(hours=3))
        Journey.objects.update(is_held=True)

        assert sweep() == 0

        Journey.objects.update(is_held=False, status="paused")
        assert sweep() == 1


class Clock:
    """Stands still but for what `takes` so many seconds."""

    def __init__(self):
        self.now = 0

    def monotonic(self):
        return self.now

    def takes(self, seconds, act):
        def slowly(*args, **options):
            self.now += seconds
            return act(*args, **options)

        return slowly


@pytest.fixture
def clock(monkeypatch):
    """Asking a rule of a slice takes half a minute."""
    clock = Clock()
    monkeypatch.setattr(leaving, "time", clock)
    slow = clock.takes(30, leaving.membership.matching)
    monkeypatch.setattr(leaving.membership, "matching", slow)
    return clock


class TestRule:
    @pytest.fixture
    def journey(self):
        site = a_site()
        a_property(site, "level")
        return a_live_wait(site, exits_with_rule=True, entry_rule=GOLD)

    def test_it_lets_those_go_who_do_not_meet_it_any_more(self, journey):
        gold, silver = enrolled_gold(journey, "gold", "silver")

        assert sweep() == 1

        assert reasons(gold, silver) == ["", "rule"]

    def test_it_looks_at_everybody_in_slices(self, journey, monkeypatch):
        monkeypatch.setattr(leaving, "SLICES", {connection.vendor: 2})
        monkeypatch.setattr(leaving, "AHEAD", 3)
        rows = enrolled_gold(journey, "silver", "gold", "silver", "gold", "silver")

        assert sweep() == 3

        assert reasons(*rows) == ["rule", "", "rule", "", "rule"]

    def test_nobody_leaves_where_the_journey_does_not_say_so(self):
        site = a_site()
        a_property(site, "level")
        (row,) = enrolled_gold(a_live_wait(site, entry_rule=GOLD), "silver")

        sweep()

        assert reasons(row) == [""]

    def test_nobody_leaves_when_the_rule_cannot_be_asked_any_more(self, journey):
        (row,) = enrolled_gold(journey, "silver")
        journey.site.properties.all().delete()

        assert sweep() == 0

        assert reasons(row) == [""]

    def test_it_goes_on_where_it_stopped(self, journey, monkeypatch, clock):
        monkeypatch.setattr(leaving, "SLICES", {connection.vendor: 2})
        rows = enrolled_gold(journey, *["gold"] * 3, "silver")

        assert leaving.sweep(seconds=10) == 0
        look = Sweep.objects.get()
        assert (look.cursor, look.due_at <= timezone.now()) == (rows[1].pk, True)

        assert leaving.sweep(seconds=10) == 1
        look.refresh_from_db()
        assert (look.cursor, look.seconds) == (0, 60)
        assert reasons(*rows) == ["", "", "", "rule"]

    def test_it_looks_again_after_a_minute_at_the_soonest(self, journey):
        (row,) = enrolled_gold(journey, "gold")
        before = timezone.now()
        leaving.sweep(seconds=10)
        row.contact.state = {}
        row.contact.save()

        assert leaving.sweep(seconds=10) == 0

        assert Sweep.objects.get().due_at >= before + timedelta(minutes=1)

    def test_a_look_that_takes_half_a_minute_comes_every_ten_minutes(self, journey, clock):
        enrolled_gold(journey, "gold")
        before = timezone.now()

        leaving.sweep(seconds=60)

        due = Sweep.objects.get().due_at - before
        assert timedelta(minutes=10) <= due < timedelta(minutes=11)

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_asks_as_much_for_any_number(self, journey, number, django_assert_num_queries):
        enrolled_gold(journey, *["gold"] * number)
        leaving.sweep(seconds=10)
        Sweep.objects.update(due_at=timezone.now())

        # The steps of ended journeys, two times which sweeps are missing, those due, the claim;
        # the steps, three of what the site knows, who is inside, who meets the rule; that it is
        # over.
        with django_assert_num_queries(12):
            leaving.sweep(seconds=10)


class TestEnded:
    @pytest.mark.parametrize("status", ["archived", "finished"])
    def test_it_lets_those_go_who_came_in_as_the_journey_ended(self, status):
        (row,) = enrolled(a_chain(a_site(), 1))
        Journey.objects.update(status=status)

        assert sweep() == 1

        assert reasons(row) == ["ended"]

    def test_others_stay(self):
        (row,) = enrolled(a_chain(a_site(), 1))
        a_contact(row.journey.site)

        assert sweep() == 0

        assert reasons(row) == [""]
