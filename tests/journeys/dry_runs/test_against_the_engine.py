"""A dry run says what the engine then does, for all that does not depend on what people do."""

from datetime import timedelta

import pytest

from apps.delivery.models import Limits
from apps.journeys.models import Journey
from apps.journeys.webhooks import signing
from tests.factories import a_property, a_site
from tests.journeys.authoring import a_draft, a_flow, a_step, inside, lead
from tests.journeys.dry_runs.living import BEGIN, Days, a_reader, a_receiver, expected
from tests.journeys.dry_runs.trying import an_asking_popup, live, tried

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYBODY = {"all": [{"field": "language", "op": "is_not", "value": "xx"}]}
GERMAN = {"all": [{"field": "language", "op": "is", "value": "de"}]}


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


@pytest.fixture
def people(site):
    """Of several zones and languages; the first two are reached by pushes, the last has opted
    out."""
    return [
        a_receiver(site, language="de", time_zone="Asia/Kathmandu"),
        a_receiver(site, language="fr", time_zone="America/Sao_Paulo"),
        a_reader(site, language="de"),
        a_receiver(site, language="en", unsubscribed_at=BEGIN - DAY),
    ]


def a_present(site, **terms):
    """A draft that everybody enters at once."""
    return a_draft(site, entry_kind="segment", members="present", entry_rule=EVERYBODY, **terms)


def compare(journey, days, **given):
    """Both ways through the days; returns the numbers, which are the same."""
    expects = expected(tried(journey, now=days.begin, days=days.days, **given))
    lived = days.live()
    assert expects == lived
    return lived


class TestEntries:
    @pytest.mark.parametrize("reentry", ["once", "not_inside", "every", "restart", "pause"])
    def test_by_an_event_with_every_way_of_entering_again(self, site, clock, people, reentry):
        journey = a_draft(
            site, entry_event="purchase", reentry=reentry, reentry_pauses=[1, 2],
            max_entries=4, max_entries_days=2,
        )  # fmt: skip
        a_flow(journey, "push", "wait")
        days = Days(journey, clock, 7)
        for number, hours in enumerate((1, 5, 30, 49, 75, 77, 100, 101)):
            days.happens(people[number % 3], "purchase", HOUR * hours)
            days.happens(people[0], "purchase", HOUR * hours + timedelta(minutes=7))

        numbers = compare(journey, days)

        assert numbers["entered"]["contacts"] == 3
        assert numbers["refused"] > 0

    def test_each_day_at_nine_of_their_own_clocks_while_those_are_put_forward(
        self, site, clock, people
    ):
        journey = a_draft(
            site, entry_kind="schedule", repeats="daily", at_time="09:00", zone="contact",
            reentry="every", entry_rule=GERMAN,
        )  # fmt: skip
        a_step(journey, "push")

        numbers = compare(journey, Days(journey, clock, 9))

        assert numbers["entered"] == {"times": 18, "contacts": 2}
        assert numbers["hours"] == {9: 9}

    @pytest.mark.parametrize("at_time", ["02:30", "23:59"])
    def test_on_days_of_the_week_by_the_clock_of_the_site(self, site, clock, people, at_time):
        journey = a_draft(
            site, entry_kind="schedule", repeats="weekly", weekdays=[5, 6, 0], at_time=at_time,
            reentry="every",
        )  # fmt: skip
        a_step(journey, "push")

        assert compare(journey, Days(journey, clock, 14))["entered"]["times"] == 24

    def test_by_a_segment_those_present_and_those_who_join(self, site, clock, people):
        journey = a_draft(site, entry_kind="segment", members="both", entry_rule=GERMAN)
        a_flow(journey, "push", "wait")
        days = Days(journey, clock, 7)
        days.comes_to_meet_the_rule([people[1], people[3]], language="de")

        assert compare(journey, days, joins=100)["entered"]["contacts"] == 4

    def test_by_a_call(self, site, clock, people):
        journey = a_draft(site, entry_kind="call", entry_rule=GERMAN)
        a_step(journey, "push")
        days = Days(journey, clock, 7)
        days.is_called(people)

        assert compare(journey, days)["entered"] == {"times": 2, "contacts": 2}

    def test_within_dates_under_a_total_cap_and_not_while_inside_another(self, site, clock, people):
        other = live(site)
        inside(other, contact=people[0])
        journey = a_draft(
            site, entry_event="purchase", reentry="every", excluded=[other.pk], total_cap=3,
            starts_at=BEGIN + DAY, ends_at=BEGIN + DAY * 4,
        )  # fmt: skip
        a_step(journey, "push")
        days = Days(journey, clock, 7)
        for number, hours in enumerate((3, 30, 40, 50, 99)):
            for person in people[: 2 + number % 2]:
                days.happens(person, "purchase", HOUR * hours + timedelta(seconds=person.pk))

        expects = expected(tried(journey, now=BEGIN, days=7))
        lived = days.live()

        # A journey that is full pauses, and nobody is refused by one that does not listen.
        assert expects.pop("refused") > lived.pop("refused")
        assert expects == lived
        assert lived["entered"] == {"times": 3, "contacts": 2}

    def test_a_control_group_is_kept_out(self, site, clock):
        journey = a_present(site, control_percent=50, goal_event="purchase")
        a_step(journey, "push")
        for _ in range(12):
            a_receiver(site)

        expects = expected(tried(journey, now=BEGIN))
        lived = Days(journey, clock, 7).live()

        # They have a row of their own, and are not written down as refused.
        assert expects.pop("refused") == 12 - lived["entered"]["contacts"]
        assert lived.pop("refused") == 0
        assert expects == lived
        assert 0 < lived["entered"]["contacts"] < 12


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


