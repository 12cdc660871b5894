from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.accounts.models import Contact
from apps.journeys import entry
from apps.journeys.entry import by_schedule, slices
from apps.journeys.models import Enrolment, Journey, Run
from tests.factories import a_contact, a_segment, a_site
from tests.journeys.entry.making import a_version, published, refusals

pytestmark = pytest.mark.django_db

ASK = {"field": "push_status", "op": "is", "value": "ask"}
BERLIN, SAO_PAULO = "Europe/Berlin", "America/Sao_Paulo"
KATHMANDU, APIA = "Asia/Kathmandu", "Pacific/Apia"


@pytest.fixture
def site():
    return a_site(time_zone=BERLIN)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, monkeypatch):
        self.at = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def set(self, text):
        self.at = datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def scheduled(site, **terms):
    terms = {"repeats": "daily", "at_time": time(9), **terms}
    return a_version(site, entry_kind="schedule", **terms)


def runs(version, **which):
    rows = Run.objects.filter(version=version, **which).order_by("due_at")
    return [(row.occurrence, f"{row.due_at:%m-%d %H:%M}", row.zones) for row in rows]


def entered():
    return [
        (row.contact, f"{row.entered_at:%m-%d %H:%M}", row.entry_key)
        for row in Enrolment.objects.order_by("pk")
    ]


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
        clock.set("2026-05-03T07:01")

        assert runs(scheduled(site, repeats="once", on_date=date(2026, 5, 3))) == []

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


class TestInTheZoneOfEachContact:
    def people(self, site):
        zones = [BERLIN, SAO_PAULO, KATHMANDU, APIA, "", "Nowhere/Else"]
        return [a_contact(site, time_zone=zone) for zone in zones]

    def let_hours_pass(self, clock, *, hours):
        for _ in range(hours * 4):
            entry.drain(seconds=5)
            clock.at += timedelta(minutes=15)

    @pytest.mark.parametrize(
        "day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2018-11-04", "2019-02-17",
                "2026-06-01"]
    )  # fmt: skip
    def test_each_enters_at_nine_by_the_own_clock(self, site, clock, day):
        clock.at = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=24)
        people = self.people(site)
        scheduled(site, zone="contact", repeats="once", on_date=date.fromisoformat(day))

        self.let_hours_pass(clock, hours=52)

        rows = {row.contact: row.entered_at for row in Enrolment.objects.all()}
        zones = [BERLIN, SAO_PAULO, KATHMANDU, APIA, BERLIN, BERLIN]
        assert [
            f"{rows[contact].astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
            for contact, zone in zip(people, zones, strict=True)
        ] == [f"{day} 09:00"] * 6

    def test_one_run_is_planned_for_each_moment_shortly_before_the_first(self, site, clock):
        clock.set("2026-05-01T12:00")
        version = scheduled(site, zone="contact", repeats="once", on_date=date(2026, 5, 3))
        assert runs(version) == [("2026-05-03T09:00", "05-02 18:45", [])]
        self.people(site)
        a_contact(site, time_zone="Europe/Paris")

        clock.set("2026-05-02T18:45")
        entry.drain(seconds=5)

        assert runs(version, finished_at=None) == [
            ("2026-05-03T09:00", "05-02 20:00", [APIA]),
            ("2026-05-03T09:00", "05-03 03:15", [KATHMANDU]),
            ("2026-05-03T09:00", "05-03 07:00", ["", BERLIN, "Europe/Paris"]),
            ("2026-05-03T09:00", "05-03 12:00", [SAO_PAULO]),
        ]

    def test_who_changes_zone_enters_once(self, site, clock):
        clock.set("2026-05-01T12:00")
        self.people(site)
        traveller = a_contact(site, time_zone=APIA)
        scheduled(site, zone="contact", repeats="once", on_date=date(2026, 5, 3), reentry="restart")
        clock.set("2026-05-02T20:00")
        entry.drain(seconds=5)
        Contact.objects.filter(pk=traveller.pk).update(time_zone=SAO_PAULO)

        self.let_hours_pass(clock, hours=20)

        assert Enrolment.objects.filter(contact=traveller).count() == 1
        assert Enrolment.objects.count() == 7
        assert refusals() == []

    def test_who_comes_to_a_zone_that_was_not_planned_goes_by_the_sites(self, site, clock):
        clock.set("2026-05-02T18:45")
        scheduled(site, zone="contact", repeats="once", on_date=date(2026, 5, 3))
        entry.drain(seconds=5)
        late = a_contact(site, time_zone=SAO_PAULO)

        self.let_hours_pass(clock, hours=20)

        assert entered() == [(late, "05-03 07:00", "1")]

    def test_where_it_was_too_late_at_publishing_nobody_enters(self, site, clock):
        clock.set("2026-05-03T06:00")
        people = self.people(site)
        scheduled(site, zone="contact", repeats="once", on_date=date(2026, 5, 3))

        self.let_hours_pass(clock, hours=20)

        berlin, sao_paulo, _, _, *others = people
        assert [row[0] for row in entered()] == [berlin, *others, sao_paulo]

    def test_it_repeats(self, site, clock):
        clock.set("2026-05-01T12:00")
        for zone in (BERLIN, APIA):
            a_contact(site, time_zone=zone)
        scheduled(site, zone="contact", reentry="every")

        self.let_hours_pass(clock, hours=3 * 24)

        keys = [row[1:] for row in entered()]
        assert keys == [
            (f"05-0{day - 1} 20:00", f"at:2026-05-0{day}T09:00")
            if at == 0
            else (f"05-0{day} 07:00", f"at:2026-05-0{day}T09:00")
            for day in (2, 3, 4)
            for at in (0, 1)
        ]


class TestSlices:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(slices, "SIZE", 2)

    def test_who_dies_in_the_middle_lets_each_in_once(self, site, clock, monkeypatch):
        clock.set("2026-05-01T12:00")
        contacts = [a_contact(site) for _ in range(5)]
        version = scheduled(site, reentry="restart")
        real = by_schedule.admit

        def die(entry, candidates):
            number = real(entry, candidates)
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
