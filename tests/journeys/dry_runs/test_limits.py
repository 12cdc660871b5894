from datetime import timedelta

import pytest

from apps.delivery.models import Limits
from apps.journeys.models import Enrolment
from apps.journeys.models.message_keys import campaign
from tests.factories import a_site, an_onboarding
from tests.journeys.authoring import a_draft, a_flow, a_step, inside
from tests.journeys.dry_runs.trying import (
    NOW,
    WEEK,
    left,
    live,
    on_days,
    somebody,
    tried,
    was_sent,
)

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUYERS = {"all": [{"event": "purchase", "measure": "count", "op": "gte", "value": 1}]}


@pytest.fixture
def site():
    return a_site(time_zone="UTC")


@pytest.fixture
def journey(site):
    """Everybody enters at once."""
    return a_draft(site, entry_kind="segment", members="present")


class TestCaps:
    @pytest.fixture
    def three(self, site, journey):
        """Three pushes, a day after one another."""
        Limits.objects.create(site=site, marketing_cap=2, marketing_cap_days=7)
        flow = a_flow(journey, "push", "wait", "push", "wait", "push")
        for wait in flow[1::2]:
            wait.until, wait.amount, wait.unit = "duration", 1, "days"
            wait.save()
        return flow

    def test_it_bites_on_the_push_that_is_one_too_many(self, site, journey, three):
        somebody(site)

        result = tried(journey)

        assert [left(result, push.key) for push in three[::2]] == [
            {"sent": 1},
            {"sent": 1},
            {"held_back": 1},
        ]
        assert on_days(result, "capped") == {"2026-06-03": 1}
        assert result["cap"] == {
            "category": "marketing", "most": 2, "days": 7, "held_back": 1, "because_of_others": 0,
        }  # fmt: skip

    def test_pushes_of_others_that_were_really_sent_count(self, site, journey, three):
        was_sent(somebody(site), NOW - DAY)

        result = tried(journey, days=3)

        assert result["cap"]["held_back"] == 1
        assert result["cap"]["because_of_others"] == 1
        assert on_days(result, "capped_by_others") == {"2026-06-02": 1}

    def test_one_that_ignores_caps_is_sent(self, site, journey, three):
        three[-1].respects_caps = False
        three[-1].save()
        somebody(site)

        assert left(tried(journey), three[-1].key) == {"sent": 1}


class TestHours:
    @pytest.fixture
    def mornings(self, site):
        return Limits.objects.create(site=site, hours_from="08:00", hours_till="10:00")

    def test_a_push_outside_them_is_put_off(self, site, journey, mornings):
        a_step(journey, "push", hours="next")
        somebody(site)

        result = tried(journey)

        assert result["pushes"] == {"put_off": 1, "sent": 1}
        assert on_days(result, "put_off") == {"2026-06-01": 1}
        assert on_days(result, "sent") == {"2026-06-02": 1}
        assert result["hours"][8] == 1

    def test_or_dropped(self, site, journey, mornings):
        push = a_step(journey, "push", hours="drop")
        somebody(site)

        result = tried(journey)

        assert left(result, push.key) == {"held_back": 1}
        assert on_days(result, "outside_hours") == {"2026-06-01": 1}


class TestCollisions:
    def test_it_says_who_is_in_another_journey_too(self, site, journey):
        an_onboarding(site)
        other = live(site, name="Spring")
        anna, ben = somebody(site), somebody(site)
        inside(other, contact=anna)
        Enrolment.objects.filter(contact=anna).update(entered_at=NOW - DAY)
        inside(other, contact=ben, left_at=NOW - HOUR)
        Enrolment.objects.filter(contact=ben).update(entered_at=NOW - DAY * 2)
        was_sent(ben, NOW - WEEK + HOUR, campaign=campaign(other.pk))
        a_step(journey, "push")
        somebody(site)

        assert tried(journey)["collisions"] == [
            {"journey": other.pk, "name": "Spring", "inside": 1, "lately": 2, "pushes": 1}
        ]

    def test_it_says_who_would_be_sent_too_many_on_a_day(self, site, journey):
        anna = somebody(site)
        somebody(site)
        was_sent(anna, NOW - WEEK + HOUR)
        a_step(journey, "push")

        result = tried(journey, many=1)

        assert result["too_many"] == {"more_than": 1, "contacts": 1, "because": 1}
        assert on_days(result, "too_many") == {"2026-06-01": 1}
        assert on_days(result, "others") == {"2026-06-01": 1}
