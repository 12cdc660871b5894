import pytest

from apps.segments.rules import grammar

GERMAN = {"field": "language", "op": "is", "value": "de"}
BOUGHT = {"event": "purchase", "measure": "count", "op": "gte", "value": 1}


def nested(groups):
    rule = GERMAN
    for _ in range(groups):
        rule = {"all": [rule]}
    return rule


def paths_of(rule):
    with pytest.raises(grammar.Broken) as broken:
        grammar.check(rule)
    return [problem.path for problem in broken.value.problems]


class TestCheck:
    @pytest.mark.parametrize(
        "rule",
        [
            {},
            GERMAN,
            BOUGHT,
            {"segment": 7, "op": "not_in"},
            {"none": [GERMAN, {"any": [BOUGHT, {"all": [GERMAN]}]}]},
            {**BOUGHT, "measure": "sum", "of": "price", "when": None, "where": []},
            nested(4),
        ],
    )
    def test_it_takes_what_has_the_form(self, rule):
        assert grammar.check(rule) is None

    @pytest.mark.parametrize(
        ("rule", "path"),
        [
            (None, ()),
            ([], ()),
            ("language is de", ()),
            ({"language": "de"}, ()),
            ({"all": []}, ()),
            ({"all": GERMAN}, ()),
            ({"all": [GERMAN], "any": [GERMAN]}, ()),
            ({"all": [GERMAN, {}]}, ("all", 1)),
            ({"any": [{"none": [GERMAN, 5]}]}, ("any", 0, "none", 1)),
            ({"field": "language", "op": "is"}, ()),
            ({**GERMAN, "more": 1}, ()),
            ({**GERMAN, "op": ["is"]}, ("op",)),
            ({**GERMAN, "field": {}}, ("field",)),
            ({**GERMAN, "value": [["de"]]}, ("value",)),
            ({**GERMAN, "value": {"a": {}}}, ("value",)),
            ({**BOUGHT, "measure": "average"}, ("measure",)),
            ({**BOUGHT, "of": "price"}, ("of",)),
            ({**BOUGHT, "measure": "sum"}, ("of",)),
            ({**BOUGHT, "when": {"op": "today"}}, ("when",)),
            ({**BOUGHT, "when": {"op": [], "value": None}}, ("when", "op")),
            ({**BOUGHT, "where": {}}, ("where",)),
            ({**BOUGHT, "where": [GERMAN, BOUGHT]}, ("where", 1)),
            ({**BOUGHT, "where": [{**GERMAN, "value": [{}]}]}, ("where", 0, "value")),
            ({**BOUGHT, "where": [GERMAN] * 21}, ("where",)),
            ({"segment": 7, "op": "in", "value": 1}, ()),
        ],
    )
    def test_it_says_where_it_is_broken(self, rule, path):
        assert paths_of(rule) == [path]

    def test_it_says_everything_at_once(self):
        rule = {"all": [5, GERMAN, {"any": []}, {**BOUGHT, "measure": 5}]}

        assert paths_of(rule) == [("all", 0), ("all", 2), ("all", 3, "measure")]

    def test_it_bounds_the_depth(self):
        with pytest.raises(grammar.Broken, match="Groups nest at most 5 deep"):
            grammar.check(nested(5))

    def test_it_bounds_the_number_of_conditions(self):
        grammar.check({"all": [GERMAN] * 100})
        with pytest.raises(grammar.Broken, match="at most 100 conditions"):
            grammar.check({"all": [GERMAN] * 101})

    def test_it_bounds_the_number_of_events(self):
        grammar.check({"all": [BOUGHT] * 20})
        with pytest.raises(grammar.Broken, match="asks for events at most 20 times"):
            grammar.check({"all": [BOUGHT] * 21})


class TestConditions:
    def test_it_yields_each_with_its_path(self):
        rule = {"all": [GERMAN, {"none": [BOUGHT]}]}

        found = list(grammar.conditions(rule))

        assert found == [(("all", 0), GERMAN), (("all", 1, "none", 0), BOUGHT)]

    def test_it_yields_nothing_for_everybody(self):
        assert list(grammar.conditions({})) == []


class TestSegmentsIn:
    def test_it_finds_those_that_are_named(self):
        rule = {"any": [{"segment": 7, "op": "in"}, {"none": [{"segment": 8, "op": "in"}]}, GERMAN]}

        assert grammar.segments_in(rule) == {7, 8}
        assert grammar.segments_in({}) == set()
