from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.journeys import engine
from apps.journeys.explaining import explain
from apps.journeys.models import Enrolment, Journey
from tests.factories import a_contact, a_property, a_push, a_site, a_subscription, an_event
from tests.journeys import authoring
from tests.journeys.entry.making import a_version, call, leave, published
from tests.journeys.listening.listeners import hear

pytestmark = pytest.mark.django_db

BLOCKED = {"field": "push_status", "op": "is", "value": "blocked"}


def of(version, contact):
    journey = Journey.objects.select_related("site", "live_version").get(pk=version.journey_id)
    return explain(journey, contact)


def gate(found, name):
    row = next(row for row in found.gates if row.name == name)
    return (row.is_met, row.asked, row.found)


class TestGates:
    def test_all_are_named_in_order_where_none_is_closed(self):
        version = a_version(reentry="every")
        found = of(version, a_contact(version.journey.site))

        assert [row.name for row in found.gates] == [
            "not_active", "dates", "event", "rule", "reentry", "pause", "max_entries",
            "excluded", "control", "total_cap",
        ]  # fmt: skip
        assert all(row.is_met for row in found.gates)
        assert found.verdict == "Could enter now, by the API or by another journey."

    def test_a_paused_journey_says_so(self):
        version = a_version()
        Journey.objects.filter(pk=version.journey_id).update(
            status="paused", pause_reason="Enough."
        )

        found = of(version, a_contact(version.journey.site))

        assert gate(found, "not_active") == (
            False, "The journey lets contacts in", "is paused: Enough."
        )  # fmt: skip
        assert found.verdict == "Could not enter now: The journey lets nobody in."

    def test_the_dates_are_those_of_the_site(self):
        starts = timezone.now() + timedelta(days=2)
        version = a_version(starts_at=starts)

        is_met, asked, _ = gate(of(version, a_contact(version.journey.site)), "dates")

        assert (is_met, asked[:9]) == (False, "Only from")

    def test_a_rule_is_explained_condition_by_condition(self):
        version = a_version(entry_rule={"all": [BLOCKED]})

        found = of(version, a_contact(version.journey.site))

        row = next(row for row in found.gates if row.name == "rule")
        assert (row.is_met, row.found) == (False, "does not meet it")
        actual = row.rule.children[0].actual
        assert actual == "Push status of the last session is Ask"
        assert found.verdict == "Could not enter now: Did not meet “for contacts who”."

    def test_reentry_says_how_it_was_in(self):
        version = a_version()
        contact = a_contact(version.journey.site)
        call(version, contact)

        inside = gate(of(version, contact), "reentry")
        leave(version)
        after = gate(of(version, contact), "reentry")

        assert inside[2].startswith("has been inside since") and inside[2].endswith(
            "for the 1st time"
        )
        assert (after[0], after[1]) == (False, "May enter: once ever")
        assert after[2].endswith(": came to the end")

    def test_a_pause_says_when_it_is_over(self):
        version = a_version(reentry="pause", reentry_pauses=[3, 7])
        contact = a_contact(version.journey.site)
        call(version, contact)
        leave(version, days_ago=1)

        is_met, asked, found = gate(of(version, contact), "pause")
        assert (is_met, asked) == (False, "A pause between two times of 3, 7 days")
        assert "the pause of 3 days is over on" in found
        leave(version)
        Enrolment.objects.update(left_at=timezone.now() - timedelta(days=4))
        assert gate(of(version, contact), "pause")[0]

    def test_entries_are_counted(self):
        version = a_version(reentry="every", max_entries=1, max_entries_days=30)
        contact = a_contact(version.journey.site)
        asked = "At most once within 30 days"

        assert gate(of(version, contact), "max_entries") == (
            True,
            asked,
            "entered 0 of 1 allowed times",
        )
        call(version, contact)
        assert gate(of(version, contact), "max_entries") == (
            False,
            asked,
            "entered 1 of 1 allowed times",
        )

    def test_it_names_the_journey_that_excludes(self):
        other = a_version()
        version = a_version(other.journey.site, excluded=[other.journey_id])
        contact = a_contact(other.journey.site)
        asked = f"Not while inside “{other.journey}”"

        assert gate(of(version, contact), "excluded") == (True, asked, "is inside none of them")
        call(other, contact)
        is_met, _, found = gate(of(version, contact), "excluded")
        assert (is_met, found.startswith(f"inside “{other.journey}” since")) == (False, True)

    def test_who_is_drawn_is_told_so_rather_than_that_it_was_in(self):
        version = a_version(control_percent=50, goal_event="purchase")
        people = [a_contact(version.journey.site) for _ in range(30)]
        entered = call(version, *people)
        kept_out = next(row for row in people if row not in entered)

        found = of(version, kept_out)

        assert gate(found, "control") == (
            False,
            "A control group of 50 % is kept out, always the same contacts",
            "drawn into the control group",
        )
        assert found.verdict == "Could not enter now: Is in the control group."
        assert gate(of(version, entered[0]), "control")[2] == "not drawn"

    def test_the_total_cap_is_counted_and_nothing_is_written(self):
        version = a_version(total_cap=1)
        contact, other = (a_contact(version.journey.site) for _ in range(2))

        assert gate(of(version, contact), "total_cap")[::2] == (True, "0 of 1 have entered")
        call(version, other)
        assert gate(of(version, contact), "total_cap")[::2] == (False, "1 of 1 have entered")

    def test_a_journey_never_published_says_so(self):
        journey = authoring.a_draft()

        found = explain(journey, a_contact(journey.site))

        assert found.version is None and not found.gates
        assert found.verdict == "The journey was never published, so nobody enters it."


