"""Pushes at nine, by the contact's clock, over both changes of it."""

from datetime import UTC, datetime, time

import pytest

from tests.factories import a_site
from tests.journeys.authoring import a_draft, a_step
from tests.journeys.dry_runs.trying import on_days, somebody, tried

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("month, day", [(3, 27), (10, 23)])
def test_nine_is_nine_in_berlin_on_every_day(month, day):
    site = a_site(time_zone="Europe/Berlin")
    terms = {"entry_kind": "schedule", "repeats": "daily", "zone": "contact"}
    journey = a_draft(site, at_time=time(6), reentry="every", **terms)
    a_step(journey, "push", hours="fixed", fixed_time=time(9))
    somebody(site, time_zone="Europe/Berlin")

    result = tried(journey, now=datetime(2026, month, day, tzinfo=UTC), days=4)

    assert result["hours"] == [0] * 9 + [4] + [0] * 14
    assert list(on_days(result, "sent").values()) == [1, 1, 1, 1]
