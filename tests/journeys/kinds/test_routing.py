import math
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Property
from apps.journeys import engine
from apps.journeys.kinds import Batch
from apps.journeys.kinds.routing import SplitKind, period_of
from apps.journeys.models import (
    CheckStep,
    CompiledStep,
    Enrolment,
    LeaveStep,
    LimitStep,
    Quota,
    SplitStep,
    Visit,
)
from tests.factories import a_contact, a_property, a_segment, a_site, an_event
from tests.journeys.kinds.flows import a_flow, arrive, enter, outcomes, publish_again, queries_of
from tests.races import Meanwhile, on_postgresql

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def language(key, code):
    rule = {"field": "language", "op": "is", "value": code}
    return {"key": key, "name": key.title(), "rule": rule}


def a_check(*branches):
    return CheckStep(branches=list(branches))


def a_split(**weights):
    paths = [{"key": key, "name": key, "weight": weight} for key, weight in weights.items()]
    return SplitStep(paths=paths)


def drawn(key, contact_ids, **weights):
    """The paths that a split of this key chooses, without a database."""
    step = CompiledStep(key=key, config=a_split(**weights).config())
    rows = [Enrolment(contact_id=pk) for pk in contact_ids]
    moves = SplitKind().arrive(Batch(step=step, rows=rows, now=timezone.now()))
    paths = {
        row.contact_id: outcome
        for (outcome, _), leaving in moves.leaving.items()
        for row in leaving
    }
    return [paths[pk] for pk in contact_ids]


class TestCheck:
    def test_it_leads_by_the_first_rule_that_is_met(self, site):
        state = {"field": "state.plan", "op": "is", "value": "gold"}
        a_property(site, "plan")
        journey = a_flow(
            site,
            a_check(language("german", "de"), {"key": "gold", "name": "Gold", "rule": state}),
        )
        people = [
            a_contact(site, language="de"),
            a_contact(site, language="fr"),
            a_contact(site, language="fr", state={"plan": "gold"}),
            a_contact(site, language="de", state={"plan": "gold"}),
        ]

        assert outcomes(enter(journey, people)) == ["german", "none", "gold", "german"]

    def test_it_asks_what_holds_at_this_moment(self, site):
        buyer, other = a_contact(site), a_contact(site)
        an_event(buyer, "purchase", price=30)
        rule = {
            "event": "purchase", "measure": "count", "op": "gte", "value": 1,
            "where": [{"field": "price", "op": "gt", "value": 20}],
        }  # fmt: skip
        journey = a_flow(site, a_check({"key": "bought", "name": "Bought", "rule": rule}))

        assert outcomes(enter(journey, [buyer, other])) == ["bought", "none"]

    def test_it_never_meets_a_rule_that_cannot_be_asked_any_more(self, site):
        segment = a_segment(site, rule={"field": "language", "op": "is", "value": "fr"})
        gone = {"key": "gone", "name": "Gone", "rule": {"segment": segment.pk, "op": "in"}}
        journey = a_flow(site, a_check(gone, language("german", "de")))
        segment.delete()
        people = [a_contact(site, language="fr"), a_contact(site, language="de")]

        assert outcomes(enter(journey, people)) == ["none, broken", "german"]

    def test_it_says_nothing_of_a_broken_rule_to_whom_another_was_met(self, site):
        a_property(site, "plan")
        rule = {"field": "state.plan", "op": "is", "value": "gold"}
        journey = a_flow(
            site, a_check(language("german", "de"), {"key": "g", "name": "G", "rule": rule})
        )
        Property.objects.all().delete()
        people = [a_contact(site, language="de"), a_contact(site, state={"plan": "gold"})]

        assert outcomes(enter(journey, people)) == ["german", "none, broken"]

    def test_it_leads_both_ways_of_a_contact_who_is_inside_twice(self, site):
        journey = a_flow(site, a_check(language("german", "de")))
        german = a_contact(site, language="de")

        assert outcomes(enter(journey, [german, german])) == ["german", "german"]

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, site, number):
        journey = a_flow(site, a_check(language("german", "de"), language("french", "fr")))
        codes = ["de", "fr", ""] * number
        rows = enter(journey, [a_contact(site, language=code) for code in codes])

        # The site, and one a rule.
        assert queries_of(rows) == 3


