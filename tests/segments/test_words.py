import pytest

from apps.segments import rules
from tests.segments.contexts import a_context, did, field, in_segment, last, measured, period

GERMAN = field("language", "is", "de")
ASK = field("push_status", "is", "ask")


class TestDescribe:
    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ({}, "Everybody"),
            (GERMAN, "Language is de"),
            ({"all": [GERMAN]}, "Language is de"),
            (ASK, "Push status of the last session is Ask"),
            (
                field("push_status", "none_of", ["not_supported", "blocked"]),
                "Push status of the last session is none of Not supported or Blocked",
            ),
            (
                field("reachable", "is", True),
                "Core: push enabled, user has at least one device is yes",
            ),
            (field("state.city", "not_contains", "Bad"), "city does not contain Bad"),
            (field("state.city", "is_set", True), "city is set"),
            (field("state.city", "is_set", False), "city is not set"),
            (field("state.orders", "between", [1, 2.5]), "orders is between 1 and 2.5"),
            (field("state.vip", "is", False), "vip is no"),
            (field("state.born", "today", None), "born is today"),
            (field("state.born", "in_last", period(1, "weeks")), "born is in the last 1 week"),
            (field("state.tags", "has_any", ["a", "b"]), "tags has any of a or b"),
            (
                field("language", "any_of", list("abcdefghijkl")),
                "Language is any of a or b or c or d or e or f or g or h or i or j or 2 more",
            ),
            (did(), "did purchase"),
            (did(op="gt", value=0), "did purchase"),
            (did(op="is", value=0), "did not do purchase"),
            (did(op="lt", value=1), "did not do purchase"),
            (
                did(op="gte", value=3, when=last(30)),
                "did purchase at least 3 times, in the last 30 days",
            ),
            (did(op="is", value=1), "did purchase exactly 1 time"),
            (did(op="between", value=[2, 4]), "did purchase between 2 and 4 times"),
            (
                did(
                    when={"op": "before", "value": "2026-01-01"},
                    where=[field("price", "gt", 20), field("item", "is", "hat")],
                ),
                "did purchase, before 2026-01-01, where price is greater than 20 and item is hat",
            ),
            (measured("sum", "gte", 100), "the sum of price of purchase is at least 100"),
            (
                measured("max", "between", [1, 2]),
                "the greatest price of purchase is between 1 and 2",
            ),
            (
                measured("min", "is_set", False),
                "the least price of purchase is not set",
            ),
            (field("sessions", "is_set", False), "Number of sessions is not set"),
            (
                field("device.first_seen", "in_last", period(3)),
                "Device first seen is in the last 3 days",
            ),
            (in_segment(7), "is in “Segment 7”"),
            (in_segment(7, "not_in"), "is not in “Segment 7”"),
            (
                {"none": [GERMAN, ASK]},
                "none of: Language is de or Push status of the last session is Ask",
            ),
            (
                {"all": [{"any": [ASK, in_segment(7)]}, {"none": [did()]}, GERMAN]},
                "(Push status of the last session is Ask or is in “Segment 7”) "
                "and (none of: did purchase) and Language is de",
            ),
        ],
    )
    def test_it_says_it_as_people_do(self, rule, words):
        assert rules.problems(rule, a_context({7: None})) == []
        assert rules.describe(rule, a_context({7: None})) == words

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            (field("state.gone", "starts_with", "x"), "gone starts with x"),
            (field("language", "gt", 5), "Language is greater than 5"),
            (field("push_status", "is", "happy"), "Push status of the last session is happy"),
            (field("state.born", "in_last", 7), "born is in the last 7"),
            (did("sale", op=None, value=None), "did sale None  times"),
            (in_segment(9), "is in a segment that does not exist any more"),
            (in_segment(7, "on"), "on “Segment 7”"),
            (5, "a rule that cannot be read"),
            ({"all": []}, "a rule that cannot be read"),
            ({"field": "language"}, "a rule that cannot be read"),
        ],
    )
    def test_it_says_what_it_can_of_a_broken_one(self, rule, words):
        assert rules.describe(rule, a_context({7: None})) == words
