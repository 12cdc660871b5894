import pytest

from apps.segments import rules
from tests.segments.contexts import a_context, did, field, in_segment, last, measured, period

GERMAN = field("language", "is", "de")


def said(rule, context=None, **options):
    """The path and the words of each problem."""
    found = rules.problems(rule, context or a_context(), **options)
    return [(problem.path, problem.message) for problem in found]


class TestProblems:
    @pytest.mark.parametrize(
        "rule",
        [
            {},
            GERMAN,
            field("language", "is_set", False),
            field("push_status", "any_of", ["ask", "suspended"]),
            field("reachable", "is", True),
            field("device.form_factor", "is", "mobile"),
            field("sessions", "between", [0, 1_000_000]),
            field("state.city", "contains", "ö" * 500),
            field("state.orders", "between", [-1e15, 1e15]),
            field("state.vip", "is", False),
            field("state.born", "on", "1990-02-03"),
            field("state.born", "after", "1990-02-03T10:00+01:00"),
            field("state.born", "today", None),
            field("state.tags", "has_any", ["a"] * 1000),
            did(when=last(30), where=[field("price", "gt", 20.5), field("item", "is", "hat")]),
            did(op="is", value=0, when={"op": "before", "value": "2026-01-01"}),
            measured("sum", "gte", 100.5),
            measured("sum", "is_set", False),
            field("sessions", "is_set", False),
            field("device.last_seen", "more_than_ago", period(30)),
            field("state.born", "between", ["2026-10-25", "2026-10-25T10:00"]),
            field("state.born", "between", ["2026-10-25T10:00", "2026-10-25"]),
            field("state.born", "between", ["2026-10-25T10:00+13:00", "2026-10-24"]),
        ],
    )
    def test_it_finds_none_in_what_can_be_asked(self, rule):
        assert said(rule) == []

    @pytest.mark.parametrize(
        ("rule", "path", "message"),
        [
            (field("shoe_size", "is", 43), ("field",), "Nothing is known as “shoe_size” here."),
            (field("state.shoes", "is", 43), ("field",), "Nothing is known as “shoes” here."),
            (field(5, "is", 43), ("field",), "Nothing is known as “5” here."),
            (
                field("language", "gt", "de"),
                ("op",),
                "“Language” is a text now and cannot be asked with “is greater than”.",
            ),
            (
                field("state.orders", "starts_with", "1"),
                ("op",),
                "“orders” is a number now and cannot be asked with “starts with”.",
            ),
            (
                field("reachable", "is_set", True),
                ("op",),
                "“Core: push enabled, user has at least one device” is a yes or no now and "
                "cannot be asked with “is set”.",
            ),
            (
                field("state.orders", "gt", "many"),
                ("value",),
                "“orders is greater than”: Write a number, for example 20 or 9.5.",
            ),
            (
                field("push_status", "is", "happy"),
                ("value",),
                "“happy” is no value of “Push status of the last session”.",
            ),
            (
                field("device.form_factor", "any_of", ["mobile", "watch"]),
                ("value",),
                "“watch” is no value of “Form factor”.",
            ),
            (did("sale"), ("event",), "No event “sale” has been seen on this site."),
            (
                did(value=1.5),
                ("value",),
                "“Times is at least”: Write a whole number of times, from 0 to 1,000,000.",
            ),
            (measured("sum", "gt", 5, of="item"), ("of",), "“purchase” has no number “item”."),
            (
                did(when={"op": "is_set", "value": True}),
                ("when", "op"),
                "“When” is a date now and cannot be asked with “is set”.",
            ),
            (
                did(when=last(0)),
                ("when", "value"),
                "“When is in the last”: Write a whole number and choose minutes, hours, days or "
                "weeks.",
            ),
            (
                did(where=[field("price", "gt", 1), field("colour", "is", "red")]),
                ("where", 1, "field"),
                "Nothing is known as “colour” here.",
            ),
            (
                field("sessions", "between", [3, 2]),
                ("value",),
                "“Number of sessions is between”: Nothing lies between them: the first is the "
                "greater one.",
            ),
            (
                field("first_seen", "between", ["2026-10-26", "2026-10-25"]),
                ("value",),
                "“First seen is between”: Nothing lies between them: the first is the later one.",
            ),
            (in_segment(7), ("segment",), "This segment does not exist any more."),
        ],
    )
    def test_it_says_what_is_wrong_and_where(self, rule, path, message):
        assert said({"all": [GERMAN, rule]}) == [(("all", 1, *path), message)]

    @pytest.mark.parametrize(
        ("name", "op", "value"),
        [
            ("language", "is", ""),
            ("language", "is", None),
            ("language", "is", 5),
            ("language", "is", "a\x00b"),
            ("language", "is", "\ud800"),
            ("language", "is", "x" * 501),
            ("language", "any_of", []),
            ("language", "any_of", "de"),
            ("language", "any_of", ["de", 5]),
            ("language", "any_of", ["de"] * 1001),
            ("language", "is_set", "yes"),
            ("push_status", "is", True),
            ("push_status", "any_of", ["ask", 5]),
            ("sessions", "gt", 2.5),
            ("sessions", "gt", -1),
            ("sessions", "gt", True),
            ("sessions", "between", [1]),
            ("state.orders", "is", True),
            ("state.orders", "is", "5"),
            ("state.orders", "is", float("nan")),
            ("state.orders", "is", float("inf")),
            ("state.orders", "is", 1.1e15),
            ("state.orders", "is", 10**400),
            ("sessions", "gt", 10**400),
            ("state.orders", "between", [1, 2, 3]),
            ("state.orders", "between", [10, 5]),
            ("sessions", "between", [3, 2]),
            ("state.born", "between", ["2026-10-26", "2026-10-25T10:00"]),
            ("state.born", "between", ["2026-10-25T10:01", "2026-10-25 10:00"]),
            ("state.vip", "is", 1),
            ("state.born", "on", "1990-02-30"),
            ("state.born", "on", "1990-02-03T10:00"),
            ("state.born", "before", "tomorrow"),
            ("state.born", "between", ["1990-02-03"]),
            ("state.born", "today", "2026-01-01"),
            ("state.born", "in_last", 7),
            ("state.born", "in_last", {"amount": 7}),
            ("state.born", "in_last", period(7.5)),
            ("state.born", "in_last", period(-7)),
            ("state.born", "in_last", period(100_001)),
            ("state.born", "in_last", period(7, "years")),
            ("state.tags", "has", ["a"]),
        ],
    )
    def test_it_refuses_a_value_that_does_not_fit(self, name, op, value):
        (found,) = rules.problems(field(name, op, value), a_context())

        assert found.path == ("value",)

    def test_it_shows_a_condition_as_broken_when_the_type_is_corrected(self):
        rule = field("state.orders", "gt", 5)
        corrected = a_context(properties={"orders": "text"})

        assert said(rule) == []
        assert said(rule, corrected) == [
            (("op",), "“orders” is a text now and cannot be asked with “is greater than”.")
        ]

    def test_it_keeps_words_short_and_showable(self):
        (found,) = rules.problems(field("state." + "\ud800" * 1000, "is", 1), a_context())

        assert found.message == f"Nothing is known as “{'?' * 100}” here."


