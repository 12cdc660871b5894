"""Journeys that end by themselves."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from apps.journeys import lifecycle, publishing
from apps.journeys.models import Enrolment, Run
from tests.factories import a_site
from tests.journeys.authoring import a_draft, a_step, inside
from tests.journeys.lifecycle.states import state

pytestmark = pytest.mark.django_db


class TestFinishThoseOver:
    def test_one_whose_dates_are_over_and_that_nobody_is_inside(self, journey):
        version = journey.live_version
        version.ends_at = timezone.now() - timedelta(seconds=1)
        version.save()
        row = inside(journey)
        assert lifecycle.finish_those_over() == 0
        Enrolment.objects.filter(pk=row.pk).leave(Enrolment.Exit.END)

        assert lifecycle.finish_those_over() == 1
        assert state(journey) == ("finished", False)
        assert lifecycle.finish_those_over() == 0

    def test_one_that_was_to_run_once_and_has(self):
        tomorrow = timezone.now().date() + timedelta(days=1)
        journey = a_draft(
            a_site(), entry_kind="schedule", on_date=tomorrow, at_time=time(9), name="Sale"
        )
        a_step(journey, "leave")
        version = publishing.publish(journey)
        Run.objects.filter(version=version).delete()
        run = Run.objects.create(version=version, occurrence="x", due_at=timezone.now())
        assert lifecycle.finish_those_over() == 0
        run.finished_at = timezone.now()
        run.save()
        assert lifecycle.finish_those_over() == 0
        version.on_date = date(2026, 1, 1)
        version.save()

        assert lifecycle.finish_those_over() == 1
        assert state(journey) == ("finished", False)

    def test_one_that_is_published_anew_at_this_moment_goes_on(self, journey, monkeypatch):
        version = journey.live_version
        version.ends_at = timezone.now() - timedelta(seconds=1)
        version.save()
        real = lifecycle._has_ended

        def publish_meanwhile(row, now):
            publishing.publish(journey)
            return real(row, now)

        monkeypatch.setattr(lifecycle, "_has_ended", publish_meanwhile)

        assert lifecycle.finish_those_over() == 0
        assert state(journey) == ("active", False)

    def test_nobody_else(self, journey):
        version = journey.live_version
        version.ends_at = datetime(9999, 1, 1, tzinfo=UTC)
        version.save()
        other = a_draft()
        a_step(other, "leave")
        publishing.publish(other)

        assert lifecycle.finish_those_over() == 0
