from datetime import UTC, datetime, timedelta

import pytest

from apps.journeys.dry_runs.kinds import KINDS
from apps.journeys.kinds import KINDS as REAL
from apps.journeys.primitives import chance
from tests.factories import a_site
from tests.journeys.authoring import a_draft, a_step, lead, of_every_kind
from tests.journeys.dry_runs.trying import (
    NOW,
    WEEK,
    an_asking_popup,
    happened,
    left,
    on_days,
    somebody,
    step,
    tried,
    was_there,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def site():
    return a_site(time_zone="UTC")


@pytest.fixture
def journey(site):
    """Everybody enters at once."""
    return a_draft(site, entry_kind="segment", members="present")


class TestEveryKind:
    def test_it_has_a_counterpart_here(self):
        assert set(KINDS) == set(REAL)

    def test_it_can_be_tried(self, journey, site):
        of_every_kind(journey)
        somebody(site)

        result = tried(journey, days=90)

        assert {each["kind"] for each in result["steps"]} == set(REAL)
        assert result["entered"] == {"times": 1, "contacts": 1}


class TestAPopup:
    def test_it_is_answered_when_the_contact_is_on_the_site_next(self, journey, site):
        popup = a_step(journey, "popup")
        was_there(somebody(site), NOW - WEEK + timedelta(days=1))

        result = tried(journey, popups={"declined": 100})

        assert left(result, popup.key) == {"declined": 1}
        assert on_days(result, "popups") == {"2026-06-02": 1}

    def test_it_is_not_seen_by_who_does_not_come_in_time(self, journey, site):
        popup = a_step(journey, "popup")
        hours = popup.popup.wait_hours
        was_there(somebody(site), NOW - WEEK * 6 + timedelta(hours=hours + 1))

        result = tried(journey, days=40, popups={"declined": 100})

        assert left(result, popup.key) == {"unseen": 1}
        assert result["days"][0]["popups"] == 0

    def test_who_is_assumed_to_come_to_the_site_sees_it(self, site):
        journey = a_draft(site)
        popup = a_step(journey, "popup")
        somebody(site)

        result = tried(journey, events={"session_started": 100}, popups={"closed": 100})

        assert left(result, popup.key) == {"closed": 1}

    def test_who_allows_push_can_be_reached_from_then_on(self, journey, site):
        popup = a_step(journey, "popup", popup=an_asking_popup(site))
        push = a_step(journey, "push")
        lead(popup, "allowed", push)
        was_there(somebody(site, device=False), NOW - WEEK + HOUR)

        result = tried(journey, popups={"allowed": 100})

        assert left(result, push.key) == {"sent": 1}

    @pytest.mark.parametrize(
        "said", [{"push_status": "allowed"}, {"push_status": "blocked"},
                 {"push_disabled_by_platform": True}]
    )  # fmt: skip
    def test_who_must_not_be_asked_does_not_see_the_question(self, journey, site, said):
        popup = a_step(journey, "popup", popup=an_asking_popup(site, wait_hours=24))
        was_there(somebody(site, device=False, **said), NOW - WEEK + HOUR)

        result = tried(journey, popups={"allowed": 100})

        assert left(result, popup.key) == {"unseen": 1}
        assert "not asked for permission." in " ".join(result["assumptions"])

    def test_one_that_asks_nothing_is_never_allowed(self, journey, site):
        popup = a_step(journey, "popup")
        was_there(somebody(site), NOW - WEEK + HOUR)

        result = tried(journey, popups={"allowed": 100})

        assert left(result, popup.key) == {"closed": 1}
        assert on_days(result, "popups") == {"2026-06-01": 1}


class TestAPush:
    def test_it_is_sent_to_who_has_a_device_and_has_not_opted_out(self, journey, site):
        push = a_step(journey, "push")
        somebody(site)
        somebody(site, device=False)
        somebody(site, unsubscribed_at=NOW)

        result = tried(journey)

        assert left(result, push.key) == {"sent": 1, "unreachable": 2}
        assert result["pushes"] == {"sent": 1, "no_device": 1, "opted_out": 1}
        assert result["contacts"] == {"no_device": 1, "opted_out": 1}
        assert on_days(result, "sent") == {"2026-06-01": 1}
        assert result["hours"][12] == 1 and sum(result["hours"]) == 1

    def test_one_that_ignores_consent_goes_to_who_has_opted_out(self, journey, site):
        push = a_step(journey, "push", respects_consent=False)
        somebody(site, unsubscribed_at=NOW)

        assert left(tried(journey), push.key) == {"sent": 1}


class TestAWait:
    def test_it_takes_as_long_as_it_says(self, journey, site):
        wait = a_step(journey, "wait", until="duration", amount=3, unit="days")
        push = a_step(journey, "push")
        lead(wait, "done", push)
        somebody(site)

        assert on_days(tried(journey), "sent") == {"2026-06-04": 1}

    def test_who_waits_at_the_end_is_still_there(self, journey, site):
        wait = a_step(journey, "wait", until="duration", amount=7, unit="days")
        somebody(site)

        result = tried(journey)

        assert step(result, wait.key)["waiting"] == result["inside"] == 1
        assert left(result, wait.key) == {}

    def test_a_date_that_is_past_goes_on_at_once(self, journey, site):
        wait = a_step(journey, "wait", until="date", on_date="2026-05-01")
        somebody(site)

        assert left(tried(journey), wait.key) == {"done": 1}

    def test_a_property_holds_the_date_of_each(self, journey, site):
        wait = a_step(journey, "wait", until="property", property="renewal")
        push = a_step(journey, "push")
        lead(wait, "done", push)
        somebody(site, state={"renewal": "2026-06-03"})
        somebody(site, state={"renewal": "2026-06-05"})
        somebody(site)

        assert on_days(tried(journey), "sent") == {
            "2026-06-01": 1,
            "2026-06-03": 1,
            "2026-06-05": 1,
        }

    @pytest.mark.parametrize(
        "now",
        [
            # Clocks are put forward on 29 March, back on 25 October.
            datetime(2026, 3, 27, 12, tzinfo=UTC),
            datetime(2026, 10, 23, 12, tzinfo=UTC),
        ],
    )
    def test_an_hour_is_by_the_clock_of_the_contact_over_both_changes(self, journey, site, now):
        wait = a_step(journey, "wait", until="hour", at_time="09:00", weekdays=[])
        push = a_step(journey, "push")
        lead(wait, "done", push)
        lead(push, "sent", wait)
        somebody(site, time_zone="Europe/Berlin")

        result = tried(journey, now=now, days=3)

        assert result["pushes"] == {"sent": 3}
        assert result["hours"][9] == 3


class TestWaitingForAnEvent:
    def test_what_the_contact_did_a_week_ago_leads_on(self, journey, site):
        wait = a_step(journey, "event", amount=2, unit="days")
        happened(somebody(site), "purchase", NOW - WEEK + HOUR)
        happened(somebody(site), "purchase", NOW - WEEK + HOUR * 49)
        somebody(site)

        assert left(tried(journey), wait.key) == {"bought": 1, "timeout": 2}

    def test_what_is_assumed_counts_in_place_of_history(self, journey, site):
        wait = a_step(journey, "event", amount=2, unit="days")
        happened(somebody(site), "purchase", NOW - WEEK + HOUR)

        assert left(tried(journey, events={"purchase": 0}), wait.key) == {"timeout": 1}
        assert left(tried(journey, events={"purchase": 100}), wait.key) == {"bought": 1}


class TestPaths:
    def test_a_check_asks_the_rules_as_they_are_now(self, journey, site):
        rule = {"all": [{"event": "purchase", "measure": "count", "op": "gte", "value": 1}]}
        check = a_step(journey, "check", branches=[{"key": "buyer", "name": "Buyer", "rule": rule}])
        happened(somebody(site), "purchase", NOW - HOUR)
        somebody(site)

        assert left(tried(journey), check.key) == {"buyer": 1, "none": 1}

    def test_a_split_sends_everybody_where_the_engine_would(self, journey, site):
        split = a_step(journey, "split")
        people = [somebody(site, device=False) for _ in range(20)]
        first = sum(chance.of(each.pk, split.key) * 4 < chance.PARTS for each in people)

        assert step(tried(journey), split.key)["left"] == {"a": first, "b": 20 - first}

    def test_a_limit_lets_so_many_through_in_each_period(self, journey, site):
        limit = a_step(journey, "limit", most=2, period="day")
        for _ in range(3):
            somebody(site, device=False)

        assert left(tried(journey), limit.key) == {"within": 2, "beyond": 1}

    def test_a_journey_that_is_not_live_cannot_be_started(self, journey, site):
        start = a_step(journey, "start")
        somebody(site)

        assert left(tried(journey), start.key) == {"refused": 1}

    def test_leaving_ends_it(self, journey, site):
        leave = a_step(journey, "leave")
        somebody(site)

        result = tried(journey)

        assert step(result, leave.key)["gone"] == result["exits"] == {"step": 1}


class TestAWebhook:
    def test_it_is_answered_as_is_assumed(self, journey, site):
        webhook = a_step(journey, "webhook")
        somebody(site)

        assert left(tried(journey, webhooks={"refused": 100}), webhook.key) == {"refused": 1}
