from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.journeys import lifecycle, publishing
from apps.journeys.entry import gates
from apps.journeys.models import Enrolment, Journey, Refusal, Tally
from apps.journeys.primitives import chance
from tests.factories import a_contact, a_segment, a_site
from tests.journeys.entry.making import (
    a_version,
    call,
    current,
    leave,
    published,
    refusals,
    refuse_twice,
)

pytestmark = pytest.mark.django_db

ASK = {"field": "push_status", "op": "is", "value": "ask"}


class TestNotActive:
    @pytest.mark.parametrize(
        "state", [{"status": "paused"}, {"status": "archived"}, {"is_held": True}]
    )
    def test_it_refuses_all_while_the_journey_lets_nobody_in(self, site, contact, state):
        version = a_version(site)
        Journey.objects.filter(pk=version.journey_id).update(**state)

        refuse_twice(version, contact, "not_active")


MOMENT = timedelta(microseconds=1)


class TestDates:
    def test_it_refuses_before_the_first_moment(self, site, contact):
        version = a_version(site, starts_at=timezone.now() + timedelta(minutes=1))

        refuse_twice(version, contact, "dates")

    def test_it_refuses_after_the_last_moment(self, site, contact, clock):
        version = a_version(site, ends_at=clock.at + timedelta(minutes=1))
        clock.at += timedelta(minutes=2)

        refuse_twice(version, contact, "dates")

    def test_it_is_open_at_the_first_and_at_the_last_moment(self, site, contact, clock):
        first, last = clock.at, clock.at + timedelta(days=1)
        version = a_version(site, starts_at=first, ends_at=last, reentry="every")

        for at, entered in (
            (first - MOMENT, []), (first, [contact]), (last, [contact]), (last + MOMENT, [])
        ):  # fmt: skip
            clock.at = at
            assert call(version, contact) == entered

    def test_it_is_open_between_them(self, site, contact):
        now, day = timezone.now(), timedelta(days=1)
        version = a_version(site, starts_at=now - day, ends_at=now + day)

        assert call(version, contact) == [contact]


class TestRule:
    def test_it_refuses_who_does_not_meet_it(self, site):
        blocked = a_contact(site, push_status="blocked")
        version = a_version(site, entry_rule=ASK)

        refuse_twice(version, blocked, "rule")

    def test_it_lets_in_who_does(self, site, contact):
        assert call(a_version(site, entry_rule=ASK), contact) == [contact]

    def test_nobody_meets_one_that_cannot_be_asked(self, site, contact):
        segment = a_segment(site, rule=ASK)
        version = a_version(site, entry_rule={"segment": segment.pk, "op": "in"})
        segment.delete()

        refuse_twice(version, contact, "rule")


class TestExcluded:
    def test_it_refuses_who_is_inside_another_journey_now(self, site, contact):
        other = a_version(site)
        version = a_version(site, excluded=[other.journey_id])
        call(other, contact)

        refuse_twice(version, contact, "excluded")

        leave(other)
        assert call(version, contact) == [contact]


class TestControl:
    @pytest.fixture
    def version(self, site):
        return a_version(site, reentry="every", control_percent=50)

    def of_each(self, version):
        """One contact of the control group, and one who is not."""
        found = {}
        while len(found) < 2:
            contact = a_contact(version.journey.site)
            drawn = chance.of(contact.pk, gates.control_seed(version.journey_id))
            found[drawn < 5000] = contact
        return found[True], found[False]

    def test_it_writes_down_once_who_is_kept_out(self, version):
        kept, other = self.of_each(version)

        assert call(version, kept, other) == [other]

        row = Enrolment.objects.get(contact=kept)
        assert (row.is_control, row.state, row.exit_reason) == (True, "left", "control")
        assert (row.entry_key, row.due_at, row.left_at) == ("control", None, row.entered_at)
        assert refusals() == []
        assert Tally.objects.get().count == 1

    def test_it_refuses_them_from_then_on(self, version):
        kept, _ = self.of_each(version)
        call(version, kept)

        refuse_twice(version, kept, "control")

    def test_it_stays_the_same_in_a_version_that_keeps_out_more(self, version):
        kept, _ = self.of_each(version)

        assert call(published(version.journey, control_percent=90), kept) == []

    def test_it_keeps_out_about_as_many_as_asked(self, version):
        contacts = [a_contact(version.journey.site) for _ in range(200)]

        # Five times what chance alone explains.
        assert 65 <= len(call(version, *contacts)) <= 135


