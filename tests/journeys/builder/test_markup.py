"""What people have written is text wherever the builder shows it."""

from itertools import pairwise

import pytest

from apps.journeys import publishing
from apps.journeys.models import CheckStep, Journey, Lead, PushStep, TrackStep
from tests.factories import a_contact, a_push
from tests.journeys.builder.house import a_wait
from tests.journeys.builder.inside import stands, step_of

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def steps(journey):
    """A draft in which everything that can be called something is called so."""
    Journey.objects.filter(pk=journey.pk).update(name=EVIL)
    first = a_wait(journey, EVIL)
    branches = [{"key": "yes", "name": EVIL, "rule": {}}]
    check = CheckStep.objects.create(journey=journey, name="Check", branches=branches, position=2)
    push = a_push(journey.site, name=EVIL, status="draft")
    send = PushStep.objects.create(journey=journey, name="Send", push=push, position=3)
    track = TrackStep.objects.create(journey=journey, name="Track", event=EVIL, position=4)
    for step, after in pairwise((first, check, send, track)):
        Lead.objects.create(step=step, outcome=step.outcomes[0][0], target=after)
    return [first, check, send, track]


def shown(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def is_text(page):
    """Whether it is there, and as nothing but text."""
    return "&lt;img src=x" in page and "<img src=x" not in page


class TestDrafts:
    @pytest.mark.parametrize("address", ["change/", "flow/", "publish/", "clone/", "do/archive/"])
    def test_a_page_shows_it_as_text(self, builder, steps, address):
        page = shown(builder.get(address))

        assert "<img src=x" not in page
        assert is_text(page) or address == "do/archive/"

    def test_so_do_the_forms_and_questions_of_its_steps(self, builder, steps):
        for step in steps:
            assert is_text(shown(builder.get(f"flow/step/{step.key}/")))
            assert "<img src=x" not in shown(builder.get(f"flow/delete/{step.key}/"))

    def test_so_does_what_is_said_after_an_edit(self, builder, steps):
        said = builder.edit("duplicate", key=steps[0].key)
        undone = builder.edit("undo")
        page = shown(builder.page())

        assert is_text(said)
        assert is_text(undone)
        assert is_text(page)

    def test_so_does_a_conflict(self, builder, steps):
        builder.edit("duplicate", key=steps[0].key)

        answer = builder.post("flow/edit/undo/", seen="old")

        assert is_text(shown(answer))


class TestPublished:
    def test_the_difference_shows_it_as_text(self, builder, journey):
        step = a_wait(journey, "Before")
        publishing.publish(journey)
        builder.save(step, name=EVIL)
        builder.save_terms("goal", goal_event=EVIL)

        assert is_text(shown(builder.get("publish/")))

    def test_so_do_lists_of_people_and_what_is_asked_about_them(self, builder, journey):
        a_wait(journey, EVIL)
        publishing.publish(journey)
        contact = a_contact(journey.site, external_id=EVIL)
        row = stands(step_of(journey, EVIL), contact=contact)

        address = f"people/?step={row.step.key}&what=waiting"
        asked = builder.post(address, deed="take_out", row=row.pk)

        assert is_text(shown(builder.get(address)))
        assert "<img src=x" not in shown(asked)
        assert is_text(shown(builder.get(f"flow/retry/{row.step.key}/")))
        assert is_text(shown(builder.page()))