class TestNestedSegments:
    def test_it_finds_what_is_broken_in_them(self):
        context = a_context({1: field("state.gone", "is", "x"), 2: in_segment(1)})

        assert said(in_segment(2), context) == [
            (
                ("segment",),
                "The segment “Segment 2” is broken: The segment “Segment 1” is broken: "
                "Nothing is known as “gone” here.",
            )
        ]

    def test_it_names_a_cycle(self):
        context = a_context({1: in_segment(2), 2: {"none": [in_segment(3)]}, 3: in_segment(1)})

        ((path, message),) = said(context.segments[1].rule, context, inside=(1,))

        assert path == ("segment",)
        assert message.endswith(
            "The segments would ask each other for ever: "
            "Segment 1 → Segment 2 → Segment 3 → Segment 1."
        )

    def test_it_names_a_segment_that_asks_for_itself(self):
        context = a_context({1: in_segment(1)})

        assert said(in_segment(1), context, inside=(1,)) == [
            (("segment",), "The segments would ask each other for ever: Segment 1 → Segment 1.")
        ]

    def test_it_finds_a_cycle_that_it_only_leads_to(self):
        context = a_context({1: in_segment(2), 2: in_segment(1), 3: in_segment(1)})

        ((_, message),) = said(in_segment(3), context)

        assert "for ever: Segment 3 → Segment 1 → Segment 2 → Segment 1." in message

    @pytest.mark.parametrize("op", ["is", None, 5])
    def test_it_knows_two_ways_of_membership(self, op):
        assert said(in_segment(1, op), a_context({1: None})) == [
            (("op",), "A contact is in a segment or is not in it.")
        ]

    @pytest.mark.parametrize("pk", [True, "1", 1.0, None])
    def test_it_takes_an_id_for_a_segment_alone(self, pk):
        assert said(in_segment(pk), a_context({1: None})) == [
            (("segment",), "This segment does not exist any more.")
        ]

    def test_it_bounds_how_deep_they_stand_in_each_other(self):
        chain = {number: in_segment(number - 1) for number in range(2, 60)}
        context = a_context({1: GERMAN, **chain})

        assert said(in_segment(5), context) == []
        ((_, message),) = said(in_segment(6), context)
        assert message.endswith("Segments stand in each other at most 5 deep.")
        assert len(said(in_segment(59), context)) == 1

    def test_it_bounds_what_they_come_to_together(self):
        many = {"any": [in_segment(1)] * 100}
        context = a_context({1: {"all": [GERMAN] * 2}, 2: many, 3: many, 4: {"any": [did()] * 20}})

        assert said(in_segment(2), context) == [
            ((), "Together with the segments that it names, a rule has at most 300 conditions.")
        ]
        assert said({"any": [in_segment(4)] * 4}, context) == [
            (
                (),
                "Together with the segments that it names, a rule asks for events at most 60 "
                "times.",
            )
        ]

    def test_it_bounds_the_number_of_values(self):
        rule = {"any": [field("language", "any_of", ["de"] * 1000)] * 6}

        assert said(rule) == [
            ((), "Together with the segments that it names, a rule has at most 5,000 values.")
        ]

    def test_it_looks_at_each_segment_once(self):
        # A hundred names of a hundred names of …: for ever, if each were followed.
        rows = {1: GERMAN}
        for number in range(2, 6):
            rows[number] = {"any": [in_segment(number - 1)] * 100}

        ((_, message),) = said(in_segment(5), a_context(rows))

        assert message.endswith("a rule has at most 300 conditions.")


class TestRequire:
    def test_it_raises_every_problem(self):
        rule = {"all": [field("a", "is", "b"), GERMAN, did("c")]}

        with pytest.raises(rules.Broken) as broken:
            rules.require(rule, a_context())

        assert broken.value.problems == rules.problems(rule, a_context())
        assert broken.value.messages == [
            "Nothing is known as “a” here.",
            "No event “c” has been seen on this site.",
        ]

    def test_it_lets_pass_what_can_be_asked(self):
        assert rules.require(GERMAN, a_context()) is None
