import pytest
from django.utils import timezone

from apps.accounts import events
from apps.accounts.models import Event
from apps.journeys import lifecycle, publishing
from apps.journeys.entry import by_event
from apps.journeys.models import Enrolment, Journey, PendingEvent, WaitStep
from tests.factories import (
    a_contact,
    a_live_journey,
    a_property,
    a_segment,
    a_site,
    an_event,
)
from tests.journeys.entry.making import a_version, refusals

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    return a_live_journey(a_site())


def enrol(journey, *contacts):
    events = {contact.pk: an_event(contact, "seen", page="home") for contact in contacts}
    return by_event.enter_version(journey.live_version, list(events.values()))


def loaded(event):
    """The event as whoever hears it has it."""
    return Event.objects.select_related("name", "contact").get(pk=event.pk)


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

    def test_what_lets_in_twice_at_one_moment_are_two_new_ways(self, monkeypatch):
        version = a_version(entry_kind="event", entry_event="seen", reentry="every")
        moment = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: moment)
        contact = a_contact(version.journey.site)
        events_of_one = [loaded(an_event(contact, "seen")) for _ in range(2)]

        new = [by_event.enter_version(version, [event]) for event in events_of_one]

        keys = [Enrolment.objects.get(pk=pk).entry_key for (pk,) in new]
        assert keys == [f"event:{event.pk}" for event in events_of_one]

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
        lifecycle.pause(journey)

        assert by_event.versions_entered_by(journey.site_id, {"session_started"}) == []


class TestWhere:
    @pytest.fixture
    def version(self):
        site = a_site()
        a_property(site, "price", "number", event="purchase")
        where = [{"field": "price", "op": "gte", "value": 50}]
        return a_version(site, entry_kind="event", entry_event="purchase", entry_where=where)

    def purchase(self, version, **properties):
        return loaded(an_event(a_contact(version.journey.site), "purchase", **properties))

    def test_it_lets_in_by_an_event_with_the_properties(self, version):
        dear, cheap = self.purchase(version, price=50), self.purchase(version, price=49)

        by_event.enter(version.journey.site_id, [dear, cheap])

        assert Enrolment.objects.get().contact == dear.contact
        assert refusals() == [(cheap.contact, "event", 1)]

    def test_a_contact_enters_by_the_latest_event_that_counts(self, version):
        first = self.purchase(version, price=60)
        second, third = (
            loaded(an_event(first.contact, "purchase", price=price)) for price in (70, 1)
        )

        by_event.enter(version.journey.site_id, [third, first, second])

        assert Enrolment.objects.get().context == {"event": {"price": 70}}
        assert refusals() == []

    def test_nobody_enters_where_it_cannot_be_asked(self, version, caplog):
        version.entry_where = [{"field": "gone", "op": "gte", "value": 50}]
        version.save()

        assert by_event.enter(version.journey.site_id, [self.purchase(version, price=50)]) == []
        assert "Nobody enters" in caplog.text


class TestEach:
    def enter(self, reentry, **terms):
        site = a_site()
        version = a_version(site, entry_kind="event", entry_event="ping", reentry=reentry, **terms)
        one, other = a_contact(site), a_contact(site)
        happened = [an_event(who, "ping", n=n) for n, who in enumerate([one, other, one, one])]
        by_event.enter(site.pk, [loaded(event) for event in happened])
        rows = Enrolment.objects.filter(version=version).order_by("contact_id", "number")
        return happened, [
            (row.contact, row.number, row.entry_key, row.context["event"]["n"], row.exit_reason)
            for row in rows
        ]

    def test_every_event_of_a_contact_enters(self):
        (first, other, second, third), rows = self.enter("every")

        assert rows == [
            (first.contact, 1, f"event:{first.pk}", 0, ""),
            (first.contact, 2, f"event:{second.pk}", 2, ""),
            (first.contact, 3, f"event:{third.pk}", 3, ""),
            (other.contact, 1, f"event:{other.pk}", 1, ""),
        ]

    def test_every_event_is_asked_at_the_gates_after_the_one_before(self):
        (first, other, second, _), rows = self.enter("every", max_entries=2)

        assert [(row[0], row[1]) for row in rows] == [
            (first.contact, 1), (second.contact, 2), (other.contact, 1),
        ]  # fmt: skip
        assert refusals() == [(first.contact, "max_entries", 1)]

    def test_every_event_starts_anew(self):
        (first, other, _, _), rows = self.enter("restart")

        assert rows == [
            (first.contact, 1, "1", 0, "restarted"),
            (first.contact, 2, "2", 2, "restarted"),
            (first.contact, 3, "3", 3, ""),
            (other.contact, 1, "1", 1, ""),
        ]

    def test_the_latest_stands_for_all_else(self):
        (first, other, _, _), rows = self.enter("not_inside")

        assert rows == [(first.contact, 1, "1", 3, ""), (other.contact, 1, "1", 1, "")]


class TestEnter:
    def test_one_event_enters_several_journeys(self):
        site = a_site()
        versions = [
            a_version(site, entry_kind="event", entry_event=name) for name in ("ping", "ping", "x")
        ]
        event = loaded(an_event(a_contact(site), "ping"))

        new = by_event.enter(site.pk, [event])

        assert new == list(Enrolment.objects.order_by("pk").values_list("pk", flat=True))
        assert [row.version for row in Enrolment.objects.order_by("pk")] == versions[:2]

    def test_nobody_enters_a_journey_that_is_held(self):
        version = a_version(entry_kind="event", entry_event="ping")
        event = loaded(an_event(a_contact(version.journey.site), "ping"))
        Journey.objects.update(is_held=True)

        assert by_event.enter(version.journey.site_id, [event]) == []
