import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets.library import usage
from apps.assets.models import Popup, Push
from apps.journeys import publishing
from apps.journeys.models import Enrolment, Journey, PushStep
from tests.factories import a_contact, a_live_journey, a_push, a_site

pytestmark = pytest.mark.django_db


def told(asset):
    return [(str(use.row), use.place, use.is_live, use.note) for use in usage.of(asset)]


class TestUsesOfAnAsset:
    def test_a_draft_names_it(self):
        site = a_site()

        assert told(Push.objects.get(site=site, name="Welcome")) == [
            ("Ask for push permission", "Welcome", False, "draft")
        ]

    def test_a_live_journey_sends_it(self):
        journey = a_live_journey()

        assert told(Popup.objects.get(site=journey.site)) == [
            ("Ask for push permission", "Ask", True, "live (version 1)")
        ]

    def test_what_was_taken_out_is_live_until_it_is_published(self):
        journey = a_live_journey()
        push = Push.objects.get(site=journey.site)
        other = a_push(journey.site)
        PushStep.objects.update(push=other)

        assert told(push) == [("Ask for push permission", "Welcome", True, "live (version 1)")]
        assert told(other) == [("Ask for push permission", "Welcome", False, "not published yet")]
        publishing.publish(journey)
        assert told(push) == []

    def test_contacts_inside_an_older_version_still_get_it(self):
        journey = a_live_journey()
        push = Push.objects.get(site=journey.site)
        version = journey.live_version
        Enrolment.objects.create(
            journey=journey,
            version=version,
            contact=a_contact(journey.site),
            step=version.steps.first(),
            number=1,
        )
        PushStep.objects.update(push=a_push(journey.site))
        publishing.publish(journey)

        assert told(push) == [
            ("Ask for push permission", "Welcome", True, "contacts are still in version 1")
        ]

    def test_an_archived_journey_does_not_count(self):
        journey = a_live_journey()
        publishing.archive(journey)

        assert told(Push.objects.get(site=journey.site)) == []

    def test_it_costs_the_same_for_one_and_for_three(self):
        ids = []
        found = []
        for _ in range(3):
            journey = a_live_journey()
            ids += Push.objects.filter(site=journey.site).values_list("pk", flat=True)
            with CaptureQueriesContext(connection) as queries:
                found = usage.of_assets(ids)
            assert len(queries) == 3

        assert sorted(found) == sorted(ids)
        assert Journey.objects.count() == 3
