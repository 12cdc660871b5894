import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys import documents
from apps.journeys.models import Lead, PushStep, SplitStep
from tests.factories import a_push
from tests.journeys.builder.house import Builder, a_draft, a_line, a_wait, flow_of
from tests.journeys.builder.house import said as said_to

LINE = (["One", "Two", "Three"], ["One.done → Two", "Two.done → Three"])


@pytest.fixture
def line(journey):
    return a_line(journey, "One", "Two", "Three")


class TestMoving:
    def test_it_moves_a_step(self, builder, journey, line):
        one, _, three = line

        said = builder.edit("move", key=one.key, step=three.key, outcome="done")

        assert said == "Moved “One”."
        assert flow_of(journey) == (
            ["Two", "Three", "One"],
            ["Two.done → Three", "Three.done → One"],
        )

    def test_it_can_be_undone_and_done_again(self, builder, journey, line):
        builder.edit("move", key=line[2].key, step="", outcome="")

        said = [builder.edit("undo")]
        undone = flow_of(journey)
        said.append(builder.edit("redo"))

        assert said == ["Undone: Moved “Three”.", "Done again: Moved “Three”."]
        assert undone == LINE
        assert flow_of(journey)[0] == ["Three", "One", "Two"]

    def test_it_says_that_there_is_nothing_to_undo(self, builder, line):
        assert builder.edit("undo") == "There is nothing to undo."
        assert builder.edit("redo") == "There is nothing to do again."

    @pytest.mark.parametrize(
        "place", [("gone", "done"), ("", "gone"), ("\x00", "done"), ("x" * 5000, "")]
    )
    def test_it_refuses_a_place_that_is_not_there(self, builder, journey, line, place):
        step, outcome = place

        said = builder.edit("move", key=line[0].key, step=step, outcome=outcome)

        assert said == "This place is not in the journey any more."
        assert flow_of(journey) == LINE


class TestDeleting:
    def test_it_asks_how_much_is_to_go(self, builder, line):
        dialog = builder.get(f"flow/delete/{line[0].key}/")

        assert "“Two” takes its place." in dialog.content.decode()
        assert [step.name for step in dialog.context["below"]] == ["Two", "Three"]

    def test_it_deletes_one(self, builder, journey, line):
        said = builder.edit("delete", key=line[1].key)

        assert said == "Deleted “Two”."
        assert flow_of(journey) == (["One", "Three"], ["One.done → Three"])

    def test_it_deletes_one_with_its_branch_and_brings_all_back(self, builder, journey, line):
        said = builder.edit("delete", key=line[1].key, branch="1")
        assert (said, flow_of(journey)) == ("Deleted “Two” and 1 more.", (["One"], []))

        builder.edit("undo")

        assert flow_of(journey) == LINE
        assert [step.key for step in journey.steps.all()] == [step.key for step in line]


class TestDuplicating:
    def test_the_copy_follows(self, builder, journey, line):
        builder.edit("duplicate", key=line[0].key)

        assert flow_of(journey)[0] == ["One", "One (copy)", "Two", "Three"]

    def test_a_push_is_copied_with_its_alternatives(self, builder, journey):
        first, second = a_push(journey.site, name="A"), a_push(journey.site, name="B")
        step = PushStep.objects.create(journey=journey, name="Send", push=first, share=3)
        step.alternatives.create(push=second, share=7)

        builder.edit("duplicate", key=step.key)

        copy = PushStep.objects.get(name="Send (copy)")
        assert copy.pushes() == [(first, 3), (second, 7)]

    def test_a_last_step_has_no_copy(self, builder, journey):
        builder.add("leave")

        said = builder.edit("duplicate", key=journey.steps.get().key)

        assert said == "Nothing comes after this step, so there is no place for a copy."


