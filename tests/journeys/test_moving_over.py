import itertools
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.delivery.models import Popup
from apps.journeys import engine, lifecycle, moving_over, publishing
from apps.journeys.models import Enrolment, Journey, Step, Visit
from tests.journeys.authoring import a_draft, a_flow, a_step, inside, lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    journey = a_draft()
    a_flow(journey, "wait", "popup", "leave")
    publishing.publish(journey)
    return journey


def keys(journey):
    return {step.kind: step.key for step in journey.live_version.steps.all()}


def republish(journey, *, without=""):
    Step.objects.filter(journey=journey, key=without).non_polymorphic().delete()
    rest = list(journey.steps.all())
    for step, after in itertools.pairwise(rest):
        if not step.leads.exists():
            lead(step, step.outcomes[0][0], after)
    return publishing.publish(journey)


def drained():
    return moving_over.drain(seconds=5)


class TestMove:
    def test_who_stands_at_a_step_that_is_there_still_is_moved(self, journey):
        due_at = timezone.now() + timedelta(hours=3)
        row = inside(
            journey, state="waiting", due_at=due_at, visit=4, context={"journey": {"a": 1}}
        )
        was = (row.arrived_at, row.number, row.entry_key)
        version = republish(journey)

        moving_over.begin(journey)
        assert drained() == 1

        row.refresh_from_db()
        assert (row.version, row.step.version, row.step.kind) == (version, version, "wait")
        assert (row.state, row.due_at, row.visit) == ("waiting", due_at, 4)
        assert row.context == {"journey": {"a": 1}}
        assert (row.arrived_at, row.number, row.entry_key) == was
        assert not Visit.objects.exists()
        assert Journey.objects.get(pk=journey.pk).move_over is None

    def test_what_is_asked_for_anew_meanwhile_is_done_the_next_time(self, journey, monkeypatch):
        row, gone = inside(journey), inside(journey, keys(journey)["popup"])
        republish(journey, without=keys(journey)["popup"])
        real = moving_over._move_batch

        def ask_anew(way):
            monkeypatch.setattr(moving_over, "_move_batch", real)
            moving_over.begin(journey, gone="leave")
            return real(way)

        monkeypatch.setattr(moving_over, "_move_batch", ask_anew)
        moving_over.begin(journey)
        assert drained() == 1
        assert drained() == 1

        for each in (row, gone):
            each.refresh_from_db()
        assert (row.version.number, row.state) == (2, "ready")
        assert (gone.version.number, gone.exit_reason) == (1, "moved")

    def test_nothing_is_asked_for_twice(self, journey):
        row = inside(journey, keys(journey)["popup"])
        engine.drain(seconds=3)
        republish(journey)

        moving_over.begin(journey)
        drained()
        Enrolment.objects.filter(pk=row.pk).update(state="ready", due_at=timezone.now())
        engine.drain(seconds=3)

        assert Popup.objects.count() == 1

    def test_who_has_left_is_let_be(self, journey):
        row = inside(journey)
        Enrolment.objects.filter(pk=row.pk).leave(Enrolment.Exit.END)
        first = journey.live_version
        republish(journey)

        moving_over.begin(journey, gone="leave")
        drained()

        row.refresh_from_db()
        assert row.version == first

    def test_many_are_moved_in_batches_and_another_worker_goes_on(self, journey, monkeypatch):
        monkeypatch.setattr(moving_over, "BATCH", 2)
        for _ in range(5):
            inside(journey)
        version = republish(journey)
        moving_over.begin(journey)

        assert moving_over.drain(seconds=-1) == 2
        assert Enrolment.objects.filter(version=version).count() == 2
        assert drained() == 3
        assert Enrolment.objects.filter(version=version).count() == 5
        assert drained() == 0

    def test_they_come_from_all_older_versions(self, journey):
        inside(journey)
        republish(journey)
        inside(Journey.objects.get(pk=journey.pk))
        version = republish(journey)
        inside(Journey.objects.get(pk=journey.pk))

        moving_over.begin(journey)

        assert drained() == 2
        assert Enrolment.objects.filter(version=version).count() == 3


