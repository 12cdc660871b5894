from datetime import date, time

import pytest

from apps.journeys import entry
from apps.journeys.entry import by_schedule, slices
from apps.journeys.models import Enrolment, Journey, Run
from tests.factories import a_contact, a_segment, a_site
from tests.journeys.entry.making import published, refusals
from tests.journeys.entry.scheduling import APIA, BERLIN, entered, runs, scheduled

pytestmark = pytest.mark.django_db

ASK = {"field": "push_status", "op": "is", "value": "ask"}


@pytest.fixture
def site():
    return a_site(time_zone=BERLIN)


class TestInTheZoneOfTheSite:
    def test_all_enter_at_the_moment_and_the_next_is_planned(self, site, clock):
        clock.set("2026-03-28T12:00")
        contacts = [a_contact(site), a_contact(site, time_zone=APIA)]
        version = scheduled(site, reentry="every")
        assert runs(version) == [("2026-03-29T09:00", "03-29 07:00", None)]

        clock.set("2026-03-29T06:59")
        assert entry.drain(seconds=5) == 0
        clock.set("2026-03-29T07:00")
        assert entry.drain(seconds=5) == 2
        assert entry.drain(seconds=5) == 0

        assert entered() == [(who, "03-29 07:00", "at:2026-03-29T09:00") for who in contacts]
        assert runs(version, finished_at=None) == [("2026-03-30T09:00", "03-30 07:00", None)]
        assert Run.objects.get(occurrence="2026-03-29T09:00").entered == 2

    def test_only_those_enter_who_meet_the_rule(self, site, clock):
        clock.set("2026-05-01T12:00")
        asked = a_contact(site)
        a_contact(site, push_status="blocked")
        scheduled(site, entry_rule=ASK, reentry="once")

        clock.set("2026-05-02T07:00")
        entry.drain(seconds=5)

        assert entered() == [(asked, "05-02 07:00", "1")]
        assert refusals() == []

    def test_who_is_refused_is_remembered(self, site, clock):
        clock.set("2026-05-01T12:00")
        contact = a_contact(site)
        scheduled(site, reentry="not_inside")

        for day in (2, 3, 4):
            clock.set(f"2026-05-0{day}T07:00")
            entry.drain(seconds=5)

        assert entered() == [(contact, "05-02 07:00", "at:2026-05-02T09:00")]
        assert refusals() == [(contact, "reentry", 2)]

    def test_after_once_nothing_more_is_planned(self, site, clock):
        clock.set("2026-05-01T12:00")
        a_contact(site)
        version = scheduled(site, repeats="once", on_date=date(2026, 5, 3))
        assert runs(version) == [("2026-05-03T09:00", "05-03 07:00", None)]

        clock.set("2026-05-03T07:00")
        assert entry.drain(seconds=5) == 1

        assert runs(version, finished_at=None) == []

    def test_what_is_past_already_is_not_planned(self, site, clock):
        clock.set("2026-05-01T12:00")
        once = scheduled(site, repeats="once", on_date=date(2026, 5, 3))
        Run.objects.all().delete()
        clock.set("2026-05-03T07:01")
        once.published_at = clock.at

        by_schedule.prepare(once)

        assert runs(once) == []
        assert runs(scheduled(site)) == [("2026-05-04T09:00", "05-04 07:00", None)]

    def test_a_rule_that_cannot_be_asked_lets_nobody_in_and_ends_the_run(self, site, clock):
        clock.set("2026-05-01T12:00")
        a_contact(site)
        segment = a_segment(site, rule=ASK)
        version = scheduled(site, entry_rule={"segment": segment.pk, "op": "in"})
        segment.delete()

        clock.set("2026-05-02T07:00")

        assert entry.drain(seconds=5) == 0
        assert runs(version, finished_at=None) == [("2026-05-03T09:00", "05-03 07:00", None)]