class TestLeading:
    def test_it_leads_back_to_a_step(self, builder, journey, line):
        said = builder.edit("lead", step=line[2].key, outcome="done", target=line[0].key)

        assert said == "“Time is over” leads to “One”."
        assert flow_of(journey)[1][-1] == "Three.done → One"

    def test_it_leads_to_the_end_and_loses_nothing(self, builder, journey, line):
        said = builder.edit("lead", step=line[0].key, outcome="done", target="")

        assert said == "“Time is over” leads to the end."
        assert flow_of(journey) == (["One", "Two", "Three"], ["Two.done → Three"])
        assert len(builder.page().context["picture"].lost) == 1

    def test_it_refuses_a_step_of_another_journey(self, builder, journey, line):
        (other,) = a_line(a_draft(journey.site, "Other"), "Other")

        said = builder.edit("lead", step=line[0].key, outcome="done", target=other.key)

        assert said == "This step is not in the journey any more."
        assert flow_of(journey) == LINE


class TestTwoPeople:
    @pytest.mark.parametrize("verb", ["move", "duplicate", "delete", "lead", "undo", "redo"])
    def test_the_second_is_told_and_nothing_is_lost(self, client, builder, journey, line, verb):
        builder.edit("move", key=line[2].key, step="", outcome="")
        seen = builder.seen()
        builder.edit("duplicate", key=line[0].key)
        now = flow_of(journey)

        said = builder.edit(verb, key=line[1].key, step="", outcome="", seen=seen)

        assert said == (
            "You have changed this journey meanwhile in another window: “Duplicated “One””. "
            "Here it is as it is now: please do it again if it still fits."
        )
        assert flow_of(journey) == now


class TestRoom:
    def test_there_are_as_many_steps_as_can_be_undone(self, builder, journey, line):
        for number in range(documents.MAX_STEPS - 3):
            a_wait(journey, f"More {number}")

        said = builder.edit("duplicate", key=line[0].key)

        added = said_to(builder.add("leave", (line[0].key, "done")))

        assert said == added == "A journey has at most 200 steps."
        assert journey.steps.count() == documents.MAX_STEPS


class TestHostileRequests:
    @pytest.mark.parametrize("verb", ["move", "duplicate", "delete"])
    def test_a_step_of_another_journey_is_not_found(self, builder, journey, line, verb):
        (other,) = a_line(a_draft(journey.site, "Other"), "Other")
        seen = builder.seen()

        answer = builder.post(f"flow/edit/{verb}/", seen=seen, key=other.key)

        assert answer.status_code == 404
        assert builder.get(f"flow/step/{other.key}/").status_code == 404
        assert builder.get(f"flow/delete/{other.key}/").status_code == 404
        assert flow_of(other.journey)[0] == ["Other"]
        assert flow_of(journey) == LINE

    @pytest.mark.parametrize("verb", ["explode", "__class__"])
    def test_a_verb_that_is_none_is_not_found(self, builder, verb):
        assert builder.post(f"flow/edit/{verb}/").status_code == 404

    def test_edits_are_not_made_by_looking(self, builder, line):
        assert builder.get("flow/edit/delete/").status_code == 405


class TestCost:
    def test_a_lead_costs_the_same_in_a_short_flow_and_in_a_long_one(self, builder, journey):
        a_line(journey, "One", "Two")
        costs = []
        for _ in range(2):
            first, last = journey.steps.first(), journey.steps.last()
            seen, lead = builder.seen(), {"step": last.key, "outcome": "done"}
            with CaptureQueriesContext(connection) as queries:
                builder.post("flow/edit/lead/", seen=seen, target=first.key, **lead)
            costs.append(len(queries))
            builder.edit("lead", target="", **lead)
            for number in range(10):
                last = a_wait(journey, f"More {number}", last)

        assert costs[0] == costs[1]


class TestOutcomesThatAreGone:
    def test_a_lead_by_one_is_left_out(self, builder, journey, line):
        split = SplitStep.objects.create(
            journey=journey,
            name="Split",
            position=0,
            paths=[{"key": "a", "name": "A", "weight": 1}],
        )
        Lead.objects.create(step=split, outcome="a", target=line[0])
        Lead.objects.create(step=split, outcome="gone", target=line[1])

        assert Builder.page(builder).status_code == 200
