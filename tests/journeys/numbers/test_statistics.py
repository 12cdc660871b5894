import random
from functools import partial

import pytest
from django.db.models import Sum
from django.utils import timezone

from apps.journeys import engine, lifecycle, publishing
from apps.journeys.models import Enrolment, Tally
from apps.journeys.numbers import statistics
from apps.journeys.numbers.statistics import StepNumbers
from apps.journeys.primitives import moving
from tests.factories import a_site
from tests.journeys.flows import a_chain, enrolled
from tests.races import Meanwhile, on_postgresql

pytestmark = pytest.mark.django_db

HOUR = timezone.timedelta(hours=1)


@pytest.fixture
def journey():
    return a_chain(a_site(), 1, 1)


def step(journey, name="Wait 0", version=None):
    return (version or journey.live_version).steps.get(name=name)


def numbers(journey, name="Wait 0", **period):
    return statistics.of_journey(journey, **period)[step(journey, name).key]


def count(journey, number, *, at=None, outcome="", name="Wait 0"):
    moving.count(step(journey, name), number, at=at or timezone.now(), outcome=outcome)


class TestOfJourney:
    def test_it_tells_who_came_who_is_there_and_who_left_how(self, journey):
        one, two, three, _four = enrolled(journey, 4)
        moving.lead_on(one.step, [one.pk], "done", at=timezone.now())
        moving.leave([two.pk], Enrolment.Exit.HAND)
        Enrolment.objects.filter(pk=three.pk).update(state="failed", due_at=None)

        assert numbers(journey) == StepNumbers(
            entered=4, waiting=1, failed=1, left={"done": 1, "hand": 1}
        )
        assert numbers(journey, "Wait 1") == StepNumbers(entered=1, waiting=1)

    def test_it_sums_over_versions_or_tells_of_one(self, journey):
        enrolled(journey, 2)
        first = journey.live_version
        publishing.publish(journey)
        enrolled(journey, 3)

        assert numbers(journey).entered == numbers(journey).waiting == 5
        assert numbers(journey, version=first) == StepNumbers(entered=2, waiting=2)
        key = step(journey).key
        assert statistics.of_version(first) == {key: StepNumbers(entered=2, waiting=2)}

    def test_a_period_begins_and_ends_with_its_quarters(self, journey):
        noon = timezone.datetime(2026, 3, 1, 12, 0, tzinfo=timezone.timezone.utc)
        count(journey, 1, at=noon - HOUR)
        count(journey, 2, at=noon + HOUR / 2)
        count(journey, 4, at=noon + HOUR)
        count(journey, 8, at=noon + HOUR, outcome="done")

        found = partial(numbers, journey)
        assert found(since=noon, until=noon + HOUR) == StepNumbers(entered=2)
        assert found(since=noon + HOUR + HOUR / 5) == StepNumbers(entered=4, left={"done": 8})
        assert found(until=noon) == StepNumbers(entered=1)

    def test_a_journey_that_nobody_entered_has_none(self, journey):
        assert statistics.of_journey(journey) == {}

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_costs_the_same_for_any_number(self, number, django_assert_num_queries):
        journey = a_chain(a_site(), *[1] * number)
        enrolled(journey, number)

        # Steps, numbers, who is there, who failed.
        with django_assert_num_queries(4):
            statistics.of_journey(journey)

    def test_the_numbers_of_a_step_add_up_whatever_happens(self):
        """Came = are there + left, at each step, at each moment."""
        journey, draw = a_chain(a_site(), 1, 1, 1), random.Random(7)
        enrolled(journey, 30)
        for _ in range(25):
            inside = list(Enrolment.objects.inside().values_list("pk", flat=True))
            some = draw.sample(inside, min(3, len(inside)))
            Enrolment.objects.filter(pk__in=some).update(due_at=timezone.now())
            engine.drain()
            if some:
                moving.leave(some[:1], draw.choice(list(Enrolment.Exit)))
            statistics.roll_up()

            for found in statistics.of_journey(journey).values():
                assert found.entered == found.waiting + found.failed + sum(found.left.values())
        lifecycle.archive(journey)

        last = statistics.of_journey(journey)
        assert sum(found.waiting for found in last.values()) == 0
        assert all(found.entered == sum(found.left.values()) for found in last.values())


class TestRollUp:
    def test_it_sums_what_was_counted_in_the_same_quarter(self, journey):
        now = timezone.now()
        for number in (1, 2, 3):
            count(journey, number, at=now)
        count(journey, 4, at=now, outcome="done")
        count(journey, 5, at=now - HOUR)
        count(journey, 6, at=now, name="Wait 1")

        assert statistics.roll_up() == 2

        left = Tally.objects.order_by("count", "step").values_list("step__name", "outcome", "count")
        assert list(left) == [
            ("Wait 0", "done", 4),
            ("Wait 0", "", 5),
            ("Wait 0", "", 6),
            ("Wait 1", "", 6),
        ]
        assert statistics.roll_up() == 0

    def test_it_goes_on_until_nothing_is_left_to_sum(self, journey, monkeypatch):
        monkeypatch.setattr(statistics, "ROWS", 3)
        for _ in range(10):
            count(journey, 1)

        statistics.roll_up()

        assert Tally.objects.get().count == 10

    def test_it_costs_the_same_for_any_number(self, journey, django_assert_num_queries):
        for number in (2, 6):
            for _ in range(number):
                count(journey, 1)
            # Groups, rows, gone, sums, in a savepoint; then none is left.
            with django_assert_num_queries(6 + 3):
                statistics.roll_up()

    @on_postgresql
    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_lost_or_doubled_while_others_count_and_sum(self, journey):
        at = timezone.now()

        def add():
            for _ in range(60):
                count(journey, 1, at=at)

        def sum_up():
            for _ in range(30):
                statistics.roll_up()

        for thread in [Meanwhile(act) for act in (add, sum_up, add, sum_up)]:
            thread.ends()
        statistics.roll_up()

        assert Tally.objects.aggregate(Sum("count"))["count__sum"] == 120
        assert Tally.objects.count() == 1
