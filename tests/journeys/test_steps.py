"""What may be written in a step, before anybody asks whether the site knows it."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from apps.accounts.models import Site
from apps.journeys.models import (
    CheckStep,
    Journey,
    SplitStep,
    StartStep,
    TagStep,
    TrackStep,
    UpdateStep,
    WaitStep,
)

GERMAN = {"field": "language", "op": "is", "value": "de"}


def wrong(step):
    """What forms and imports say of the step, by field; of what its kind has, not of its place."""
    try:
        step.clean_fields(exclude=["journey", "name", "polymorphic_ctype", "step_ptr"])
    except ValidationError as error:
        return error.message_dict
    return {}


def branch(key="a", name="A", rule=GERMAN):
    return {"key": key, "name": name, "rule": rule}


def path(key="a", name="A", weight=1):
    return {"key": key, "name": name, "weight": weight}


class TestCheck:
    def test_it_takes_branches_with_names_of_their_own(self):
        step = CheckStep(branches=[branch(), branch("b", "B")])

        assert (wrong(step), step.problem()) == ({}, "")

    @pytest.mark.parametrize(
        ("branches", "message"),
        [
            ({"a": 1}, "This is a list, each part of which is a branch."),
            ([], "Add a rule to check."),
            ([1], "Each branch has these parts: key, name, rule."),
            ([{"key": "a"}], "Each branch has these parts: key, name, rule."),
            ([branch(str(n), str(n)) for n in range(21)], "At most 20 of them, please."),
            ([branch(""), branch("b")],
             "The key of a branch has small letters from a to z, digits, _ and - only."),
            ([branch("x" * 41)],
             "The key of a branch has small letters from a to z, digits, _ and - only."),
            ([branch(), branch(name="B")],
             "The key “a” is taken; each branch needs one of its own."),
            ([branch("none")], "The key “none” is taken; each branch needs one of its own."),
            ([branch(name=" ")], "Each branch needs a name."),
            ([branch(name=None)], "Each branch needs a name."),
            ([branch(), branch("b", "a ")],
             "Two are called “a ”; each branch needs a name of its own."),
            ([branch(rule=[])], "“A”: Each part of a rule is an object."),
            ([branch(rule={"all": []})], "“A”: The group “all” needs a list of conditions."),
        ],
    )  # fmt: skip
    def test_it_says_what_is_wrong_with_them(self, branches, message):
        step = CheckStep(branches=branches)

        assert wrong(step) == {"branches": [message]}

    def test_it_may_be_unfinished_but_not_published(self):
        everybody = CheckStep(branches=[branch(rule={})])

        assert wrong(everybody) == {}
        assert everybody.problem() == "“A” asks for nothing, so everybody meets it."


class TestSplit:
    def test_it_takes_weights(self):
        step = SplitStep(paths=[path(weight=3), path("b", "B", 7)])

        assert (wrong(step), step.problem()) == ({}, "")

    @pytest.mark.parametrize("weight", [0, -1, 1.5, True, "2", None, 10_001, float("nan")])
    def test_a_weight_is_a_positive_whole_number(self, weight):
        message = "The weight of “A” is a whole number from 1 to 10000."

        assert wrong(SplitStep(paths=[path(weight=weight)])) == {"paths": [message]}

    def test_it_needs_two_paths_to_be_published(self):
        step = SplitStep(paths=[path()])

        assert (wrong(step), step.problem()) == ({}, "A split needs two paths.")


def change(op="set", name="plan", **value):
    return {"op": op, "name": name, **value}


class TestUpdate:
    @pytest.mark.parametrize(
        "row",
        [
            change(value="gold"),
            change(value="Hi {{ state.name | friend }}"),
            change(value=[1, "a", True]),
            change(value=0),
            change("unset"),
            change("add", value="{{ event.colour }}"),
            change("increment", value=-2.5),
            change("increment", value="{{ event.points }}"),
            change("increment", value="12"),
        ],
    )
    def test_it_takes_changes(self, row):
        step = UpdateStep(changes=[row])

        assert (wrong(step), step.problem()) == ({}, "")

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (1, "This is a list of changes."),
            (change("drop"), "A property can be set, unset, added to, or incremented."),
            (change(["set"]), "A property can be set, unset, added to, or incremented."),
            (change(value=1, more=2), "A change has these parts: name, op, value."),
            (change(name="", value=1), "“” cannot be the name of a property."),
            (change(name=3, value=1), "“3” cannot be the name of a property."),
            (change(name='a"b', value=1), "“a\"b” cannot be the name of a property."),
            (change(), "plan: write the value, or unset the property."),
            (change(value={"a": 1}),
             "plan: A value is a text, a number, yes or no, or a list of these."),
            (change(value=[[1]]),
             "plan: A value is a text, a number, yes or no, or a list of these."),
            (change(value=float("inf")), "plan: This number is too large."),
            (change(value=float("nan")), "plan: This number is too large."),
            (change(value=10**400), "plan: This number is too large."),
            (change(value="{{ label.hi }}"), "plan: Label tags are for messages only."),
            (change("increment", value="much"),
             "plan: write the number to count up by, or a tag."),
            (change("increment", value=True),
             "plan: write the number to count up by, or a tag."),
        ],
    )  # fmt: skip
    def test_it_says_what_is_wrong_with_them(self, row, message):
        assert wrong(UpdateStep(changes=[row])) == {"changes": [message]}

    def test_it_needs_a_change(self):
        assert wrong(UpdateStep(changes=[])) == {"changes": ["Add a property to change."]}

    @pytest.mark.parametrize("text", ["{{ state.x", "{{ person.x }}", "{{ state.x | upcas }}"])
    def test_it_says_where_a_tag_is_wrong(self, text):
        (message,) = wrong(UpdateStep(changes=[change(value=text)]))["changes"]

        assert message.startswith("plan: ")
        assert "line 1" in message


class TestTrack:
    def test_it_takes_a_name_and_properties(self):
        step = TrackStep(
            journey=Journey(), event="level_up", properties={"level": "{{ state.level }}", "n": 1}
        )

        assert (wrong(step), step.problem()) == ({}, "")

    @pytest.mark.parametrize("name", ["session_started", "push_clicked", "journey_x"])
    def test_it_refuses_names_of_the_house(self, name):
        message = "Names that begin like this are tracked by Pushdesk itself."

        assert wrong(TrackStep(event=name)) == {"event": [message]}

    @pytest.mark.parametrize("name", ["a b", "a\n", "é!", "{{ state.x }}"])
    def test_it_refuses_what_no_event_is_called(self, name):
        message = "The name of an event has letters, digits, and _ . : - only."

        assert wrong(TrackStep(event=name)) == {"event": [message]}

    @pytest.mark.parametrize(
        ("properties", "message"),
        [
            ([], "Properties are names with values."),
            ({'"': 1}, '“"” cannot be the name of a property.'),
            ({"a": None}, "a: A value is a text, a number, yes or no, or a list of these."),
            ({f"p{n}": 1 for n in range(101)}, "An event has at most 100 properties."),
            ({"a": "x" * 16_000}, "An event holds at most 16000 bytes."),
        ],
    )
    def test_it_says_what_is_wrong_with_properties(self, properties, message):
        step = TrackStep(journey=Journey(), event="level_up", properties=properties)

        assert wrong(step) == {"properties": [message]}
        assert step.problem() == message

    @pytest.mark.parametrize(
        ("reentry", "goes_round"),
        [("once", False), ("pause", False), ("not_inside", True), ("every", True),
         ("restart", True)],
    )  # fmt: skip
    def test_it_must_not_bring_the_contact_back_without_end(self, reentry, goes_round):
        journey = Journey(entry_event="level_up", reentry=reentry)
        step = TrackStep(journey=journey, event="level_up")

        assert step.problem().startswith("“level_up” lets contacts into this") is goes_round


class TestTag:
    @pytest.mark.parametrize("source", ["state.x", "event.order.total", "state.Mon âge"])
    def test_it_takes_a_name_and_a_source(self, source):
        assert wrong(TagStep(tag="price_2", source=source)) == {}

    @pytest.mark.parametrize("tag", ["2nd", "a-b", "a b", "prix€", "a\n"])
    def test_its_name_can_be_written_in_a_tag(self, tag):
        message = "A tag has letters from a to z, digits and _ only, and begins with a letter."

        assert wrong(TagStep(tag=tag, source="state.x")) == {"tag": [message]}

    def test_its_source_is_of_the_contact_or_the_event(self):
        message = "Write a property as state.first_name, or one of the event as event.price."

        for source in ("journey.x", "x", "states.x"):
            assert wrong(TagStep(tag="x", source=source)) == {"source": [message]}

    def test_its_source_names_a_property(self):
        step = TagStep(tag="x", source="event.")

        assert wrong(step) == {"source": ["Write which property of the event is meant."]}


class TestStart:
    def problem(self, site=1, journey=1, **values):
        target = Journey(pk=2, site_id=1, name="Other", entry_kind="call", live_version_id=1)
        for name, value in values.items():
            setattr(target, name, value)
        mine = Journey(pk=journey, site=Site(pk=site))
        return StartStep(journey=mine, target=target).problem()

    def test_it_starts_one_that_is_called_and_live(self):
        assert self.problem() == ""

    def test_it_starts_neither_itself_nor_what_belongs_to_others(self):
        assert self.problem(journey=2) == "A journey cannot start itself."
        assert self.problem(site=3) == "“Other” belongs to another site."

    def test_it_says_what_its_target_lacks(self):
        not_called = "“Other” is not one that is entered by the API or another journey."

        assert self.problem(entry_kind="event") == not_called
        assert self.problem(live_version_id=None) == "“Other” is not published."


class TestSummary:
    """What the card of a step says below its name."""

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"amount": 1, "unit": "hours"}, "1 hour"),
            ({"until": "date", "on_date": date(2026, 12, 1)}, "Until 1 December 2026"),
            ({"until": "date", "on_date": date(2026, 12, 1), "at_time": time(9)},
             "Until 1 December 2026, 09:00"),
            ({"until": "date"}, ""),
            ({"until": "property", "property": "birthday"}, "Until the date in birthday"),
            ({"until": "hour", "at_time": time(18, 30)}, "Until 18:30"),
            ({"until": "hour", "at_time": time(9), "weekdays": [0, 4]},
             "Until Monday or Friday, 09:00"),
        ],
    )  # fmt: skip
    def test_a_wait_says_until_when(self, values, words):
        assert WaitStep(**values).summary() == words

    def test_an_update_says_what_it_does_to_which_property(self):
        changes = [
            {"op": "set", "name": "vip", "value": True},
            {"op": "increment", "name": "orders", "value": 1},
            {"op": "add", "name": "tags", "value": "sale"},
            {"op": "unset", "name": "old"},
        ]

        assert UpdateStep(changes=changes).summary() == (
            "Sets vip, increases orders, adds to tags, removes old"
        )
