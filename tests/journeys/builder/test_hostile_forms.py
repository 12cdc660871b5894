"""Forms of the builder with what no browser sends, and what a journey is after them."""

import json

import pytest

from apps.journeys import documents
from apps.journeys.models import Edit, Journey, TrackStep, UpdateStep
from tests.factories import a_property
from tests.journeys.builder.house import a_draft, a_wait, errors, rows

WHERE = '[{"field": "price", "op": "gte", "value": %s}]'
TEXTS = {
    "nests without end": "[" * 100_000,
    "a number of thousands of digits": WHERE % ("9" * 5_000),
    "a number that is none": WHERE % "NaN",
    "a number without end": WHERE % "-Infinity",
    "half a character": WHERE % '"\\ud800"',
    "no JSON": "price > 20",
    "an object": '{"field": "price"}',
    "too long": WHERE % ('"' + "x" * 400_000 + '"'),
}


def is_whole(journey):
    """Whether the draft can be read and written as a document: cloned, exported, undone."""
    row = Journey.objects.get(pk=journey.pk)
    return documents.check(documents.read(row), row.site, journey=row) == []


class TestConditionsOnEvents:
    @pytest.mark.parametrize("what", TEXTS)
    def test_what_nothing_can_hold_is_said_at_the_field(self, builder, journey, what):
        answer = builder.save_terms("goal", goal_event="purchase", goal_where=TEXTS[what])

        assert list(errors(answer)) == ["id_goal_where"]
        assert Journey.objects.get(pk=journey.pk).goal_event == ""

    @pytest.mark.parametrize("what", TEXTS)
    def test_so_it_is_in_a_row_of_a_step(self, builder, journey, what):
        one = {"key": "a", "event": "purchase", "where": TEXTS[what]}

        answer = builder.add("event", amount=7, unit="days", **rows("events", one))

        assert list(errors(answer)) == ["id_events-0-where"]
        assert not journey.steps.exists()

    def test_the_character_nul_is_no_value(self, builder, journey):
        a_property(journey.site, "coupon", event="purchase")
        where = '[{"field": "coupon", "op": "is", "value": "a\\u0000b"}]'

        answer = builder.save_terms("goal", goal_event="purchase", goal_where=where)

        assert list(errors(answer)) == ["id_goal_where"]
        assert Journey.objects.get(pk=journey.pk).goal_where == []

    @pytest.mark.parametrize("text", ["", "  ", "null", "{}", "[]"])
    def test_nothing_is_no_condition(self, builder, journey, text):
        answer = builder.save_terms("goal", goal_event="purchase", goal_where=text)

        assert errors(answer) == {}
        assert Journey.objects.get(pk=journey.pk).goal_where == []


class TestValues:
    @pytest.mark.parametrize(
        ("text", "stored"),
        [
            ("NaN", "NaN"),
            ("Infinity", "Infinity"),
            ("-Infinity", "-Infinity"),
            ("1e999", "1e999"),
            ("9" * 400, "9" * 400),
            ("[" * 1_000, "[" * 1_000),
            ("[1, NaN]", [1, "NaN"]),
            ('["gold", 5, true]', ["gold", 5, True]),
            ('["\\u0000"]', '["\\u0000"]'),
            ("[]", "[]"),
            ("[[1]]", "[[1]]"),
            ('{"a": 1}', '{"a": 1}'),
            ("null", "null"),
            ('"gold"', '"gold"'),
            ("2.50", 2.5),
            ("true", True),
            ("007", "007"),
        ],
    )
    def test_each_is_kept_as_what_it_is(self, builder, journey, text, stored):
        change = {"op": "set", "name": "plan", "value": text}

        answer = builder.add("update", **rows("changes", change))

        assert errors(answer) == {}
        assert UpdateStep.objects.get().changes == [{"op": "set", "name": "plan", "value": stored}]
        assert is_whole(journey)

    def test_what_came_as_a_list_is_one_after_the_form_was_saved(self, builder, journey):
        changes = [{"op": "add", "name": "likes", "value": ["shoes", 7]}]
        update = UpdateStep.objects.create(journey=journey, name="Update", changes=changes)
        properties = {"tags": ["a", True]}
        track = TrackStep.objects.create(
            journey=journey, name="Track", event="seen", properties=properties, position=1
        )

        builder.save(update, name="Other")
        builder.save(track, name="Another")

        update.refresh_from_db()
        track.refresh_from_db()
        assert (update.name, update.changes) == ("Other", changes)
        assert (track.name, track.properties) == ("Another", properties)

    @pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "much", "[1]", "true", ""])
    def test_nobody_counts_up_by_what_is_no_number(self, builder, journey, text):
        change = {"op": "increment", "name": "visits", "value": text}

        answer = builder.add("update", **rows("changes", change))

        words = "Write by how much, as a number or a tag."
        assert errors(answer) == {"id_changes-0-value": [words]}
        assert not journey.steps.exists()

    def test_it_counts_up_by_what_a_tag_holds(self, builder, journey):
        change = {"op": "increment", "name": "spent", "value": "{{ event.total }}"}

        answer = builder.add("update", **rows("changes", change))

        assert errors(answer) == {}
        assert UpdateStep.objects.get().changes == [change]


