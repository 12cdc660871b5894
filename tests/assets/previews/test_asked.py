import pytest

from apps.assets.previews import asked
from tests.segments.contexts import a_context, did, field, in_segment, period

VIP = field("state.vip", "is", True)
GERMAN = field("language", "is", "de")
FIREFOX = field("device.browser", "is", "Firefox")


def nodes(*rules, **segments):
    context = a_context({int(name[1:]): rule for name, rule in segments.items()})
    return asked.conditions(rules, context), context


class TestConditions:
    def test_those_of_segments_are_among_them_once(self):
        found, _ = nodes(
            {"all": [GERMAN, in_segment(1)]}, in_segment(1, "not_in"), {}, s1={"none": [VIP]}
        )

        assert found == [GERMAN, VIP]

    @pytest.mark.parametrize("rule", [field("state.gone", "is", "x"), in_segment(9), {"all": 1}])
    def test_a_rule_that_cannot_be_asked_asks_nothing(self, rule):
        assert nodes(rule)[0] == []


class TestState:
    def test_it_is_what_tags_can_name(self):
        found, _ = nodes({"any": [VIP, GERMAN, field("reachable", "is", True), did(), FIREFOX]})

        assert asked.state(found) == ["vip", "language"]


class TestLacking:
    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ({"all": [VIP, GERMAN]}, ""),
            (field("push_status", "is", "allowed"), ""),
            (FIREFOX, "Rules here ask for devices: a made-up contact has none."),
            (
                field("reachable", "is", True),
                "Rules here ask for devices: a made-up contact has none.",
            ),
            (did(), "Rules here ask for events: a made-up contact has none."),
            (in_segment(1), "Rules here ask for imported segments: a made-up contact has none."),
            (
                {
                    "any": [
                        did(),
                        FIREFOX,
                        field("sessions", "gte", 2),
                        field("unsubscribed", "is_set", True),
                    ]
                },
                "Rules here ask for devices, events, opt-outs and sessions: "
                "a made-up contact has none.",
            ),
            (
                field("push.last_clicked", "in_last", period(7)),
                "Rules here ask for pushes: a made-up contact has none.",
            ),
            (field("first_seen", "in_last", period(7)), "It counts as first seen now."),
        ],
    )
    def test_it_says_what_nobody_made_up_has(self, rule, words):
        assert asked.lacking(*nodes(rule, s1=None)) == words
