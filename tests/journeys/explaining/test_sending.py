"""Whether the next push would be sent now: each answer in its exact words."""

from datetime import UTC, datetime, time

import pytest

from apps.delivery.models import Limits
from apps.delivery.pushes import Terms, queue
from apps.delivery.wanted import Wanted
from tests.delivery.receivers import a_receiver
from tests.factories import a_contact, a_push, a_site
from tests.journeys.explaining.asking import of
from tests.journeys.kinds.messages import a_push_flow

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


def sending(site, contact, at=None, **step):
    """By its name, whether each is met, what it asks and what was found."""
    journey = a_push_flow(site, **step)
    [found] = of(journey.live_version, contact, at=at).sending
    return {row.name: (row.is_met, row.asked, row.found) for row in found.gates}


class TestSending:
    def test_all_is_well(self, site):
        found = sending(site, a_receiver(site), push=a_push(site, name="Hello"))

        assert found["asset"] == (True, "The push is active", "“Hello” is active")
        assert found["consent"] == (True, "The contact has not opted out", "has not opted out")
        asked = "A device with a live subscription"
        assert found["devices"] == (True, asked, "1 device: Firefox on Linux")
        assert found["caps"] == (True, "No cap", "")

    def test_an_asset_out_of_use(self, site):
        journey = a_push_flow(site, push=a_push(site, name="Old"))
        journey.site.assets.update(status="archived")

        [found] = of(journey.live_version, a_receiver(site)).sending

        row = found.gates[0]
        assert (row.is_met, row.found) == (False, "“Old” is archived")
        assert not found.would_be_sent

    def test_who_has_opted_out_and_a_step_that_does_not_mind(self, site):
        contact = a_contact(site, push_disabled_by_platform=True)

        heeds = sending(site, contact)["consent"]
        ignores = sending(site, contact, respects_consent=False)["consent"]

        assert heeds == (False, "The contact has not opted out", "opted out by the platform")
        assert ignores == (True, "Sent whoever has opted out", "opted out by the platform")

    def test_a_cap_counts_what_was_sent(self, site):
        Limits.objects.create(site=site, marketing_cap=1, marketing_cap_days=7)
        contact, asked = a_receiver(site), "At most 1 marketing push within 7 days"

        assert sending(site, contact)["caps"] == (True, asked, "0 of 1 sent in that time")
        queue(a_push(site), Wanted(contact_id=contact.pk, key="k"), Terms())
        assert sending(site, contact)["caps"] == (False, asked, "1 of 1 sent in that time")

    def test_hours_say_when_it_is_allowed_next(self, site):
        Limits.objects.create(site=site, hours_from=time(9), hours_till=time(12))
        contact = a_receiver(site, time_zone="Asia/Kathmandu")

        found = sending(site, contact, at=NOON, hours="next")["hours"]
        early = sending(site, contact, at=NOON.replace(hour=4), hours="next")["hours"]

        words = "it is 27 November 2026, 17:45 in Asia/Kathmandu"
        assert found[::2] == (False, f"{words}; allowed next on 28 November 2026, 09:00")
        assert early[::2] == (True, "it is 27 November 2026, 09:45 in Asia/Kathmandu")