class TestTotalCap:
    def test_it_lets_in_so_many_and_pauses_the_journey(self, site):
        version = a_version(site, total_cap=2)
        contacts = [a_contact(site) for _ in range(3)]

        assert call(version, *contacts) == contacts[:2]

        journey = current(version).journey
        assert (journey.status, journey.pause_reason) == (
            "paused",
            "2 have entered, as many as may altogether.",
        )
        assert refusals() == [(contacts[2], "total_cap", 1)]

    def test_it_does_not_count_the_control_group(self, site):
        version = a_version(site, total_cap=1, control_percent=90)
        while not call(version, a_contact(site)):
            assert current(version).journey.status == "active"

        assert current(version).journey.status == "paused"

    @pytest.mark.parametrize("status", ["finished", "archived"])
    def test_it_pauses_nothing_that_is_over(self, site, status):
        version = a_version(site, total_cap=1)
        call(version, a_contact(site))
        Journey.objects.filter(pk=version.journey_id).update(status=status, pause_reason="")

        assert call(version, a_contact(site)) == []

        journey = current(version).journey
        assert (journey.status, journey.pause_reason) == (status, "")

    def test_a_greater_cap_goes_on_counting(self, site):
        version = a_version(site, total_cap=1)
        call(version, a_contact(site))
        version = published(version.journey, total_cap=2)
        lifecycle.resume(version.journey)
        contacts = [a_contact(site), a_contact(site)]

        assert call(version, *contacts) == contacts[:1]


class TestOrder:
    def test_the_first_gate_that_is_closed_is_the_one_that_is_told(self, site):
        other, contact = a_version(site), a_contact(site, push_status="blocked")
        everything = {
            "entry_rule": ASK,
            "reentry": "not_inside",
            "max_entries": 1,
            "excluded": [other.journey_id],
        }
        version = a_version(site, **everything)
        call(other, contact)
        told = []

        for change in (
            lambda: contact.__class__.objects.update(push_status="ask"),
            lambda: leave(other),
            lambda: None,
            lambda: leave(version),
        ):
            call(version, contact)
            told += [row.gate for row in Refusal.objects.all()]
            Refusal.objects.all().delete()
            change()
        call(version, contact)
        told += [row.gate for row in Refusal.objects.all()]

        assert told == ["rule", "excluded", "reentry", "max_entries"]


class TestQueries:
    """Every gate at once."""

    def needed(self, number):
        site = a_site()
        other = a_version(site)
        version = a_version(
            site,
            entry_rule=ASK,
            reentry="pause",
            max_entries=5,
            max_entries_days=30,
            excluded=[other.journey_id],
            control_percent=50,
            total_cap=1000,
            starts_at=timezone.now() - timedelta(days=1),
        )
        entering, kept = [], []
        while len(entering) < number or len(kept) < number:
            contact = a_contact(site)
            drawn = chance.of(contact.pk, gates.control_seed(version.journey_id))
            (kept if drawn < 5000 else entering).append(contact)
        blocked = [a_contact(site, push_status="blocked") for _ in range(number)]
        inside = [a_contact(site) for _ in range(number)]
        call(other, *inside)
        contacts = entering[:number] + kept[:number] + blocked + inside
        version = current(version)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            call(version, *contacts)
        assert Enrolment.objects.filter(journey=version.journey, left_at=None).count() >= number
        return len(queries)

    def test_it_needs_the_same_for_any_number_of_contacts(self):
        assert self.needed(1) == self.needed(3)


class TestOf:
    def test_it_names_the_gates_that_a_version_has_in_order(self, site, contact):
        version = a_version(
            site,
            reentry="pause",
            entry_rule=ASK,
            control_percent=10,
            max_entries=1,
            excluded=[a_version(site).journey_id],
        )

        asked = gates.of(current(version), at=timezone.now(), among=[contact.pk])

        assert [gate for gate, _ in asked] == [
            "rule", "reentry", "pause", "max_entries", "excluded", "control",
        ]  # fmt: skip
        assert publishing.problems(version.journey) == []
