"""Dry runs as a site's own systems ask for them."""

from datetime import time

import pytest

from apps.accounts.models import ApiKey
from apps.journeys import tasks
from apps.journeys.models import DryRun, Enrolment
from tests.accounts.system import System
from tests.factories import a_contact, a_site
from tests.journeys.authoring import a_draft, a_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def system():
    return System()


@pytest.fixture
def journey(system):
    journey = a_draft(
        system.site, entry_kind="schedule", repeats="daily", at_time=time(9), reentry="every"
    )
    a_step(journey, "leave")
    return journey


def begin(system, journey, **options):
    return system.call("post", f"journeys/{journey.pk}/dry-runs", {"options": options})


class TestDryRun:
    def test_it_is_begun_and_read_when_a_worker_has_done_it(self, system, journey):
        a_contact(system.site)
        answer = begin(system, journey, days=2)
        assert answer.status_code == 202
        assert (answer.json()["status"], answer.json()["result"]) == ("queued", None)

        tasks.dry_run()

        path = f"journeys/{journey.pk}/dry-runs/{answer.json()['id']}"
        found = system.call("get", path).json()
        assert (found["status"], found["error"]) == ("done", "")
        assert found["result"]["entered"] == {"times": 2, "contacts": 1}
        assert not Enrolment.objects.exists()

    def test_what_is_wrong_is_said_by_option_and_nothing_is_queued(self, system, journey):
        answer = begin(system, journey, days=91, popups={"allowed": 101})
        assert answer.status_code == 400
        assert set(answer.json()) == {"days", "popups"}
        assert not DryRun.objects.exists()

    @pytest.mark.parametrize(
        "start",
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-01-01T09:00", "soon", 7,
         [], {"a": 1}, "2026-01-01T09:00:00+99:99", "9" * 5_000],
    )  # fmt: skip
    def test_no_beginning_is_a_server_error(self, system, journey, start):
        answer = begin(system, journey, start=start)

        assert (answer.status_code, set(answer.json())) == (400, {"start"})
        assert not DryRun.objects.exists()

    def test_only_one_runs_at_a_time(self, system, journey):
        begin(system, journey)
        answer = begin(system, journey)
        assert (answer.status_code, answer.json()["code"]) == (409, "busy")
        assert DryRun.objects.count() == 1

    def test_those_of_other_sites_and_journeys_are_none(self, system, journey):
        foreign = a_draft(a_site())
        assert begin(system, foreign).status_code == 404
        run = DryRun.objects.create(journey=foreign, document={})
        for owner in (journey, foreign):
            path = f"journeys/{owner.pk}/dry-runs/{run.pk}"
            assert system.call("get", path).status_code == 404

    def test_beginning_takes_the_right_to_write(self, journey, system):
        reader = System(system.site, ApiKey.Scope.JOURNEYS_READ)
        assert begin(reader, journey).status_code == 403
