from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys.models import Enrolment, Tally
from apps.journeys.primitives import moving
from tests.factories import a_site
from tests.journeys.flows import a_chain, enrolled

pytestmark = pytest.mark.django_db

NOW = timezone.datetime(2026, 3, 1, 9, 44, 59, tzinfo=timezone.timezone.utc)


@pytest.fixture
def rows():
    rows = enrolled(a_chain(a_site(), 1, 1), 2)
    Tally.objects.all().delete()
    return rows


def where(row):
    row.refresh_from_db()
    return row.step.name, row.visit, row.state, row.exit_reason


class TestLeadOn:
    def test_it_leads_to_the_step_that_the_outcome_leads_to(self, rows):
        one, other = rows
        Enrolment.objects.update(errors=3)

        moving.lead_on(one.step, [one.pk], "done", at=NOW, why="early")

        assert where(one) == ("Wait 1", 2, "ready", "")
        assert (one.arrived_at, one.due_at, one.errors) == (NOW, NOW, 0)
        assert where(other) == ("Wait 0", 1, "ready", "")
        assert list(one.visits.values_list("number", "step__name", "outcome", "detail")) == [
            (1, "Wait 0", "done", "early")
        ]

    def test_an_outcome_that_leads_nowhere_ends_the_way(self, rows):
        one, _ = rows

        moving.lead_on(one.step, [one.pk], "elsewhere", at=NOW)

        assert where(one) == ("Wait 0", 1, "left", "end")
        assert (one.left_at, one.due_at) == (NOW, None)
        assert one.visits.get().outcome == "elsewhere"

    def test_it_counts_those_who_left_and_those_who_came_by_the_quarter(self, rows):
        moving.lead_on(rows[0].step, [row.pk for row in rows], "done", at=NOW)

        counted = Tally.objects.order_by("id").values_list("step__name", "outcome", "count", "at")
        quarter = NOW.replace(minute=30, second=0)
        assert list(counted) == [("Wait 0", "done", 2, quarter), ("Wait 1", "", 2, quarter)]

    @pytest.mark.parametrize("number", [1, 2])
    def test_it_costs_the_same_for_any_number(self, rows, number, django_assert_num_queries):
        step = rows[0].step

        # Target; visits in a savepoint; rows; numbers.
        with django_assert_num_queries(6):
            moving.lead_on(step, [row.pk for row in rows[:number]], "done", at=NOW)


class TestLetWait:
    @pytest.mark.parametrize("until", [None, NOW])
    def test_it_lets_them_wait_where_they_are(self, rows, until):
        one, other = rows

        moving.let_wait({until: [one.pk]})

        assert where(one) == ("Wait 0", 1, "waiting", "")
        assert one.due_at == until
        assert where(other)[2] == "ready"

    def test_each_waits_until_its_own_moment(self, rows):
        one, other = rows
        third = enrolled(one.journey)[0]
        later = NOW + timedelta(days=1)

        moving.let_wait({NOW: [one.pk], later: [other.pk], None: [third.pk]})

        for row in (one, other, third):
            row.refresh_from_db()
        assert [row.due_at for row in (one, other, third)] == [NOW, later, None]
        assert {row.state for row in (one, other, third)} == {"waiting"}

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_is_one_statement_for_any_number_of_moments(
        self, rows, number, django_assert_num_queries
    ):
        people = [*rows, *enrolled(rows[0].journey)][:number]
        until = {NOW + timedelta(days=n): [row.pk] for n, row in enumerate(people)}

        with django_assert_num_queries(1):
            moving.let_wait(until)

    def test_it_takes_more_moments_than_fit_in_a_statement(self, rows, monkeypatch):
        monkeypatch.setattr(moving, "AT_ONCE", 1)
        one, other = rows

        moving.let_wait({NOW: [one.pk], None: [other.pk]})

        assert where(one)[2] == where(other)[2] == "waiting"
        assert (one.due_at, other.due_at) == (NOW, None)


class TestLeave:
    def test_it_ends_the_ways_where_they_are_and_counts_by_reason(self, rows):
        one, other = rows
        moving.lead_on(one.step, [one.pk], "done", at=NOW)
        Tally.objects.all().delete()

        moving.leave([one.pk, other.pk], Enrolment.Exit.GOAL)

        assert [where(row) for row in rows] == [
            ("Wait 1", 2, "left", "goal"),
            ("Wait 0", 1, "left", "goal"),
        ]
        assert one.visits.last().outcome == "goal"
        counted = Tally.objects.order_by("step").values_list("step__name", "outcome", "count")
        assert list(counted) == [("Wait 0", "goal", 1), ("Wait 1", "goal", 1)]

    def test_who_has_left_does_not_leave_again(self, rows):
        ids = [row.pk for row in rows]
        moving.leave(ids, Enrolment.Exit.HAND)

        moving.leave(ids, Enrolment.Exit.GOAL)

        assert set(Enrolment.objects.values_list("exit_reason", flat=True)) == {"hand"}
        assert Tally.objects.get().count == 2

    def test_it_takes_more_than_fit_in_a_statement(self, rows, monkeypatch):
        monkeypatch.setattr("apps.journeys.models.enrolments.LEAVING_AT_ONCE", 1)

        assert Enrolment.objects.leave(Enrolment.Exit.ENDED) == 2

        assert [row.visits.get().outcome for row in rows] == ["ended", "ended"]
        assert Tally.objects.get().count == 2
