"""Runs at the time of each contact's own clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import Contact
from apps.journeys import entry
from apps.journeys.models import Enrolment
from tests.factories import a_contact, a_site
from tests.journeys.entry.making import refusals
from tests.journeys.entry.scheduling import (
    APIA,
    BERLIN,
    KATHMANDU,
    SAO_PAULO,
    entered,
    runs,
    scheduled,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site(time_zone=BERLIN)


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
                # In Apia clocks go forward, then there is no 30th, then they go back.
                "2011-09-24", "2011-12-29", "2011-12-31", "2012-04-01", "2026-06-01"]
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
