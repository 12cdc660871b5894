"""What happens at steps: a dry run says what the engine then does, for all that does not depend on
what people do."""

from datetime import timedelta

import pytest

from apps.delivery.models import Limits
from apps.journeys.webhooks import signing
from tests.factories import a_property
from tests.journeys.authoring import a_draft, a_flow, a_step, lead
from tests.journeys.dry_runs.both_ways import GERMAN, a_present, compare
from tests.journeys.dry_runs.living import Days, a_reader, a_receiver
from tests.journeys.dry_runs.trying import an_asking_popup, live

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TestWaits:
    def test_for_a_while_and_until_an_hour_of_their_own_day(self, site, clock, people):
        journey = a_present(site)
        wait, push, hour, last = a_flow(journey, "wait", "push", "wait", "push")
        wait.until, wait.amount, wait.unit = "duration", 31, "hours"
        wait.save()
        hour.weekdays = [6]
        hour.save()
        lead(push, "unreachable", hour)

        numbers = compare(journey, Days(journey, clock, 9))

        assert numbers["steps"][last.key]["left"] == {"sent": 2, "unreachable": 2}
        assert numbers["hours"][9] == 2

    def test_until_a_date_of_theirs_that_may_be_past_or_none(self, site, clock):
        a_property(site, "renews")
        journey = a_present(site)
        wait, push = a_flow(journey, "wait", "push")
        wait.until, wait.property, wait.weekdays = "property", "renews", []
        wait.save()
        for renews in ("2040-03-25", "2040-03-01", "soon", "2040-03-22T20:00:00+05:45", None):
            a_receiver(site, time_zone="Asia/Kathmandu", state={"renews": renews} if renews else {})

        numbers = compare(journey, Days(journey, clock, 9))

        assert numbers["days"]["sent"] == {"2040-03-19": 3, "2040-03-22": 1, "2040-03-25": 1}
        assert numbers["steps"][push.key]["left"] == {"sent": 5}


class TestPopups:
    @pytest.fixture
    def journey(self, site):
        """Asks for permission, then sends to those who allow it."""
        journey = a_present(site, goal_event="push_subscribed")
        popup = a_step(journey, "popup", popup=an_asking_popup(site, wait_hours=48))
        push, event = a_step(journey, "push"), a_step(journey, "event")
        event.events = [{"key": "no", "name": "No", "event": "popup_declined", "where": []}]
        event.save()
        lead(popup, "allowed", push)
        lead(popup, "declined", event)
        lead(popup, "unseen", push)
        return journey

    @pytest.mark.parametrize("answer", ["allowed", "declined", "closed", "dismissed", "blocked"])
    def test_are_seen_on_the_next_visit_by_those_who_may_be_asked(
        self, site, clock, people, journey, answer
    ):
        late, disabled = a_reader(site), a_reader(site, push_disabled_by_platform=True)
        days = Days(journey, clock, 7, answer=answer)
        for person in (*people, disabled):
            days.is_there(person, HOUR * 30)
        days.is_there(late, HOUR * 48)

        numbers = compare(journey, days, popups={answer: 100})

        assert numbers["days"]["popups"] == {"2040-03-20": 1}
        assert numbers["goals"] == (answer == "allowed")

    def test_come_one_after_the_other_on_one_visit(self, site, clock):
        journey = a_present(site)
        a_flow(journey, "popup", "wait")
        second = a_step(journey, "popup")
        lead(journey.steps.first(), "closed", second)
        days = Days(journey, clock, 7, answer="closed")
        days.is_there(a_reader(site), HOUR)

        numbers = compare(journey, days, popups={"closed": 100})

        assert numbers["steps"][second.key]["left"] == {"closed": 1}


class TestPushes:
    @pytest.mark.parametrize("hours", ["always", "next", "drop"])
    def test_are_put_off_dropped_and_capped(self, site, clock, people, hours):
        Limits.objects.create(
            site=site, marketing_cap=2, marketing_cap_days=2, hours_from="09:00",
            hours_till="13:30", skipped_weekdays=[2],
        )  # fmt: skip
        journey = a_present(site)
        steps = []
        for number in range(6):
            push, wait = (
                a_step(journey, "push", hours=hours, respects_caps=number != 4),
                a_step(journey, "wait", until="duration", amount=17, unit="hours"),
            )
            steps += [push, wait]
        for push, wait, following in zip(
            steps[::2], steps[1::2], [*steps[2::2], None], strict=True
        ):
            for outcome, _ in push.outcomes:
                lead(push, outcome, wait)
            if following:
                lead(wait, "done", following)
        days = Days(journey, clock, 9)
        days.is_sent_another(people[0], HOUR * 10)
        days.is_sent_another(people[0], HOUR * 60)
        days.is_sent_another(people[1], HOUR * 61)

        numbers = compare(journey, days)

        assert (numbers["pushes"].get("capped", 0) > 0) == (hours != "drop")
        assert (numbers["pushes"].get("outside_hours", 0) > 0) == (hours == "drop")

    def test_at_a_fixed_hour_come_when_it_strikes_for_the_contact(self, site, clock, people):
        journey = a_present(site)
        a_step(journey, "push", hours="fixed", fixed_time="02:30", respects_consent=False)

        numbers = compare(journey, Days(journey, clock, 7))

        assert numbers["hours"] == {2: 3}


class TestRouting:
    def test_checks_splits_and_limits_by_the_day_of_the_site(self, site, clock, people):
        people += [a_receiver(site, language="de") for _ in range(8)]
        journey = a_draft(
            site, entry_kind="schedule", repeats="daily", at_time="23:30", reentry="every",
            zone="contact",
        )  # fmt: skip
        branches = [{"key": "german", "name": "German", "rule": GERMAN}]
        check = a_step(journey, "check", branches=branches)
        limit, split = a_step(journey, "limit", most=4, period="day"), a_step(journey, "split")
        push, leave = a_step(journey, "push"), a_step(journey, "leave")
        lead(check, "german", limit)
        lead(check, "none", leave)
        lead(limit, "within", split)
        lead(split, "a", push)

        numbers = compare(journey, Days(journey, clock, 8))

        assert numbers["exits"]["step"] == 16
        # The day of the site begins at another time than theirs.
        assert numbers["steps"][limit.key]["left"] == {"within": 32, "beyond": 48}

    def test_webhooks_are_answered_and_other_journeys_started(self, site, clock, people):
        signing.create_secret(site)
        journey = a_draft(site, entry_event="purchase", reentry="every")
        start = a_step(journey, "start", target=live(site))
        webhook, push = a_step(journey, "webhook"), a_step(journey, "push")
        lead(start, "started", webhook)
        lead(webhook, "taken", push)
        days = Days(journey, clock, 7)
        for hours in (1, 50):
            days.happens(people[0], "purchase", HOUR * hours)

        numbers = compare(journey, days, webhooks={"taken": 100})

        assert numbers["steps"][start.key]["left"] == {"started": 1, "refused": 1}
        assert numbers["steps"][push.key]["left"] == {"sent": 1}