class TestStepThatIsGone:
    @pytest.fixture
    def row(self, journey):
        row = inside(journey, keys(journey)["popup"])
        engine.drain(seconds=3)
        self.first = journey.live_version
        self.key = keys(journey)["popup"]
        return row

    def test_they_stay_unless_told(self, journey, row):
        republish(journey, without=self.key)
        moving_over.begin(journey)

        assert drained() == 0

        row.refresh_from_db()
        assert (row.version, row.state) == (self.first, "waiting")
        assert Popup.objects.open().count() == 1
        assert Journey.objects.get(pk=journey.pk).move_over is None

    def test_they_leave(self, journey, row):
        republish(journey, without=self.key)
        moving_over.begin(journey, gone="leave")

        assert drained() == 1

        row.refresh_from_db()
        assert (row.state, row.exit_reason) == ("left", "moved")
        assert Popup.objects.open().count() == 0
        assert Visit.objects.get().outcome == "moved"

    def test_they_go_to_a_chosen_step(self, journey, row):
        version = republish(journey, without=self.key)
        moving_over.begin(journey, to={self.key: keys(journey)["wait"]})

        assert drained() == 1

        row.refresh_from_db()
        assert (row.version, row.step.kind, row.state, row.visit) == (version, "wait", "ready", 2)
        assert Popup.objects.open().count() == 0
        visit = Visit.objects.get()
        assert (visit.number, visit.outcome, visit.step.version) == (1, "moved", self.first)

    def test_the_same_key_of_another_kind_is_another_step(self, journey, row):
        Step.objects.filter(journey=journey, key=self.key).non_polymorphic().delete()
        new = a_step(journey, "update", key=self.key)
        first = journey.steps.all()[0]
        first.leads.all().delete()
        lead(first, "done", new)
        lead(new, "done", journey.steps.get(key=keys(journey)["leave"]))
        publishing.publish(journey)

        assert [place.moves for place in moving_over.preview(journey)] == [False]

    def test_who_is_led_to_the_same_key_of_another_kind_comes_to_it_anew(self, journey, row):
        Step.objects.filter(journey=journey, key=self.key).non_polymorphic().delete()
        new = a_step(journey, "update", key=self.key)
        first = journey.steps.all()[0]
        first.leads.all().delete()
        lead(first, "done", new)
        lead(new, "done", journey.steps.get(key=keys(journey)["leave"]))
        version = publishing.publish(journey)

        moving_over.begin(journey, to={self.key: self.key})
        assert drained() == 1

        row.refresh_from_db()
        assert (row.version, row.step.kind, row.state, row.visit) == (version, "update", "ready", 2)
        assert Popup.objects.open().count() == 0


class TestBegin:
    def test_it_refuses_a_step_that_is_not_there(self, journey):
        with pytest.raises(ValidationError, match="Choose a step of the live version"):
            moving_over.begin(journey, to={"a": "nowhere"})
        with pytest.raises(ValidationError, match="Choose a step of the live version"):
            moving_over.begin(journey, gone="fly")

        assert Journey.objects.get(pk=journey.pk).move_over is None

    def test_it_refuses_a_journey_that_does_not_run(self, journey):
        lifecycle.finish(journey)

        with pytest.raises(ValidationError, match="does not run"):
            moving_over.begin(journey)


class TestPreview:
    def test_it_says_how_many_stand_where(self, journey):
        wait, popup = keys(journey)["wait"], keys(journey)["popup"]
        for key in (wait, popup, popup):
            inside(journey, key)
        republish(journey, without=popup)

        found = moving_over.preview(journey)

        assert [(row.version, row.key, row.contacts, row.moves) for row in found] == [
            (1, wait, 1, True),
            (1, popup, 2, False),
        ]