class TestTerms:
    def test_a_day_that_is_written_twice_is_meant_once(self, builder, journey):
        builder.save_terms("entry", entry_kind="schedule", repeats="monthly",
                           month_days="15, 1, 15", at_time="09:00")  # fmt: skip
        builder.save_terms("entry", entry_kind="schedule", repeats="weekly",
                           weekdays=["4", "0", "4"], at_time="09:00")  # fmt: skip

        stored = Journey.objects.get(pk=journey.pk)
        assert (stored.month_days, stored.weekdays) == ([1, 15], [0, 4])
        assert is_whole(journey)

    def test_fifty_journeys_are_excluded_at_most(self, builder, journey):
        others = [a_draft(journey.site, f"Other {number}").pk for number in range(51)]

        answer = builder.save_terms("often", excluded=others)
        kept = Journey.objects.get(pk=journey.pk).excluded
        builder.save_terms("often", excluded=others[:50])

        assert errors(answer) == {"id_excluded": ["Choose at most 50 of them."]}
        assert kept == []
        assert len(Journey.objects.get(pk=journey.pk).excluded) == 50
        assert is_whole(journey)

    @pytest.mark.parametrize(
        ("group", "name", "value"),
        [
            ("general", "starts_at", "0001-01-01T00:00"),
            ("general", "ends_at", "9999-12-31T23:59"),
            ("exit", "timeout_hours", "87601"),
            ("exit", "timeout_hours", "20000000"),
            ("often", "max_entries", "9" * 20),
            ("often", "total_cap", str(2**31)),
        ],
    )
    def test_what_no_calendar_and_no_database_holds_is_refused(
        self, builder, journey, group, name, value
    ):
        before = Journey.objects.values().get(pk=journey.pk)

        answer = builder.save_terms(group, **{"reentry": "every", name: value})

        assert list(errors(answer)) == [f"id_{name}"]
        assert Journey.objects.values().get(pk=journey.pk) == before

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_nor_a_day_of_a_schedule(self, builder, journey, day):
        answer = builder.save_terms(
            "entry", entry_kind="schedule", repeats="once", on_date=day, at_time="23:59"
        )

        assert errors(answer) == {"id_on_date": ["Choose a day of this century."]}
        assert Journey.objects.get(pk=journey.pk).on_date is None


class TestNumbersOfSteps:
    @pytest.mark.parametrize("number", [str(2**31), str(2**63), "9" * 5_000, "1.5", "-1"])
    def test_one_that_no_database_holds_is_said_at_the_field(self, builder, journey, number):
        answer = builder.add("limit", most=number, period="day")

        assert list(errors(answer)) == ["id_most"]
        assert not journey.steps.exists()

    def test_a_form_that_is_not_stored_leaves_no_edit(self, builder, journey):
        step = a_wait(journey, "Breathe")

        builder.save(step, amount=json.dumps(10**18))

        assert not Edit.objects.exists()
