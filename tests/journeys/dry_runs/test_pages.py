from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys import tasks
from apps.journeys.models import DryRun, Journey
from tests.factories import a_site, a_user
from tests.journeys.authoring import a_draft, a_step, of_every_kind
from tests.journeys.dry_runs.trying import somebody

pytestmark = pytest.mark.django_db

FORM = {"who": "everybody", "size": 100, "days": 7, "many": 2, "seed": 1}


@pytest.fixture
def journey():
    journey = a_draft(a_site(), entry_kind="segment", members="present")
    a_step(journey, "push")
    somebody(journey.site)
    return journey


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


def page(journey):
    return f"/admin/journeys/journey/{journey.pk}/dry-runs/"


class TestAskingForOne:
    def test_the_builder_leads_there(self, marketer, journey):
        shown = marketer.get(f"/admin/journeys/journey/{journey.pk}/change/").content.decode()

        assert page(journey) in shown

    def test_it_says_that_there_is_none_yet(self, marketer, journey):
        shown = marketer.get(page(journey)).content.decode()

        assert "This journey has not been tried yet." in shown

    def test_it_begins_and_is_waited_for(self, marketer, journey):
        answer = marketer.post(page(journey), FORM)

        run = DryRun.objects.get()
        assert answer["Location"] == f"{page(journey)}{run.pk}/"
        assert run.options["days"] == 7
        assert 'hx-trigger="every 1s"' in marketer.get(answer["Location"]).content.decode()

    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(self, marketer, journey):
        answer = marketer.post(page(journey), {**FORM, "days": 91, "size": 77})

        form = answer.context["form"]
        assert list(form.errors) == ["days"]
        assert 'value="77"' in answer.content.decode()
        assert not DryRun.objects.exists()

    def test_another_one_waits_until_the_first_is_over(self, marketer, journey):
        marketer.post(page(journey), FORM)

        shown = marketer.get(page(journey)).content.decode()
        answer = marketer.post(page(journey), FORM)

        run = DryRun.objects.get()
        assert f'<a class="text-link" href="{page(journey)}{run.pk}/">look at it</a>' in shown
        assert "Begin the dry run" not in shown
        assert answer.context["form"].non_field_errors() == [
            "A dry run of this journey is not over yet. Wait for it, or cancel it."
        ]

    def test_its_beginning_is_by_the_clock_of_the_site(self, marketer):
        journey = a_draft(a_site(time_zone="Asia/Kathmandu"))
        a_step(journey, "push")
        tomorrow = (timezone.now() + timedelta(days=1)).date()

        marketer.post(page(journey), {**FORM, "start": f"{tomorrow}T09:45"})

        assert DryRun.objects.get().options["start"] == f"{tomorrow}T04:00:00+00:00"

    def test_a_beginning_that_is_past_is_refused_at_its_field(self, marketer, journey):
        answer = marketer.post(page(journey), {**FORM, "start": "2020-01-01T09:00"})

        assert answer.context["form"].errors == {"start": ["It begins now, or within a year."]}

    def test_a_segment_must_be_chosen_where_one_is_meant(self, marketer, journey):
        answer = marketer.post(page(journey), {**FORM, "who": "segment"})

        assert answer.context["form"].errors == {"segment": ["Choose the segment."]}

    def test_all_that_is_wrong_is_said_at_once(self, marketer, journey):
        a_step(journey, "popup")
        wrong = {"days": 200, "who": "segment", "popup_allowed": 80, "popup_declined": 80}

        answer = marketer.post(page(journey), {**FORM, **wrong})

        assert answer.context["form"].errors == {
            "days": ["This is a whole number from 1 to 90."],
            "segment": ["Choose the segment."],
            "popup_allowed": ["Together they are more than 100 %."],
        }
        assert not DryRun.objects.exists()

    def test_rates_of_popups_are_at_most_all(self, marketer, journey):
        a_step(journey, "popup")

        answer = marketer.post(page(journey), {**FORM, "popup_allowed": 60, "popup_declined": 60})

        assert answer.context["form"].errors == {
            "popup_allowed": ["Together they are more than 100 %."]
        }

    def test_a_draft_without_a_step_cannot_be_tried(self, marketer):
        shown = marketer.get(page(a_draft())).content.decode()

        assert "There is no step yet. Add one first." in shown

    def test_assumptions_are_those_that_the_draft_needs(self, marketer, journey):
        of_every_kind(journey)

        form = marketer.get(page(journey)).context["form"]

        assert ("events", "purchase") in form.places.values()
        assert {option for option, _ in form.places.values()} == {"events", "popups", "webhooks"}


