"""The times at which a contact could have entered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys.entry import by_schedule, by_segment
from apps.journeys.models import Enrolment, PendingEvent, Refusal, Run, Seen, Watch
from tests.factories import a_contact, a_site, an_event
from tests.journeys.entry.making import a_version
from tests.journeys.explaining.asking import of, when
from tests.journeys.listening.listeners import hear

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


def became(version, contact):
    return [row.became for row in of(version, contact).occasions]


class TestEvents:
    def test_each_counts_where_contacts_enter_every_time(self, site):
        version = a_version(site, entry_kind="event", entry_event="purchase", reentry="every")
        contact = a_contact(site)
        for _ in range(2):
            an_event(contact)
            hear()

        assert became(version, contact) == ["entered for the 2nd time", "entered for the 1st time"]

    def test_one_that_waits_and_one_that_was_given_up_say_so(self, site):
        version = a_version(site, entry_kind="event", entry_event="purchase")
        contact = a_contact(site)
        an_event(contact)

        assert became(version, contact) == ["not heard yet"]
        PendingEvent.objects.update(due_at=None, errors=5)
        assert became(version, contact) == ["given up after too many errors"]

    def test_one_before_the_journey_was_published_says_so(self, site):
        contact = a_contact(site)
        an_event(contact)
        version = a_version(site, entry_kind="event", entry_event="purchase")

        assert became(version, contact) == ["the journey was not published yet"]

    def test_only_the_last_refusal_is_remembered(self, site):
        version = a_version(site, entry_kind="event", entry_event="purchase")
        contact = a_contact(site)
        for _ in range(3):
            an_event(contact)
            hear()

        assert became(version, contact) == [
            "refused: Has been in, or is inside",
            "did not enter; why is not remembered",
            "entered for the 1st time",
        ]


class TestRuns:
    def runs(self, version, due_at, *zones):
        Run.objects.all().delete()
        for number, names in enumerate(zones):
            at = due_at + timedelta(minutes=number)
            Run.objects.create(
                version=version, occurrence="2026-03-29T09:00", due_at=at, zones=names,
                finished_at=timezone.now(),
            )  # fmt: skip

    def a_daily(self, site):
        return a_version(
            site, entry_kind="schedule", repeats="daily", at_time="09:00", zone="contact"
        )

    def test_only_those_of_the_zone_of_the_contact_are_named(self, site):
        version, due = self.a_daily(site), timezone.now() - timedelta(hours=1)
        berlin, nowhere, tokyo = (
            a_contact(site, time_zone=zone) for zone in ("Europe/Berlin", "", "Asia/Tokyo")
        )
        self.runs(version, due, [by_schedule.OTHERS], ["Europe/Berlin"], [])

        for contact, minute in ((berlin, 1), (nowhere, 0), (tokyo, 0)):
            [row] = of(version, contact).occasions
            assert (row.at, row.words) == (
                due + timedelta(minutes=minute), "the run of 29 March 2026, 09:00"
            )  # fmt: skip

    def test_who_was_let_in_and_who_was_refused(self, site):
        version, due = self.a_daily(site), timezone.now() - timedelta(hours=1)
        entered, refused, neither = (a_contact(site) for _ in range(3))
        self.runs(version, due, None)
        Enrolment.objects.create(
            journey=version.journey, version=version, contact=entered, number=1,
            step=version.steps.first(), entry_key="at:2026-03-29T09:00",
        )  # fmt: skip
        Refusal.objects.create(
            journey=version.journey, contact=refused, gate="reentry", at=due + timedelta(seconds=1)
        )

        assert became(version, entered) == ["entered for the 1st time"]
        assert became(version, refused) == ["refused: Has been in, or is inside"]
        assert became(version, neither) != became(version, entered)

    def test_nothing_is_to_come_where_all_is_over(self, site):
        version = self.a_daily(site)
        Run.objects.update(finished_at=timezone.now())

        assert of(version, a_contact(site)).next_chance == "No run is planned any more."


class TestSegment:
    @pytest.fixture
    def version(self, site):
        rule = {"field": "push_status", "op": "is", "value": "ask"}
        return a_version(site, entry_kind="segment", entry_rule={"all": [rule]})

    def look(self):
        for watch in Watch.objects.all():
            by_segment.advance(watch.pk)

    def test_it_says_when_the_contact_was_seen_meeting_the_rule(self, version, site):
        contact = a_contact(site, push_status="ask")
        before = of(version, contact).next_chance
        self.look()

        assert before == "Was not seen meeting the rule yet: enters when the next look finds so."
        assert of(version, contact).next_chance == (
            f"Was seen meeting the rule on {when(version, Seen.objects.get().at)}: enters again "
            "only after not meeting it for a while."
        )

    def test_it_says_when_the_last_look_was_that_did_not_see_it(self, version, site):
        contact = a_contact(site, push_status="blocked")
        self.look()

        begun = when(version, Watch.objects.get().begun_at)
        assert of(version, contact).next_chance == (
            "Was not seen meeting the rule yet: enters when the next look finds so. "
            f"The last look began on {begun}."
        )

    def test_it_says_that_only_those_present_at_publishing_enter(self, site):
        rule = {"field": "push_status", "op": "is", "value": "ask"}
        version = a_version(
            site, entry_kind="segment", members="present", entry_rule={"all": [rule]}
        )
        contact = a_contact(site, push_status="blocked")
        self.look()

        assert of(version, contact).next_chance == (
            "Only those who met the rule when the journey was published enter."
        )