class TestOccasions:
    def test_each_event_says_what_became_of_it(self):
        site = a_site()
        a_property(site, "price", "number", event="purchase")
        where = [{"field": "price", "op": "gt", "value": 20}]
        version = a_version(site, entry_kind="event", entry_event="purchase", entry_where=where)
        contact = a_contact(site)
        for price in (10, 30, 40):
            an_event(contact, price=price)
            hear()

        found = of(version, contact)

        assert [(row.is_met, row.became) for row in found.occasions] == [
            (True, "refused: Has been in, or is inside"),
            (True, "entered for the 1st time"),
            (False, "The event did not have the properties asked for"),
        ]
        assert "Refused" in found.refusal

    def test_a_schedule_names_the_next_run(self):
        version = a_version(entry_kind="schedule", repeats="daily", at_time="09:00", zone="contact")
        contact = a_contact(version.journey.site, time_zone="Asia/Kathmandu")

        assert of(version, contact).next_chance.endswith("09:00 in Asia/Kathmandu.")


class TestInside:
    def test_it_says_where_it_is_and_until_when(self):
        version = a_version()
        contact = a_contact(version.journey.site, time_zone="Europe/Berlin")
        call(version, contact)
        engine.drain()

        way = of(version, contact).ways[0]

        assert (way.number, way.version, way.entered_by) == (
            1,
            1,
            "by the API or by another journey",
        )
        assert way.now.startswith("At “Wait” since")
        assert way.now.endswith("in Europe/Berlin") and "waits until" in way.now
        Enrolment.objects.update(state="failed", errors=5, due_at=None)
        parked = of(version, contact).ways[0].now
        assert parked.endswith("parked after 5 errors: goes on when somebody retries it")

    def test_a_push_and_what_is_said_if_it_were_sent_now(self):
        journey = authoring.a_draft(entry_kind="call")
        authoring.a_step(journey, "push", "Say hello", push=a_push(journey.site, name="Hello"))
        version = published(journey)
        device = a_subscription().device
        device.contact.site = journey.site
        device.contact.save()

        before = of(version, device.contact).sending[0]
        call(version, device.contact)
        engine.drain()
        visit = of(version, device.contact).ways[0].visits[0]

        assert (before.would_be_sent, before.pushes) == (True, ["Hello"])
        assert [row.name for row in before.gates] == [
            "asset", "consent", "devices", "caps", "hours"
        ]  # fmt: skip
        assert (visit.outcome, visit.messages[0].status) == ("Sent", "Queued")

    def test_who_has_no_device_is_told_so(self):
        journey = authoring.a_draft(entry_kind="call")
        authoring.a_step(journey, "push")
        version = published(journey)
        contact = a_contact(journey.site, push_disabled_by_platform=True)

        sending = of(version, contact).sending[0]

        closed = {row.name: row.found for row in sending.gates if not row.is_met}
        assert closed == {"consent": "opted out by the platform", "devices": "none"}

    def test_queries_do_not_grow_with_the_ways(self):
        version = a_version(reentry="every")
        contact = a_contact(version.journey.site)
        counts = []
        for number in (1, 2):
            for _ in range(number):
                call(version, contact)
            engine.drain()
            with CaptureQueriesContext(connection) as captured:
                assert of(version, contact).ways
            counts.append(len(captured))

        assert counts[0] == counts[1]