class TestReadingOne:
    @pytest.fixture
    def run(self, marketer, journey):
        of_every_kind(journey)
        marketer.post(page(journey), FORM)
        tasks.dry_run()
        return DryRun.objects.get()

    def test_it_shows_the_result(self, marketer, journey, run):
        shown = marketer.get(f"{page(journey)}{run.pk}/").content.decode()

        assert "What to expect in 7 days" in shown
        assert "What this assumes" in shown
        assert run.status == DryRun.Status.DONE

    def test_a_page_that_waited_is_loaded_anew(self, marketer, journey, run):
        answer = marketer.get(f"{page(journey)}{run.pk}/", headers={"HX-Request": "true"})

        assert answer["HX-Refresh"] == "true"

    def test_it_says_that_it_was_cut_short(self, marketer, journey, run):
        run.result["stopped_at"] = "2026-06-02T10:00:00+00:00"
        run.save()

        shown = marketer.get(f"{page(journey)}{run.pk}/").content.decode()

        assert "It came as far as 2 June 2026" in shown
        assert "cut short" in marketer.get(page(journey)).content.decode()

    def test_general_rates_say_where_they_come_from(self, marketer, journey, run):
        shown = marketer.get(f"{page(journey)}{run.pk}/").content.decode()
        asked = marketer.get(page(journey)).content.decode()

        words = "Pushdesk’s own guess, measured on no site"
        assert f"General rates of popups are {words}." in shown
        assert (
            f"Webhooks are answered within a second, by general rates, which are {words}" in shown
        )
        assert f"answers of it are known: {words}." in asked

    def test_what_others_hold_back_stands_beside_what_the_cap_does(self, marketer, journey, run):
        run.result["cap"] = {
            "category": "marketing", "most": 1, "days": 1, "held_back": 5, "because_of_others": 3,
        }  # fmt: skip
        run.result["days"][0] |= {"capped": 5, "capped_by_others": 3}
        run.save()

        shown = marketer.get(f"{page(journey)}{run.pk}/")

        assert '<td data-label="Of these because of others">3</td>' in shown.content.decode()
        lines = {
            line["label"]: line["data"][0] for line in shown.context["shown"].chart["datasets"]
        }
        assert lines["Held back by the cap"] == 2
        assert lines["Held back because of others"] == 3

    def test_it_can_be_deleted(self, marketer, journey, run):
        marketer.post(f"{page(journey)}{run.pk}/")

        assert not DryRun.objects.exists()

    def test_one_of_another_journey_is_not_here(self, marketer, run):
        other = a_draft()

        assert marketer.get(f"{page(other)}{run.pk}/").status_code == 404
        assert marketer.get(f"{page(other)}{10**30}/").status_code == 404

    def test_why_it_failed_is_said(self, marketer, journey, run):
        DryRun.objects.update(status="failed", error="Try fewer days.", result={})

        assert "Try fewer days." in marketer.get(f"{page(journey)}{run.pk}/").content.decode()


class TestWhoMay:
    def test_who_may_not_change_the_journey_may_not_try_it(self, client, journey):
        client.force_login(a_user("Analyst"))

        assert client.get(page(journey)).status_code == 403
        assert client.post(page(journey), FORM).status_code == 403

    def test_an_archived_journey_is_not_tried(self, marketer, journey):
        Journey.objects.update(status="archived")

        assert marketer.get(page(journey)).status_code == 403
