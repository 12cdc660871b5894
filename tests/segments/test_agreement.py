"""Whatever can be asked is answered as a slow reading of the same rule answers it; whatever
cannot is refused in words."""

import copy
import random
from dataclasses import replace

import pytest
from django.db import transaction
from django.db.models import BooleanField, Case, When
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.models import Contact
from apps.segments import catalogue, explaining, imagined, membership, rules
from apps.segments.rules.operators import OPERATORS
from tests.segments.reading import Reading
from tests.segments.rules_at_random import FIELDS, a_damaged_rule, a_rule, anything, steadily
from tests.segments.world import CHANGES, EVENTS, STATE, ZONES, World, person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    """A world of fifty, made once for all examples and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        world, pick = World(), random.Random(3).choice
        stranger = World()
        world.people = world.store([person(pick) for _ in range(50)], pick)
        stranger.store([person(pick) for _ in range(5)], pick)
        world.context = catalogue.of_site(world.site)
        yield world
        transaction.set_rollback(True)


def a_reading(world, context):
    return Reading(
        now=context.now,
        zone=context.zone,
        properties=STATE,
        event_properties=EVENTS,
        segments=world.segments,
    )


def agree(world, people, rule, context):
    """Compare the two, for all, for some as a list, and for some as a query."""
    reading = a_reading(world, context)
    right = {pk for pk, someone in people.items() if reading.meets(rule, someone)}
    some = list(people)[::2]
    found = set(membership.matching(rule, context).values_list("pk", flat=True))
    assert found == right, wrong(rule, found ^ right, people)
    for among in (some, Contact.objects.filter(pk__in=some).values("pk")):
        found = set(membership.matching(rule, context, among=among).values_list("pk", flat=True))
        assert found == right & set(some)
    return right


def wrong(rule, ids, people):
    return f"{rule}\n" + "\n".join(f"{pk}: {people.get(pk)}" for pk in sorted(ids))


def shifted(context, zone, now):
    return replace(context, zone=zone, now=now)


def truth(rule, context):
    met = rules.compile(rule, context)
    return Case(When(met, then=True), When(~met, then=False), output_field=BooleanField())


nows, zones = st.sampled_from(CHANGES), st.sampled_from(ZONES)


def every_condition():
    """Each operator of each field, with some values of every kind that it takes."""
    own = {f"state.{name}": type for name, type in STATE.items()}
    for name, type in {**FIELDS, **own}.items():
        for operator in OPERATORS[type]:
            for value in SOME[operator.takes]:
                yield {"field": name, "op": operator.name, "value": value}


SOME = {
    "text": ["de", "d", "Zoë", "日", "%s", '"', "Firefox", "x" * 500],
    "texts": [["de", "DE"], ["'", "\\", "😀"], ["nobody"]],
    "choice": ["ask", "suspended"],
    "choices": [["ask", "blocked"]],
    "number": [0, -0.0, 0.1, 10, 1e15, -1e15, 5e-324],
    "two_numbers": [[0, 10], [10, 10], [-1e15, 1e15]],
    "times": [0, 1, 3, 1_000_000],
    "two_times": [[0, 0], [1, 3]],
    "yes_no": [True, False],
    "nothing": [None],
    "period": [{"amount": 7, "unit": "days"}, {"amount": 99_999, "unit": "weeks"}],
    "day": ["2026-10-25", "2026-11-01", "1000-01-01"],
    "moment": ["2026-03-29", "2026-03-29T02:30", "2026-11-01T00:30:00", "2026-10-25T00:30:00Z"],
    "two_moments": [["2026-03-08", "2026-10-25"], ["2026-10-25T02:30", "2026-11-01"]],
}


class TestCompile:
    @pytest.mark.parametrize("zone", ZONES, ids=str)
    def test_it_answers_every_condition_as_a_slow_reading_does(self, many, zone):
        now = CHANGES[ZONES.index(zone)]
        context = shifted(many.context, zone, now)
        reading = a_reading(many, context)
        asked = list(every_condition())
        met = {f"met_{number}": truth(rule, context) for number, rule in enumerate(asked)}

        rows = Contact.objects.filter(site=many.site).annotate(**met).values("pk", *met)

        for row in rows:
            for number, rule in enumerate(asked):
                is_met = reading.meets(rule, many.people[row["pk"]])
                assert row[f"met_{number}"] == is_met, wrong(rule, [row["pk"]], many.people)

    @given(data=st.data(), zone=zones, now=nows)
    @settings(steadily, max_examples=150)
    def test_it_answers_as_a_slow_reading_does(self, many, data, zone, now):
        context = shifted(many.context, zone, now)
        rule = data.draw(a_rule(list(many.segments)))
        if rules.problems(rule, context):
            # Nested deeper than a rule may be.
            return

        agree(many, many.people, rule, context)

    @given(data=st.data(), zone=zones, now=nows)
    @settings(steadily, max_examples=30)
    def test_it_does_so_for_anybody(self, many, data, zone, now):
        def pick(pool):
            return data.draw(st.sampled_from(pool))

        context = shifted(many.context, zone, now)
        rule = data.draw(a_rule(list(many.segments)))
        with transaction.atomic():
            newcomers = many.store([person(pick)], pick)
            if not rules.problems(rule, context):
                agree(many, {**many.people, **newcomers}, rule, context)
            transaction.set_rollback(True)


class TestImagined:
    @pytest.mark.parametrize("zone", ZONES, ids=str)
    def test_whom_nobody_stored_is_judged_as_a_slow_reading_does(self, many, zone):
        context = shifted(many.context, zone, CHANGES[ZONES.index(zone)])
        reading = a_reading(many, context)
        asked = list(every_condition())
        met = {f"met_{number}": truth(rule, context) for number, rule in enumerate(asked)}
        pick = random.Random(zone.key).choice

        for someone in [loner(pick) for _ in range(3)]:
            with imagined.only(a_contact_of(many.site, someone)):
                rows = Contact.objects.filter(site=many.site).annotate(**met).values("pk", *met)
                (row,) = rows

            for number, rule in enumerate(asked):
                assert row[f"met_{number}"] == reading.meets(rule, someone), f"{rule} {someone}"

    @given(data=st.data(), zone=zones, now=nows)
    @settings(steadily, max_examples=60)
    def test_so_are_whole_rules(self, many, data, zone, now):
        context = shifted(many.context, zone, now)
        rule = data.draw(a_rule(list(many.segments)))
        if rules.problems(rule, context):
            return
        someone = loner(lambda pool: data.draw(st.sampled_from(pool)))

        with imagined.only(a_contact_of(many.site, someone)):
            found = list(membership.matching(rule, context, among=[0]).values_list("pk", flat=True))

        assert found == ([0] if a_reading(many, context).meets(rule, someone) else [])


def loner(pick):
    """Somebody with nothing beside the row of their contact."""
    return replace(person(pick), devices=[], sessions=0, events=[], pushes=[])


def a_contact_of(site, someone):
    return Contact(pk=0, site=site, **someone.columns())


class TestExplain:
    @given(data=st.data(), zone=zones, now=nows)
    @settings(steadily, max_examples=50)
    def test_it_is_of_the_same_opinion(self, many, data, zone, now):
        context = shifted(many.context, zone, now)
        rule = data.draw(a_rule(list(many.segments)))
        pk = data.draw(st.sampled_from(list(many.people)))
        if rules.problems(rule, context):
            return

        answer = explaining.explain(rule, Contact(pk=pk), context)

        assert answer.is_met == a_reading(many, context).meets(rule, many.people[pk])


class TestRefusal:
    @given(data=st.data())
    @settings(steadily, max_examples=300)
    def test_it_says_what_is_wrong_or_answers(self, many, data):
        segments = list(many.segments)
        rule = data.draw(st.one_of(a_damaged_rule(segments), anything))
        before = copy.deepcopy(rule)

        found = rules.problems(rule, many.context)
        words = rules.describe(rule, many.context)

        assert words.encode()
        assert repr(rule) == repr(before)
        if found:
            with pytest.raises(rules.Broken) as broken:
                rules.compile(rule, many.context)
            assert broken.value.problems == found
            assert all(isinstance(row.path, tuple) and row.message.encode() for row in found)
        else:
            list(membership.matching(rule, many.context))

    @given(rule=anything)
    @settings(steadily, max_examples=200)
    def test_it_refuses_in_form_with_broken_alone(self, rule):
        try:
            rules.check(rule)
        except rules.Broken as broken:
            assert broken.problems
        else:
            assert list(rules.conditions(rule)) is not None
