import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import WakeUp
from apps.journeys import entry, tasks
from apps.journeys.entry import by_schedule, gates, slices
from apps.journeys.models import Enrolment, Run
from apps.journeys.primitives import chance, waking
from tests.factories import a_contact, a_site
from tests.journeys.entry.making import a_version

pytestmark = pytest.mark.django_db

ASK = {"field": "push_status", "op": "is", "value": "ask"}


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(slices, "SIZE", 2)
    site = a_site()
    for _ in range(4):
        a_contact(site)
    return site


def a_due_run(site, **terms):
    version = a_version(site, entry_kind="schedule", repeats="daily", **terms)
    Run.objects.filter(version=version).update(due_at=timezone.now())
    return version


class TestDrain:
    @pytest.fixture
    def woken(self, django_capture_on_commit_callbacks):
        """Whether a worker is woken to go on after doing so."""

        def after(act):
            WakeUp.objects.all().delete()
            with django_capture_on_commit_callbacks(execute=True):
                act()
            return WakeUp.objects.filter(task=waking.ADVANCE, is_called=True).exists()

        return after

    def test_it_stops_when_its_time_is_over_and_wakes_who_goes_on(self, site, woken):
        a_due_run(site)

        assert woken(lambda: entry.drain(seconds=0))
        assert Enrolment.objects.count() == 0
        assert entry.drain(seconds=5) == 4

    def test_one_that_fails_waits_for_the_next_minute(self, site, woken, monkeypatch):
        a_due_run(site)

        def fail(entry, candidates, **options):
            raise RuntimeError("broken")

        monkeypatch.setattr(by_schedule, "admit", fail)

        assert not woken(tasks.advance)
        assert Run.objects.get().finished_at is None

    def test_it_says_how_many_entered_and_leaves_nothing(self, site):
        a_due_run(site)
        a_version(site, entry_kind="segment", entry_rule=ASK)

        assert entry.drain(seconds=5) == 8
        assert entry.drain(seconds=5) == 0

    def test_a_long_run_keeps_no_other_waiting(self, site, monkeypatch):
        versions = [a_due_run(site), a_due_run(site)]
        order, real = [], by_schedule.admit

        def admit(entry, candidates, **options):
            order.append(entry.version)
            return real(entry, candidates, **options)

        monkeypatch.setattr(by_schedule, "admit", admit)
        entry.drain(seconds=5)

        assert order[:2] == versions

    def test_one_that_fails_is_tried_again_and_keeps_no_other_waiting(
        self, site, monkeypatch, caplog
    ):
        bad, good = a_due_run(site), a_due_run(site)
        real = by_schedule.admit

        def admit(entry, candidates, **options):
            if entry.version == bad:
                raise RuntimeError("broken")
            return real(entry, candidates, **options)

        monkeypatch.setattr(by_schedule, "admit", admit)
        assert entry.drain(seconds=5) == 4
        assert set(Enrolment.objects.values_list("version", flat=True)) == {good.pk}
        assert "failed; it is tried again later" in caplog.text
        monkeypatch.setattr(by_schedule, "admit", real)

        assert entry.drain(seconds=5) == 4


class TestQueries:
    def needed(self, number, **terms):
        site = a_site()
        version = a_due_run(site, **terms)
        drawn = {True: 0, False: 0}
        while min(drawn.values()) < number:
            contact = a_contact(site)
            chosen = chance.of(contact.pk, gates.control_seed(version.journey_id)) < 5000
            if drawn[chosen] == number:
                contact.delete()
            else:
                drawn[chosen] += 1
        with CaptureQueriesContext(connection) as queries:
            by_schedule.advance(Run.objects.get(version=version).pk)
        assert Enrolment.objects.filter(version=version).count() == 2 * number
        return len(queries)

    @pytest.mark.parametrize("terms", [{}, {"control_percent": 50, "total_cap": 100}])
    def test_a_slice_needs_the_same_for_any_number_of_contacts(self, terms):
        assert self.needed(1, **terms) == self.needed(3, **terms)
