import pytest
from django.core.exceptions import ValidationError

from apps.journeys import publishing
from apps.journeys.documents import read
from apps.journeys.drafting import editing
from apps.journeys.models import Edit, Journey, Step
from tests.factories import a_user
from tests.journeys.authoring import a_draft, a_step, lead, of_every_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_draft()


def fresh(journey):
    return Journey.objects.get(pk=journey.pk)


def name_it(journey, name):
    with editing.change(journey, f"Name it {name}"):
        Journey.objects.filter(pk=journey.pk).update(name=name)


def steps(journey):
    """What undo would take back and redo would make again, in words."""
    return tuple(str(step or "") for step in editing.steps_of_undo(journey))


class TestChange:
    def test_it_records_what_the_draft_was_before_and_after(self, journey):
        anna = a_user()
        before = read(journey)
        with editing.change(journey, "Add a step", by=anna):
            a_step(journey, "leave")

        edit = Edit.objects.get()
        assert (edit.words, edit.by, edit.is_undone) == ("Add a step", anna, False)
        assert edit.before == {key: before[key] for key in ("name", "terms", "steps")}
        assert [step["kind"] for step in edit.after["steps"]] == ["leave"]
        assert fresh(journey).updated_at == journey.updated_at > edit.journey.created_at

    def test_it_records_nothing_where_nothing_changed(self, journey):
        journey = fresh(journey)
        was = journey.updated_at
        with editing.change(journey, "Save"):
            journey.save()

        assert not Edit.objects.exists()
        assert fresh(journey).updated_at == journey.updated_at == was

    def test_it_changes_nothing_where_something_fails(self, journey):
        with pytest.raises(ZeroDivisionError), editing.change(journey, "Add a step"):
            a_step(journey, "leave")
            _ = 1 / 0

        assert not Edit.objects.exists()
        assert not journey.steps.exists()

    def test_it_ends_redo(self, journey):
        name_it(journey, "One")
        editing.undo(journey)
        name_it(journey, "Two")

        assert editing.redo(journey) is None
        assert [edit.words for edit in journey.edits.all()] == ["Name it Two"]

    def test_it_keeps_the_last_hundred(self, journey):
        for number in range(102):
            name_it(journey, f"Name {number}")

        words = [edit.words for edit in journey.edits.all()]
        assert (len(words), words[0], words[-1]) == (100, "Name it Name 101", "Name it Name 2")

    def test_it_refuses_the_second_of_two_who_saw_the_same(self, journey):
        seen = editing.seen(fresh(journey))
        with editing.change(journey, "Add a step", by=a_user(first_name="Anna"), seen=seen):
            a_step(journey, "leave")

        with (
            pytest.raises(editing.Stale, match="has changed the journey meanwhile: “Add a step”"),
            editing.change(journey, "Another", seen=seen),
        ):
            a_step(journey, "leave")

        assert journey.steps.count() == 1
        with editing.change(journey, "Another", seen=editing.seen(journey)):
            a_step(journey, "leave")
        assert journey.steps.count() == 2

    def test_it_refuses_an_archived_journey(self, journey):
        Journey.objects.filter(pk=journey.pk).update(status="archived")

        with (
            pytest.raises(ValidationError, match="is archived, so it cannot be changed"),
            editing.change(journey, "Add a step"),
        ):
            a_step(journey, "leave")


class TestUndo:
    def test_it_takes_changes_back_one_by_one_and_makes_them_again(self, journey):
        states = [read(journey)]
        for number in range(3):
            with editing.change(journey, f"Change {number}"):
                a_step(journey, "push")
            states.append(read(journey))

        for number in (2, 1, 0):
            assert editing.undo(journey) == f"Change {number}"
            assert read(journey) == states[number]
        assert editing.undo(journey) is None
        for number in (0, 1, 2):
            assert editing.redo(journey) == f"Change {number}"
            assert read(journey) == states[number + 1]
        assert editing.redo(journey) is None

    def test_it_brings_a_deleted_flow_back_with_its_keys_and_leads(self, journey):
        of_every_kind(journey)
        before = read(journey)
        with editing.change(journey, "Delete all"):
            Step.objects.filter(journey=journey).non_polymorphic().delete()

        editing.undo(journey)

        assert read(journey) == before

    def test_a_draft_that_is_as_it_was_published_has_no_unpublished_changes(self, journey):
        a_step(journey, "leave")
        publishing.publish(journey)
        name_it(fresh(journey), "Another")
        assert fresh(journey).has_unpublished_changes

        editing.undo(fresh(journey))
        assert not fresh(journey).has_unpublished_changes
        editing.redo(fresh(journey))
        assert fresh(journey).has_unpublished_changes

    def test_it_says_what_it_would_do(self, journey):
        assert steps(journey) == ("", "")
        name_it(journey, "One")
        name_it(journey, "Two")
        editing.undo(journey)

        assert steps(journey) == ("Name it One", "Name it Two")

    def test_it_refuses_where_something_of_it_is_gone(self, journey):
        push = a_step(journey, "push")
        lead(push, "sent", push)
        with editing.change(journey, "Delete the step"):
            push.delete()
        push.push.delete()

        with pytest.raises(ValidationError, match="The site has no such push"):
            editing.undo(journey)

        assert not journey.steps.exists()
        assert steps(journey) == ("Delete the step", "")

    def test_it_loses_nothing_that_was_written_past_the_edits(self, journey):
        name_it(journey, "One")
        a_step(journey, "leave")

        with pytest.raises(ValidationError, match="was changed elsewhere since “Name it One”"):
            editing.undo(journey)

        assert journey.steps.count() == 1