class TestSplit:
    def test_it_leads_the_same_contact_down_the_same_path(self, site):
        journey = a_flow(site, a_split(a=1, b=1, c=1))
        people = [a_contact(site) for _ in range(60)]

        first = outcomes(enter(journey, people))
        again = outcomes(enter(journey, people, number=2))

        assert first == again
        assert set(first) == {"a", "b", "c"}

    def test_it_keeps_to_the_weights(self):
        counted = Counter(drawn("seed", range(10_000), a=1, b=2, c=7))

        for key, share in (("a", 0.1), ("b", 0.2), ("c", 0.7)):
            sigma = math.sqrt(10_000 * share * (1 - share))
            assert abs(counted[key] - 10_000 * share) < 3 * sigma

    def test_two_splits_are_independent_of_each_other(self):
        first, second = drawn("one", range(10_000), a=1, b=1), drawn("two", range(10_000), a=1, b=1)

        counted = Counter(zip(first, second, strict=True))

        assert len(counted) == 4
        for number in counted.values():
            assert abs(number - 2_500) < 3 * math.sqrt(10_000 * 0.25 * 0.75)

    def test_every_path_is_reached_and_none_is_missed_at_the_edges(self):
        # Thirds do not divide what chance can say.
        assert set(drawn("edge", range(100_000), a=1, b=1, c=1)) == {"a", "b", "c"}

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, site, number):
        journey = a_flow(site, a_split(a=1, b=2))
        rows = enter(journey, [a_contact(site) for _ in range(number)])

        assert queries_of(rows) == 0


class TestLimit:
    def test_it_lets_the_first_so_many_through(self, site):
        journey = a_flow(site, LimitStep(most=2))
        people = [a_contact(site) for _ in range(3)]

        assert outcomes(enter(journey, people[:1])) == ["within"]
        assert sorted(outcomes(enter(journey, people[1:]))) == ["beyond", "within"]
        assert outcomes(enter(journey, people)) == ["beyond"] * 3
        assert Quota.objects.get().used == 2

    def test_it_counts_over_all_versions(self, site):
        step = LimitStep(most=1)
        journey = a_flow(site, step)
        outcomes(enter(journey, [a_contact(site)]))

        step.most = 2
        step.save()
        publish_again(journey)

        rows = enter(journey, [a_contact(site), a_contact(site)])
        assert sorted(outcomes(rows)) == ["beyond", "within"]

    def test_it_lets_nobody_through_when_the_limit_was_lowered(self, site):
        step = LimitStep(most=3)
        journey = a_flow(site, step)
        outcomes(enter(journey, [a_contact(site) for _ in range(3)]))
        step.most = 1
        step.save()
        publish_again(journey)

        assert outcomes(enter(journey, [a_contact(site)])) == ["beyond"]

    def test_it_begins_anew_with_the_next_period(self, site):
        journey = a_flow(site, LimitStep(most=1))
        outcomes(enter(journey, [a_contact(site)]))
        Quota.objects.update(period="2020-01-01")

        assert outcomes(enter(journey, [a_contact(site)])) == ["within"]

    def test_each_step_counts_for_itself(self, site):
        journey = a_flow(site, LimitStep(most=1), LimitStep(most=1))
        (row,) = enter(journey, [a_contact(site)])
        engine.drain()

        assert list(row.visits.values_list("outcome", flat=True)) == ["within", "within"]

    @pytest.mark.parametrize(
        ("period", "first"),
        [
            ("day", "2026-03-01"),
            ("week", "2026-02-23"),
            ("month", "2026-03-01"),
            ("ever", "ever"),
        ],
    )
    def test_a_period_begins_where_the_site_is(self, period, first):
        # A Saturday evening in London is a Sunday morning in Kathmandu, of the same week.
        moment = timezone.datetime(2026, 2, 28, 20, 0, tzinfo=ZoneInfo("UTC"))

        assert period_of(moment, period, ZoneInfo("Asia/Kathmandu")) == first

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, site, number):
        journey = a_flow(site, LimitStep(most=10))
        outcomes(enter(journey, [a_contact(site)]))
        rows = enter(journey, [a_contact(site) for _ in range(number)])

        # The site, the quota held and written.
        assert queries_of(rows) == 3


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestLimitOfTwoWorkers:
    def test_it_is_exact_when_both_are_the_first(self, site):
        journey = a_flow(site, LimitStep(most=30))
        rows = enter(journey, [a_contact(site) for _ in range(100)])
        ids = [row.pk for row in rows]
        workers = [
            Meanwhile(lambda part=ids[start::4]: engine.drain(only=part, seconds=20))
            for start in range(4)
        ]
        for worker in workers:
            worker.ends()

        counted = Counter(Visit.objects.values_list("outcome", flat=True))
        assert counted == {"within": 30, "beyond": 70}
        assert Quota.objects.get().used == 30

    def test_what_was_not_written_counts_nothing(self, site):
        journey = a_flow(site, LimitStep(most=1))
        first, second = enter(journey, [a_contact(site), a_contact(site)])

        with pytest.raises(RuntimeError), transaction.atomic():
            arrive([first])
            raise RuntimeError
        engine.drain(only=[second.pk])

        assert second.visits.get().outcome == "within"


class TestLeave:
    def test_it_ends_the_journey(self, site):
        (row,) = enter(a_flow(site, LeaveStep()), [a_contact(site)])

        assert outcomes([row]) == ["step"]
        row.refresh_from_db()
        assert (row.state, row.exit_reason) == ("left", "step")