class TestLate:
    """The workers were down, or the journey was paused."""

    def begin(self, site, clock, **terms):
        clock.set("2026-05-01T12:00")
        a_contact(site)
        return scheduled(site, reentry="every", **terms)

    def test_an_hour_late_is_not_too_late(self, site, clock):
        self.begin(site, clock)
        clock.set("2026-05-02T08:00")

        assert entry.drain(seconds=5) == 1

    def test_what_comes_again_is_left_out_when_it_is_later(self, site, clock):
        version = self.begin(site, clock)
        clock.set("2026-05-02T08:01")

        assert entry.drain(seconds=5) == 0
        assert runs(version, finished_at=None) == [("2026-05-03T09:00", "05-03 07:00", None)]

    def test_of_several_only_the_latest_is_made_good(self, site, clock):
        version = self.begin(site, clock)
        clock.set("2026-05-05T07:30")

        assert entry.drain(seconds=5) == 1
        assert entered()[0][2] == "at:2026-05-05T09:00"
        assert runs(version, finished_at=None) == [("2026-05-06T09:00", "05-06 07:00", None)]

    def test_what_comes_once_is_made_good_for_a_day(self, site, clock):
        self.begin(site, clock, repeats="once", on_date=date(2026, 5, 2))
        clock.set("2026-05-03T07:00")

        assert entry.drain(seconds=5) == 1

    @pytest.mark.parametrize("state", [{"status": "paused"}, {"is_held": True}])
    def test_nobody_enters_while_the_journey_lets_nobody_in(self, site, clock, state):
        self.begin(site, clock)
        Journey.objects.update(**state)
        clock.set("2026-05-02T07:00")
        assert entry.drain(seconds=5) == 0
        Journey.objects.update(status="active", is_held=False)

        assert entry.drain(seconds=5) == 1


class TestSlices:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(slices, "SIZE", 2)

    def test_who_dies_in_the_middle_lets_each_in_once(self, site, clock, monkeypatch):
        clock.set("2026-05-01T12:00")
        contacts = [a_contact(site) for _ in range(5)]
        version = scheduled(site, reentry="restart")
        real = by_schedule.admit

        def die(entry, candidates, **options):
            number = real(entry, candidates, **options)
            if Enrolment.objects.count() > 2:
                raise KeyboardInterrupt
            return number

        monkeypatch.setattr(by_schedule, "admit", die)
        clock.set("2026-05-02T07:00")
        with pytest.raises(KeyboardInterrupt):
            entry.drain(seconds=5)
        assert (Enrolment.objects.count(), Run.objects.get().cursor) == (2, contacts[1].pk)
        monkeypatch.setattr(by_schedule, "admit", real)
        clock.set("2026-05-02T12:00")

        assert entry.drain(seconds=5) == 3
        assert [row[0] for row in entered()] == contacts
        assert Run.objects.filter(version=version).earliest("pk").entered == 5

    def test_a_version_published_in_the_middle_goes_on(self, site, clock, monkeypatch):
        clock.set("2026-05-01T12:00")
        contacts = [a_contact(site) for _ in range(4)]
        version = scheduled(site)
        clock.set("2026-05-02T07:00")
        by_schedule.advance(Run.objects.get().pk)
        later = published(version.journey)

        assert entry.drain(seconds=5) == 2
        rows = Enrolment.objects.order_by("pk")
        assert [(row.contact, row.version) for row in rows] == [
            (contacts[0], version), (contacts[1], version),
            (contacts[2], later), (contacts[3], later),
        ]  # fmt: skip
        assert len(runs(later, finished_at=None)) == 1


class TestPrepare:
    def test_it_ends_the_runs_of_older_versions(self, site, clock):
        clock.set("2026-05-01T12:00")
        version = scheduled(site)
        later = published(version.journey, at_time=time(10))

        assert runs(version, finished_at=None) == []
        assert runs(later) == [("2026-05-02T10:00", "05-02 08:00", None)]

    def test_a_version_entered_otherwise_has_none(self, site, clock):
        version = scheduled(site)
        later = published(version.journey, entry_kind="event")

        assert Run.objects.filter(finished_at=None).count() == 0
        assert runs(later) == []

    def test_seconds_do_not_plan_the_same_time_twice(self, site, clock):
        clock.set("2026-05-01T12:00")
        version = scheduled(site, at_time=time(9, 0, 30))
        clock.set("2026-05-02T07:00")
        entry.drain(seconds=5)

        assert runs(version, finished_at=None) == [("2026-05-03T09:00", "05-03 07:00", None)]
