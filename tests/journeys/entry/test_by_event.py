import pytest
from django.utils import timezone

from apps.accounts import events
from apps.journeys import publishing
from apps.journeys.entry import by_event
from apps.journeys.models import Enrolment, Journey, PendingEvent, WaitStep
from tests.factories import a_contact, a_live_journey, a_segment, a_site, an_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_live_journey(a_site())


def enrol(journey, *contacts):
    events = {contact.pk: an_event(contact, "seen", page="home") for contact in contacts}
    return by_event.enter_version(journey.live_version, list(events.values()))


def leave(days_ago=0):
    Enrolment.objects.update(
        left_at=timezone.now() - timezone.timedelta(days=days_ago), due_at=None, state="left"
    )


class TestEnrol:
    def test_it_lets_in_who_meets_the_rule(self, journey):
        asked = a_contact(journey.site, push_status="ask")
        blocked = a_contact(journey.site, push_status="blocked")

        enrol(journey, asked, blocked)

        row = Enrolment.objects.get()
        assert (row.contact, row.number, row.visit) == (asked, 1, 1)
        assert row.context == {"event": {"page": "home"}}
        assert (row.step.name, row.entry_key, row.is_single) == (
            row.version.steps.first().name,
            "1",
            True,
        )
        assert list(row.step.tallies.values_list("outcome", "count")) == [("", 1)]

    def test_it_lets_nobody_in_twice(self, journey):
        contact = a_contact(journey.site)

        first, second = enrol(journey, contact), enrol(journey, contact)

        assert (len(first), second) == (1, [])

    @pytest.mark.parametrize(
        ("reentry", "days", "again"),
        [
            ("once", 9999, 0),
            ("not_inside", 0, 1),
            ("pause", 2, 0),
            ("pause", 3, 1),
        ],
    )
    def test_it_heeds_when_a_contact_may_come_back(self, journey, reentry, days, again):
        journey.live_version.reentry = reentry
        contact = a_contact(journey.site)
        enrol(journey, contact)
        leave(days_ago=days)

        assert len(enrol(journey, contact)) == again

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(
        self, number, journey, django_assert_num_queries
    ):
        contacts = [a_contact(journey.site) for _ in range(number)]
        events = {contact.pk: an_event(contact, "seen") for contact in contacts}

        # Savepoint, gates, first step, enrolments, who is new, tally, release.
        with django_assert_num_queries(7):
            by_event.enter_version(journey.live_version, list(events.values()))


class TestBrokenRule:
    """What a live journey's rule names may change: then nobody enters, and it is said."""

    @pytest.fixture
    def broken(self, journey):
        segment = a_segment(journey.site, rule={"field": "language", "op": "is", "value": "de"})
        journey.entry_rule = {"segment": segment.pk, "op": "in"}
        journey.save()
        publishing.publish(journey)
        segment.delete()
        return journey

    def test_it_lets_nobody_in_and_says_why(self, broken, caplog):
        contact = a_contact(broken.site, language="de")

        assert enrol(broken, contact) == []

        assert Enrolment.objects.count() == 0
        (said,) = [row.getMessage() for row in caplog.records if row.levelname == "ERROR"]
        assert said == (
            f"Nobody enters {broken.live_version}: This segment does not exist any more."
        )

    def test_it_keeps_no_other_journey_from_going_on(
        self, broken, django_capture_on_commit_callbacks
    ):
        other = Journey.objects.create(
            site=broken.site, name="Other", entry_event="session_started"
        )
        WaitStep.objects.create(journey=other, name="Wait")
        publishing.publish(other)

        with django_capture_on_commit_callbacks(execute=True):
            events.track(a_contact(broken.site, language="de"), "session_started")

        assert [row.journey for row in Enrolment.objects.all()] == [other]
        assert PendingEvent.objects.count() == 0


class TestVersionsEnteredBy:
    def test_it_finds_the_active_ones_of_the_site(self, journey):
        a_live_journey(a_site())

        assert by_event.versions_entered_by(journey.site_id, {"session_started"}) == [
            journey.live_version
        ]
        assert by_event.versions_entered_by(journey.site_id, {"purchase"}) == []

    def test_it_goes_by_what_was_published_not_by_what_is_being_written(self, journey):
        Journey.objects.update(entry_event="purchase", entry_rule={})

        assert by_event.versions_entered_by(journey.site_id, {"purchase"}) == []

    def test_it_finds_no_paused_one(self, journey):
        publishing.pause(journey)

        assert by_event.versions_entered_by(journey.site_id, {"session_started"}) == []
