from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.journeys import tasks
from apps.journeys.documents.problems import Refused
from apps.journeys.dry_runs import running, simulation
from apps.journeys.models import DryRun
from tests.factories import a_site, a_user
from tests.journeys.authoring import a_draft, a_step
from tests.journeys.dry_runs.trying import somebody

pytestmark = pytest.mark.django_db

Status = DryRun.Status


@pytest.fixture
def journey():
    journey = a_draft(a_site(), entry_kind="segment", members="present")
    a_step(journey, "push")
    somebody(journey.site)
    return journey


class TestBeginning:
    def test_it_waits_for_a_worker(self, journey):
        user = a_user("Marketer")

        run = running.begin(journey, user, {"days": 3})

        assert (run.status, run.by, run.options["days"]) == (Status.QUEUED, user, 3)
        assert run.document["name"] == journey.name
        assert list(running.due()) == [run]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"size": 5_001}, "size"),
            ({"days": 91}, "days"),
            ({"days": "7"}, "days"),
            ({"who": "somebody"}, "who"),
            ({"who": "segment"}, "segment"),
            ({"who": "segment", "segment": 999_999}, "segment"),
            ({"start": "2020-01-01T00:00:00Z"}, "start"),
            ({"popups": {"declined": 60, "closed": 60}}, "popups"),
            ({"events": {"purchase": float("nan")}}, "events"),
            ({"nothing": 1}, "nothing"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_by_field(self, journey, given, field):
        with pytest.raises(ValidationError) as caught:
            running.begin(journey, None, given)

        assert list(caught.value.message_dict) == [field]
        assert not DryRun.objects.exists()

    def test_only_the_last_runs_of_a_journey_are_kept(self, journey):
        for _ in range(running.KEPT + 2):
            last = running.begin(journey, None, {})
            DryRun.objects.update(status=Status.DONE)

        assert journey.dry_runs.count() == running.KEPT
        assert journey.dry_runs.first() == last

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
    def test_one_at_a_time_is_tried(self, journey, status):
        run = running.begin(journey, None, {})
        DryRun.objects.update(status=status)

        with pytest.raises(running.Busy):
            running.begin(journey, None, {})

        assert list(DryRun.objects.all()) == [run]

    def test_another_journey_is_tried_meanwhile(self, journey):
        other = a_draft(journey.site)
        a_step(other, "push")
        running.begin(journey, None, {})

        assert running.begin(other, None, {}).status == Status.QUEUED

    def test_a_draft_without_steps_is_refused(self):
        with pytest.raises(Refused):
            running.begin(a_draft(), None, {})


class TestRunning:
    def test_a_worker_does_it(self, journey):
        run = running.begin(journey, None, {"days": 3})

        assert tasks.dry_run() == 1

        run.refresh_from_db()
        assert (run.status, run.progress, run.error) == (Status.DONE, 100, "")
        assert run.result["entered"]["contacts"] == 1
        assert run.finished_at
        assert tasks.dry_run() == 0

    def test_the_draft_of_that_time_is_what_is_tried(self, journey):
        run = running.begin(journey, None, {})
        journey.steps.all().delete()

        running.drain(1)

        run.refresh_from_db()
        assert run.status == Status.DONE

    def test_one_that_a_worker_left_is_begun_again(self, journey):
        run = running.begin(journey, None, {})
        long_ago = timezone.now() - running.GONE_AFTER - timedelta(seconds=1)
        DryRun.objects.update(status=Status.RUNNING, begun_at=long_ago, progress=40)

        assert running.drain(1) == 1

        run.refresh_from_db()
        assert run.status == Status.DONE

    def test_one_that_somebody_is_at_is_left_alone(self, journey):
        running.begin(journey, None, {})
        DryRun.objects.update(status=Status.RUNNING, begun_at=timezone.now())

        assert running.drain(1) == 0

    def test_one_whose_worker_dies_each_time_is_given_up(self, journey):
        run = running.begin(journey, None, {})
        DryRun.objects.update(queued_at=timezone.now() - running.GIVEN_UP_AFTER * 2)

        running.drain(1)

        run.refresh_from_db()
        assert run.status == Status.FAILED
        assert run.error == ("Its worker ended each time before it was done. Try fewer contacts.")

    def test_one_whose_time_is_up_says_how_far_it_came(self, journey, monkeypatch):
        monkeypatch.setattr(running, "MOST_SECONDS", 0)
        monkeypatch.setattr(simulation, "MOMENTS", 3)
        journey.entry_kind, journey.reentry = "schedule", "every"
        journey.repeats, journey.at_time = "daily", time(9)
        journey.save()
        run = running.begin(journey, None, {"days": 30})

        running.drain(1)

        run.refresh_from_db()
        days = [day["entered"] for day in run.result["days"]]
        assert (run.status, sum(days)) == (Status.DONE, 3)
        assert run.result["stopped_at"] < run.result["end"]
        assert len(days) < 5

    def test_one_that_is_deleted_is_cancelled(self, journey):
        run = running.begin(journey, None, {})
        claimed = running._claim()
        run.delete()

        running._do(claimed)

        assert not DryRun.objects.exists()

    def test_what_the_draft_names_may_have_gone_since(self, journey):
        run = running.begin(journey, None, {})
        document = {**run.document, "steps": []}
        DryRun.objects.update(document=document)

        running.drain(1)

        run.refresh_from_db()
        assert run.status == Status.FAILED
        assert run.error
