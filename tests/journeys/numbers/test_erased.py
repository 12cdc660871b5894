"""Who is erased leaves the numbers of the past as they were, and is nowhere any more."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.accounts.privacy import persons
from apps.journeys import engine
from apps.journeys.models import Enrolment, Tally
from apps.journeys.numbers import live, periods, statistics
from apps.journeys.numbers.statistics import StepNumbers
from apps.journeys.primitives import moving
from tests.factories import a_site
from tests.journeys.flows import a_chain, enrolled

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_chain(a_site(), 1, 1)


def numbers(journey):
    """By the names of the steps."""
    names = dict(journey.live_version.steps.values_list("key", "name"))
    return {names[key]: found for key, found in statistics.of_journey(journey).items()}


class TestErased:
    def test_who_is_inside_has_left_where_they_were(self, journey):
        stays, waits, failed, further = enrolled(journey, 4)
        moving.lead_on(further.step, [further.pk], "done", at=timezone.now())
        Enrolment.objects.filter(pk=failed.pk).update(state="failed", due_at=None)

        for row in (waits, failed, further):
            persons.erase(row.contact, by="Test")

        assert numbers(journey) == {
            "Wait 0": StepNumbers(entered=4, waiting=1, left={"done": 1, "erased": 2}),
            "Wait 1": StepNumbers(entered=1, left={"erased": 1}),
        }
        assert Enrolment.objects.get() == stays

    def test_who_has_left_changes_no_number(self, journey):
        one, _two = enrolled(journey, 2)
        moving.leave([one.pk], Enrolment.Exit.GOAL)
        before = numbers(journey)

        persons.erase(one.contact, by="Test")

        expected = {"Wait 0": StepNumbers(entered=2, waiting=1, left={"goal": 1})}
        assert numbers(journey) == before == expected

    def test_the_picture_counts_them_among_those_who_left_otherwise(self, journey):
        (row,) = enrolled(journey)
        key = row.step.key

        persons.erase(row.contact, by="Test")

        found = live.of_journey(journey, periods.read({}, journey), {key})
        assert found.counts == {f"{key}/entered": 1, f"{key}/left/erased": 1, f"{key}/otherwise": 1}

    def test_nobody_inside_leaves_no_row(self, journey):
        (row,) = enrolled(journey)
        moving.leave([row.pk], Enrolment.Exit.HAND)
        before = Tally.objects.count()

        persons.erase(row.contact, by="Test")

        assert Tally.objects.count() == before

    def test_it_costs_the_same_for_one_way_and_for_three(self):
        site = a_site()
        cost = []
        for number in (1, 3):
            ways = [enrolled(a_chain(site, 1))[0] for _ in range(number)]
            person = ways[0].contact
            Enrolment.objects.filter(pk__in=[row.pk for row in ways]).update(contact=person)
            with CaptureQueriesContext(connection) as queries:
                persons.erase(person, by="Test")
            cost.append(len(queries))

        assert cost[0] == cost[1]
        assert Tally.objects.filter(outcome="erased").count() == 1 + 3

    def test_the_numbers_add_up_whoever_is_erased(self):
        """Came = are there + left, at each step, at each moment."""
        journey, draw = a_chain(a_site(), 1, 1, 1), random.Random(3)
        enrolled(journey, 20)
        for _ in range(12):
            inside = list(Enrolment.objects.inside().values_list("pk", flat=True))
            some = draw.sample(inside, min(5, len(inside)))
            Enrolment.objects.filter(pk__in=some).update(due_at=timezone.now())
            engine.drain()
            persons.erase(draw.choice(list(Contact.objects.order_by("pk"))), by="Test")

            for found in statistics.of_journey(journey).values():
                assert found.entered == found.waiting + found.failed + sum(found.left.values())
        assert Contact.objects.count() == 8
