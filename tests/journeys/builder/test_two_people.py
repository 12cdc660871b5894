"""Two people, or two windows, at the same journey at once."""

import pytest

from apps.journeys.models import Edit, Journey
from tests.factories import a_user
from tests.journeys.builder.house import a_line, a_wait, flow_of, said

MEANWHILE = "Here it is as it is now: please do it again if it still fits."


@pytest.fixture
def other(builder, journey):
    """Somebody else with the same journey, who comes to it by `with`."""
    me = builder.page().wsgi_request.user
    them = a_user("Marketer")

    class Other:
        def __enter__(self):
            builder.client.force_login(them)
            return builder

        def __exit__(self, *exception):
            builder.client.force_login(me)

    found = Other()
    found.name = them.get_username()
    return found


def as_shown(builder):
    """What a page gives back with an edit of the flow."""
    page = builder.page().context
    return {"seen": page["seen"], "edits": page["edits"]}


class TestUndo:
    def test_it_takes_nothing_back_but_what_the_page_says(self, builder, journey, other):
        step = a_wait(journey, "Breathe")
        builder.edit("duplicate", key=step.key)
        shown = as_shown(builder)
        with other:
            builder.save(step, amount=9)

        answer = builder.post("flow/edit/undo/", **shown)

        step.refresh_from_db()
        who = f"{other.name} has changed this journey meanwhile: “Changed “Breathe””. "
        assert said(answer) == who + MEANWHILE
        assert (step.amount, journey.steps.count()) == (9, 2)

    def test_nor_a_term_that_somebody_else_has_written(self, builder, journey, other):
        builder.edit("duplicate", key=a_wait(journey, "Breathe").key)
        shown = as_shown(builder)
        with other:
            builder.save_terms("goal", goal_event="purchase")

        builder.post("flow/edit/undo/", **shown)

        assert Journey.objects.get(pk=journey.pk).goal_event == "purchase"
        assert journey.steps.count() == 2

    def test_what_two_have_written_at_nearly_the_same_time_is_undone_apart(
        self, builder, journey, other
    ):
        step = a_wait(journey, "Breathe")
        builder.save(step, amount=5)
        with other:
            builder.save(step, amount=6)

        builder.edit("undo")

        step.refresh_from_db()
        assert step.amount == 5
        who = list(Edit.objects.order_by("pk").values_list("by__username", "is_undone"))
        assert who[1] == (other.name, True)

    def test_nothing_is_done_again_that_somebody_else_has_taken_back(self, builder, journey, other):
        step = a_wait(journey, "Breathe")
        builder.save(step, name="One")
        builder.save_terms("goal", goal_event="purchase")
        builder.edit("undo")
        shown = as_shown(builder)
        with other:
            builder.edit("undo")

        builder.post("flow/edit/redo/", **shown)

        step.refresh_from_db()
        assert (step.name, Journey.objects.get(pk=journey.pk).goal_event) == ("Breathe", "")

    @pytest.mark.parametrize("edits", ["", "x", "0-0", "1-" + "9" * 5000])
    def test_a_page_that_says_nothing_of_it_undoes_nothing(self, builder, journey, edits):
        step = a_wait(journey, "Breathe")
        builder.save(step, amount=9)

        builder.edit("undo", edits=edits)

        step.refresh_from_db()
        assert step.amount == 9


class TestDeletedMeanwhile:
    def test_a_step_that_was_just_added_does_not_come_back(self, builder, journey, other):
        added = {"kind": "wait", "at_step": "", "at_outcome": "", "until": "duration"}
        written = {**added, "amount": 3, "unit": "days"}
        key = "aabbccddeeff"
        seen = builder.post(f"flow/step/{key}/", **written, seen="").context["panel_seen"]
        with other:
            builder.edit("delete", key=key)

        answer = builder.post(f"flow/step/{key}/", **written, seen=seen)

        assert answer.status_code == 404
        assert flow_of(journey) == ([], [])


class TestPublishing:
    def test_nobody_publishes_what_they_were_not_shown(self, builder, journey, other):
        one, _ = a_line(journey, "One", "Two")
        shown = builder.get("publish/").context["seen"]
        with other:
            builder.save(one, amount=9)

        builder.post("publish/", seen=shown)

        who = f"{other.name} has changed this journey meanwhile: “Changed “One””."
        messages = [str(message) for message in builder.page().context["messages"]]
        assert messages == [f"{who} Look at it as it is now, then publish it."]
        assert not journey.versions.exists()

    def test_what_was_shown_is_published(self, builder, journey):
        a_line(journey, "One")
        dialog = builder.get("publish/")
        shown = dialog.context["seen"]

        builder.post("publish/", seen=shown)

        assert f'name="seen" value="{shown}"' in dialog.content.decode()
        assert journey.versions.count() == 1

    def test_who_discarded_the_changes_is_named(self, builder, journey, other):
        one = a_wait(journey, "One")
        builder.post("publish/")
        builder.save(one, amount=9)
        seen = builder.get(f"flow/step/{one.key}/").context["seen"]
        with other:
            builder.post("do/discard/")

        mine = {"until": "duration", "amount": 7, "unit": "days", "name": "Mine"}
        answer = builder.post(f"flow/step/{one.key}/", seen=seen, **mine)

        words = f"{other.name} has changed this journey meanwhile: “Discarded the changes"
        assert words in answer.content.decode()