class TestEvents:
    @pytest.fixture
    def journey(self, site):
        """Waits for one of two events for two days, after waiting for three hours."""
        journey = a_present(
            site, exit_event="unsubscribed", goal_event="purchase", goal_hours=60, timeout_hours=90
        )
        wait, event = a_flow(journey, "wait", "event")
        wait.until, wait.amount, wait.unit = "duration", 3, "hours"
        wait.save()
        event.events = [
            {"key": "bought", "name": "Bought", "event": "purchase", "where": []},
            {"key": "wrote", "name": "Wrote", "event": "review", "where": []},
        ]
        event.amount, event.unit = 2, "days"
        event.save()
        push, long = a_step(journey, "push"), a_step(journey, "wait")
        long.until, long.amount, long.unit = "duration", 9, "days"
        long.save()
        for outcome in ("bought", "wrote", "timeout"):
            lead(event, outcome, push)
        for outcome in ("sent", "unreachable"):
            lead(push, outcome, long)
        return journey

    @pytest.mark.parametrize("leaves", [True, False])
    def test_lead_on_let_go_and_count_as_a_success(self, site, clock, people, journey, leaves):
        Journey.objects.filter(pk=journey.pk).update(exits_on_goal=leaves)
        journey.refresh_from_db()
        days = Days(journey, clock, 7)
        anna, ben, carl, dora = people
        days.happens(anna, "purchase", HOUR * 2)
        days.happens(anna, "review", HOUR * 5)
        days.happens(ben, "review", HOUR * 20)
        days.happens(ben, "purchase", HOUR * 70)
        days.happens(carl, "unsubscribed", HOUR * 30)
        days.happens(carl, "purchase", HOUR * 40)
        days.happens(dora, "purchase", HOUR * 51 + timedelta(seconds=1))

        numbers = compare(journey, days)

        assert numbers["goals"] == 3
        assert numbers["exits"] == (
            {"goal": 2, "event": 1, "timeout": 1} if leaves else {"event": 1, "timeout": 3}
        )

    def test_one_that_leads_on_and_lets_go_does_both_in_this_order(self, site, clock, people):
        journey = a_present(site, exit_event="purchase")
        event, push = a_flow(journey, "event", "push")
        days = Days(journey, clock, 7)
        days.happens(people[0], "purchase", HOUR)

        numbers = compare(journey, days)

        assert numbers["steps"][event.key]["left"] == {"bought": 1}
        assert numbers["steps"][push.key]["gone"] == {"event": 1}
        assert numbers["pushes"] == {}

    def test_those_that_a_step_tracks_are_heard_too(self, site, clock, people):
        journey = a_draft(
            site, entry_event="purchase", reentry="every", goal_event="was_here",
            exit_event="went", goal_hours=30,
        )  # fmt: skip
        event, here = a_step(journey, "event"), a_step(journey, "track", event="was_here")
        wait, long = (
            a_step(journey, "wait", until="duration", amount=days, unit="days") for days in (1, 3)
        )
        went = a_step(journey, "track", event="went")
        event.events = [{"key": "went", "name": "Went", "event": "was_here", "where": []}]
        event.amount, event.unit = 1, "days"
        event.save()
        for step, outcome, target in (
            (event, "went", long), (event, "timeout", here), (here, "done", wait),
            (wait, "done", went), (went, "done", a_step(journey, "push")),
        ):  # fmt: skip
            lead(step, outcome, target)
        days = Days(journey, clock, 28)
        for number, person in enumerate(people):
            days.happens(person, "purchase", HOUR * (number + 1))
            days.happens(person, "purchase", HOUR * (20 + number))

        numbers = compare(journey, days)

        assert numbers["steps"][event.key]["left"] == {"went": 4, "timeout": 4}
        assert numbers["goals"] == 8
        assert numbers["exits"]["event"] == 4


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
