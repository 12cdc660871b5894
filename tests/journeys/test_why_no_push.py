"""Why somebody did not get the push, each reason in the words of the page that is asked."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.delivery.models import Limits, Push
from apps.delivery.pushes import Terms, queue
from apps.delivery.wanted import Wanted
from apps.journeys import engine, tasks
from apps.journeys.models import Call, Enrolment, WebhookStep
from apps.segments.models import Segment
from tests.delivery.receivers import a_receiver
from tests.factories import a_contact, a_push, a_site, a_user, an_onboarding
from tests.journeys.called import a_called_journey
from tests.journeys.entry.making import a_version, call
from tests.journeys.kinds.flows import a_flow, enter
from tests.journeys.kinds.messages import a_push_flow
from tests.journeys.webhooks.callers import a_signing_site

pytestmark = pytest.mark.django_db

WHY = "/admin/journeys/journey/why"


@pytest.fixture
def site():
    return a_site(time_zone="Asia/Kathmandu")


@pytest.fixture
def page(client, db):
    """The words of the page about a journey and a contact, with single spaces."""
    client.force_login(a_user("Marketer"))

    def read(journey, contact):
        found = client.get(f"{WHY}/{journey.pk}/{contact.pk}/")
        assert found.status_code == 200
        return " ".join(found.content.decode().split())

    return read


def moved(journey, contact):
    enter(journey, [contact])
    engine.drain()
    return contact


class TestNothingWasAskedFor:
    """The step let them go on without a push."""

    @pytest.mark.parametrize(
        "said", [{"unsubscribed_at": timezone.now()}, {"push_disabled_by_platform": True}]
    )
    def test_it_had_opted_out(self, site, page, said):
        journey, contact = a_push_flow(site), a_receiver(site, **said)
        moved(journey, contact)

        words = "the contact had opted out of push"
        assert f"No device to send to, or opted out: {words}" in page(journey, contact)

    def test_it_had_no_device(self, site, page):
        journey, contact = a_push_flow(site), a_contact(site)
        moved(journey, contact)

        words = "the contact had no device with a live subscription"
        assert f"No device to send to, or opted out: {words}" in page(journey, contact)

    def test_the_cap_was_reached(self, site, page):
        Limits.objects.create(site=site, marketing_cap=1, marketing_cap_days=7)
        journey, contact = a_push_flow(site), a_receiver(site)
        queue(a_push(site), Wanted(contact_id=contact.pk, key="k"), Terms())
        moved(journey, contact)

        words = page(journey, contact)

        assert (
            "Held back by caps, hours, or an inactive push: the contact had been sent as many as "
            "the site allows" in words
        )

    def test_it_was_outside_the_allowed_hours(self, site, page):
        # Every day is one on which nothing is sent.
        Limits.objects.create(site=site, skipped_weekdays=[0, 1, 2, 3, 4, 5, 6])
        journey, contact = a_push_flow(site, hours="drop"), a_receiver(site)
        moved(journey, contact)

        words = "it was outside the site’s allowed hours"
        assert f"Held back by caps, hours, or an inactive push: {words}" in page(journey, contact)

    def test_it_waits_for_the_hours_to_begin(self, site, page):
        now = timezone.now()
        clock = now.astimezone(ZoneInfo("Asia/Kathmandu"))
        tomorrow = (clock.weekday() + 1) % 7
        skipped = [day for day in range(7) if day != tomorrow]
        Limits.objects.create(
            site=site, hours_from=time(9), hours_till=time(10), skipped_weekdays=skipped
        )
        journey = a_push_flow(site, hours="next")
        contact = a_receiver(site, time_zone="Asia/Kathmandu")
        moved(journey, contact)

        day = clock.date() + timedelta(days=1)
        words = page(journey, contact)
        assert f"waits until {day.day} {day:%B %Y}, 09:00 in Asia/Kathmandu" in words
        assert f"allowed next on {day.day} {day:%B %Y}, 09:00" in words

    def test_the_push_was_not_active(self, site, page):
        journey, contact = a_push_flow(site, push=a_push(site, name="Old")), a_receiver(site)
        site.assets.update(status="archived")
        moved(journey, contact)

        words = page(journey, contact)
        assert "what the step names was not active" in words


class TestItWasAskedForAndDidNotArrive:
    @pytest.mark.parametrize("reason", ["gone", "expired", "not_active", "withdrawn"])
    def test_it_failed(self, site, page, reason):
        journey, contact = a_push_flow(site), a_receiver(site)
        moved(journey, contact)
        Push.objects.update(status="failed", reason=reason, answer="410 Gone")

        shown = page(journey, contact)

        assert f"Failed. {Push.Reason(reason).label}" in shown
        assert "It said: 410 Gone" in shown

    def test_it_is_queued_yet(self, site, page):
        journey, contact = a_push_flow(site), a_receiver(site)
        moved(journey, contact)

        assert "Firefox on Linux: Queued" in page(journey, contact)


class TestTheyNeverCameToIt:
    def test_they_are_in_the_control_group(self, site, page):
        version = a_version(site, control_percent=50, goal_event="purchase")
        people = [a_contact(site) for _ in range(20)]
        entered = call(version, *people)
        kept_out = next(person for person in people if person not in entered)

        shown = page(version.journey, kept_out)

        assert "Could not enter now: Is in the control group." in shown
        assert "<h3>Control group, version 1</h3>" in shown
        assert "and was kept out for comparison." in shown

    def test_they_are_inside_a_journey_that_excludes_this_one(self, site, page):
        other, contact = a_version(site), a_contact(site)
        version = a_version(site, excluded=[other.journey_id])
        call(other, contact)
        call(version, contact)

        shown = page(version.journey, contact)

        assert "Could not enter now: Was inside another journey that excludes this one." in shown
        assert f"inside “{other.journey}” since" in shown
        assert "Refused once, last on" in shown

    def test_they_do_not_meet_the_rule_of_a_segment(self, site, page):
        rule = {"all": [{"field": "language", "op": "is", "value": "de"}]}
        segment = Segment.objects.create(site=site, name="Germans", kind="rule", rule=rule)
        inside = {"all": [{"segment": segment.pk, "op": "in"}]}
        version, contact = a_version(site, entry_rule=inside), a_contact(site, language="fr")

        shown = page(version.journey, contact)

        assert "Could not enter now: Did not meet “for contacts who”." in shown
        assert "Germans" in shown


class TestWebhooks:
    URL = "https://hooks.example/x"

    @pytest.mark.parametrize("status", ["answered", "refused", "failed"])
    def test_what_was_answered_is_said(self, page, status):
        site = a_signing_site()
        journey, contact = a_flow(site, WebhookStep(name="Tell", url=self.URL)), a_contact(site)
        moved(journey, contact)
        Call.objects.update(status=status, answer="503 Busy", attempts=4)
        Enrolment.objects.update(due_at=timezone.now())
        engine.drain()

        shown = page(journey, contact)

        assert f"POST hooks.example: {Call.Status(status).label}" in shown
        assert "It said: 503 Busy" in shown

    def test_no_answer_in_time_is_said(self, page):
        site = a_signing_site()
        journey, contact = a_flow(site, WebhookStep(name="Tell", url=self.URL)), a_contact(site)
        moved(journey, contact)
        assert "waits until" in page(journey, contact)
        Enrolment.objects.update(due_at=timezone.now())
        engine.drain()

        assert "no answer was heard in time" in page(journey, contact)


class TestAskingByName:
    def test_those_that_may_be_meant_are_offered_while_writing(self, client, site):
        client.force_login(a_user("Marketer"))
        journey = a_called_journey(site)
        people = [a_contact(site, external_id=name) for name in ("anna", "anna-1", "anton", "ben")]

        def offered(term):
            address = f"{WHY}/{journey.pk}/"
            found = client.get(address, {"contact": term}, headers={"HX-Request": "true"})
            assert "<html" not in found.content.decode()
            return found.context["found"]

        assert offered("an") == people[:3]
        assert offered("anna") == people[:2]
        assert offered(f"visitor {people[0].pk}") == []
        assert offered("") == []
        visitor = a_contact(site)
        assert offered(f"{visitor.pk}") == [visitor]
        assert "or begins so" in client.get(
            f"{WHY}/{journey.pk}/", {"contact": "zz"}, headers={"HX-Request": "true"}
        ).content.decode()  # fmt: skip

    def test_who_entered_last_is_offered_before(self, client, site):
        client.force_login(a_user("Marketer"))
        journey = a_called_journey(site)
        people = [a_contact(site, external_id=name) for name in ("anna", "ben")]
        for person in people:
            call(journey.live_version, person)
        tasks.advance()

        shown = client.get(f"{WHY}/{journey.pk}/")

        assert [way.contact for way in shown.context["lately"]] == [people[1], people[0]]
        assert f"{WHY}/{journey.pk}/{people[0].pk}/" in shown.content.decode()

    def test_journeys_that_are_live_stand_first_at_the_contact(self, client, site):
        client.force_login(a_user("Marketer"))
        an_onboarding(site)
        live = a_called_journey(site)
        contact = a_contact(site)

        shown = client.get(f"/admin/accounts/contact/{contact.pk}/change/").content.decode()

        groups = shown.index('<optgroup label="Live">'), shown.index('<optgroup label="Others">')
        assert groups[0] < shown.index(f'<option value="{live.pk}">') < groups[1]
