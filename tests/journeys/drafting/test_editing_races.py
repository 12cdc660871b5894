"""Drafts that several people change at once: on real threads."""

import threading

import pytest
from django.core.exceptions import ValidationError

from apps.journeys import lifecycle, publishing
from apps.journeys.documents import read
from apps.journeys.drafting import editing
from apps.journeys.models import Edit, Journey
from tests.journeys.authoring import a_draft, a_step
from tests.races import Meanwhile, on_postgresql

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


class TestChange:
    def test_of_many_who_saw_the_same_one_wins(self):
        journey = a_draft()
        seen, together = editing.seen(Journey.objects.get(pk=journey.pk)), threading.Barrier(4)
        stale = []

        def change():
            mine = Journey.objects.get(pk=journey.pk)
            together.wait(30)
            try:
                with editing.change(mine, "Add a step", seen=seen):
                    a_step(mine, "leave")
            except editing.Stale:
                stale.append(1)

        for thread in [Meanwhile(change) for _ in range(4)]:
            thread.ends()

        assert (len(stale), journey.steps.count(), Edit.objects.count()) == (3, 1, 1)

    def test_changes_one_after_another_are_each_undone(self):
        journey = a_draft()
        before, together = read(journey), threading.Barrier(4)

        def change():
            mine = Journey.objects.get(pk=journey.pk)
            together.wait(30)
            with editing.change(mine, "Add a step"):
                a_step(mine, "leave")

        for thread in [Meanwhile(change) for _ in range(4)]:
            thread.ends()

        assert journey.steps.count() == 4
        while editing.undo(journey):
            pass
        assert read(journey) == before


class TestPublish:
    def test_it_is_published_or_archived_and_never_both(self):
        for _ in range(4):
            journey, together = a_draft(), threading.Barrier(2)
            a_step(journey, "leave")

            def act(verb, pk=journey.pk, together=together):
                mine = Journey.objects.get(pk=pk)
                together.wait(30)
                try:
                    verb(mine)
                except ValidationError as error:
                    assert "is archived" in str(error)

            threads = [
                Meanwhile(lambda act=act, verb=verb: act(verb))
                for verb in (publishing.publish, lifecycle.archive)
            ]
            for thread in threads:
                thread.ends()

            assert Journey.objects.get(pk=journey.pk).status == "archived"
