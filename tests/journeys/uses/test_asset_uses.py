import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets.library import usage
from apps.assets.models import Popup, Push
from apps.journeys import lifecycle, publishing
from apps.journeys.models import Enrolment, Journey, PushStep
from apps.journeys.uses import asset_uses
from tests.factories import a_contact, a_live_journey, a_new_site, a_push, a_user

pytestmark = pytest.mark.django_db


def told(asset):
    return [(str(use.row), use.place, use.is_live, use.note) for use in usage.of(asset)]


class TestUsesOfAnAsset:
    def test_a_draft_names_it(self):
        site = a_new_site()

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
        lifecycle.archive(journey)

        assert told(Push.objects.get(site=journey.site)) == []

    def test_it_costs_the_same_for_one_and_for_three(self):
        ids = []
        found = []
        for _ in range(3):
            journey = a_live_journey()
            ids += Push.objects.filter(site=journey.site).values_list("pk", flat=True)
            with CaptureQueriesContext(connection) as queries:
                found = usage.of_assets(ids)
            assert len(queries) == 4

        assert sorted(found) == sorted(ids)
        assert Journey.objects.count() == 3


class TestWhatCanBeSentNoMore:
    WHY = "Step “Welcome”: “Welcome” is archived."

    @pytest.fixture
    def journey(self):
        journey = a_live_journey()
        Push.objects.filter(site=journey.site).update(status="archived")
        return journey

    def test_the_steps_that_name_it_are_told_until_the_journey_is_over(self, journey):
        fine = a_live_journey()

        assert asset_uses.out_of_use([journey, fine]) == {journey.pk: [self.WHY]}
        lifecycle.archive(journey)
        assert asset_uses.out_of_use([journey, fine]) == {}

    def test_one_that_is_only_written_is_told_when_it_is_published(self, journey):
        Push.objects.filter(site=journey.site).update(status="active")
        PushStep.objects.update(push=a_push(journey.site, status="draft"))

        assert asset_uses.out_of_use([journey]) == {}

    @pytest.mark.parametrize("journeys", [1, 3])
    def test_asking_costs_two_queries(self, journey, journeys):
        rows = [journey, *(a_live_journey() for _ in range(journeys - 1))]
        Push.objects.update(status="archived")

        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = asset_uses.out_of_use(rows)

        assert len(found) == journeys
        assert len(queries) == 2

    def test_list_and_page_say_it(self, journey, client):
        client.force_login(a_user("Marketer"))

        listed = client.get("/admin/journeys/journey/").content.decode()
        panel = client.get(f"/admin/journeys/journey/{journey.pk}/change/").context["panels_above"][
            0
        ]

        assert listed.count(self.WHY) == 1
        assert listed.count("Asset not active") == 1
        assert panel.title == "Steps that send nothing"
        assert panel.content == {"reasons": [self.WHY]}


class TestAlternatives:
    def test_another_push_of_a_step_counts_as_its_first_does(self):
        journey = a_live_journey()
        other = a_push(journey.site, name="Other")
        journey.steps.all()[1].alternatives.create(push=other)

        assert told(other) == [("Ask for push permission", "Welcome", False, "not published yet")]
        publishing.publish(journey)
        assert told(other) == [("Ask for push permission", "Welcome", True, "live (version 2)")]
        Push.objects.filter(pk=other.pk).update(status="archived")
        assert asset_uses.out_of_use([journey]) == {
            journey.pk: ["Step “Welcome”: “Other” is archived."]
        }
