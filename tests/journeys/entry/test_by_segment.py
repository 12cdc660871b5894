from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.journeys import entry, lifecycle
from apps.journeys.entry import by_segment, slices
from apps.journeys.models import Enrolment, Journey, Seen, Watch
from tests.factories import a_contact, a_segment, a_site
from tests.journeys.entry.making import a_version, leave, published, refusals

pytestmark = pytest.mark.django_db

ASK = {"field": "push_status", "op": "is", "value": "ask"}


@pytest.fixture
def site():
    return a_site()


def a_watched(site, **terms):
    return a_version(site, entry_kind="segment", entry_rule=ASK, **terms)


def look():
    """Look now, whenever that was to be."""
    Watch.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    return entry.drain(seconds=5)


def inside():
    return [row.contact for row in Enrolment.objects.inside().order_by("contact_id")]


def set_status(contact, status):
    Contact.objects.filter(pk=contact.pk).update(push_status=status)


class TestMembers:
    def test_both_lets_in_those_who_are_and_those_who_join(self, site):
        present, later = a_contact(site), a_contact(site, push_status="blocked")
        a_watched(site, members="both")

        assert look() == 1
        assert inside() == [present]

        set_status(later, "ask")
        assert look() == 1
        assert inside() == [present, later]
        assert look() == 0

    def test_future_lets_in_only_those_who_join(self, site):
        a_contact(site)
        later = a_contact(site, push_status="blocked")
        a_watched(site, members="future")

        assert look() == 0
        set_status(later, "ask")
        new = a_contact(site)
        assert look() == 2

        assert inside() == [later, new]

    def test_present_looks_once(self, site):
        present = a_contact(site)
        version = a_watched(site, members="present")

        assert look() == 1
        a_contact(site)
        assert look() == 0

        assert inside() == [present]
        assert (version.watch.due_at, version.watch.looks) == (None, 1)


class TestLook:
    def test_who_leaves_and_joins_again_enters_again_if_it_may(self, site):
        contact = a_contact(site)
        version = a_watched(site, reentry="not_inside")
        look()
        leave(version)

        assert look() == 0
        set_status(contact, "blocked")
        assert look() == 0
        assert Seen.objects.count() == 0
        set_status(contact, "ask")
        assert look() == 1

        assert list(Enrolment.objects.order_by("pk").values_list("entry_key", flat=True)) == [
            "1",
            "2",
        ]

    def test_who_is_refused_is_seen_all_the_same(self, site):
        contact = a_contact(site)
        version = a_watched(site, reentry="once")
        look()
        leave(version)
        set_status(contact, "blocked")
        look()
        set_status(contact, "ask")

        assert [look(), look()] == [0, 0]
        assert refusals() == [(contact, "reentry", 1)]

    def test_who_only_the_cap_kept_out_enters_when_there_is_room_for_more(self, site):
        contacts = [a_contact(site) for _ in range(4)]
        version = a_watched(site, total_cap=1)
        assert look() == 1
        assert [gate for _, gate, _ in refusals()] == ["total_cap"] * 3

        published(version.journey, total_cap=3)
        lifecycle.resume(Journey.objects.get(pk=version.journey_id))

        assert look() == 2
        assert inside() == contacts[:3]

    def test_it_rests_a_minute_or_twenty_times_as_long_as_it_took(self, site):
        version = a_watched(site)
        look()
        rests = version.watch.due_at - timezone.now()
        assert timedelta(seconds=58) < rests <= timedelta(seconds=60)

        watch = Watch.objects.get()
        watch.seconds, watch.version = 10, version
        by_segment._finish(watch)
        assert watch.due_at - timezone.now() > timedelta(seconds=198)

    def test_a_rule_that_cannot_be_asked_makes_nobody_leave_the_segment(self, site, caplog):
        a_contact(site)
        segment = a_segment(site, rule=ASK)
        a_version(site, entry_kind="segment", entry_rule={"segment": segment.pk, "op": "in"})
        look()
        segment.delete()

        assert look() == 0
        assert Seen.objects.count() == 1
        assert "Nobody enters" in caplog.text

    def test_nobody_looks_before_the_first_moment(self, site):
        a_contact(site)
        a_watched(site, starts_at=timezone.now() + timedelta(days=1))

        assert look() == 0
        assert (Seen.objects.count(), refusals()) == (0, [])

    def test_nobody_looks_after_the_last_moment(self, site, clock):
        a_contact(site)
        a_watched(site, ends_at=clock.at + timedelta(days=1))
        clock.at += timedelta(days=1, seconds=1)

        assert look() == 0
        assert (Seen.objects.count(), refusals()) == (0, [])

    @pytest.mark.parametrize("state", [{"status": "paused"}, {"is_held": True}])
    def test_nobody_looks_while_the_journey_lets_nobody_in(self, site, state):
        a_contact(site)
        a_watched(site)
        Journey.objects.update(**state)

        assert look() == 0
        assert Seen.objects.count() == 0


class TestSlices:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(slices, "SIZE", 2)

    def test_it_goes_through_all_of_the_site(self, site):
        for _ in range(5):
            a_contact(site), a_contact(a_site())
        version = a_watched(site)

        assert look() == 5
        assert (version.watch.cursor, version.watch.looks) == (0, 1)

    def test_who_dies_in_the_middle_lets_each_in_once(self, site, monkeypatch):
        for _ in range(5):
            a_contact(site)
        version = a_watched(site, reentry="every")
        real = by_segment.admit

        def die(entry, candidates, **options):
            number = real(entry, candidates, **options)
            if Enrolment.objects.count() > 2:
                raise KeyboardInterrupt
            return number

        monkeypatch.setattr(by_segment, "admit", die)
        with pytest.raises(KeyboardInterrupt):
            look()
        assert (Enrolment.objects.count(), Seen.objects.count()) == (2, 2)
        monkeypatch.setattr(by_segment, "admit", real)

        assert entry.drain(seconds=5) == 3
        assert len(set(inside())) == len(inside()) == 5
        assert version.watch.looks == 1

    def test_a_look_that_fails_keeps_no_other_from_going_on(self, site, monkeypatch):
        contact = a_contact(site)
        bad = a_watched(site)
        good = a_watched(site)
        real = by_segment._look

        def fail(watch, end):
            if watch.version == bad:
                raise RuntimeError("broken")
            return real(watch, end)

        monkeypatch.setattr(by_segment, "_look", fail)

        assert look() == 1
        assert [(row.contact, row.version) for row in Enrolment.objects.all()] == [(contact, good)]


class TestPrepare:
    def test_a_new_version_goes_on_with_who_was_seen(self, site):
        a_contact(site)
        version = a_watched(site, reentry="every")
        look()
        version = published(version.journey)

        assert look() == 0
        a_contact(site)
        assert look() == 1
        watches = Watch.objects.order_by("pk")
        assert [(row.due_at is None, row.looks) for row in watches] == [(True, 1), (False, 3)]

    def test_with_the_same_rule_who_joined_in_the_meantime_enters(self, site):
        version = a_watched(site, members="future")
        look()
        a_contact(site)
        published(version.journey)

        assert look() == 1

    def test_with_another_rule_its_members_are_present_ones(self, site):
        a_contact(site, push_status="blocked")
        version = a_watched(site, members="future")
        look()
        published(version.journey, entry_rule={**ASK, "value": "blocked"})

        assert look() == 0

    def test_a_version_entered_otherwise_ends_the_looking(self, site):
        version = a_watched(site)
        published(version.journey, entry_kind="call")
        a_contact(site)

        assert look() == 0


class TestQueries:
    def needed(self, number):
        site = a_site()
        version = a_watched(site)
        gone = [a_contact(site) for _ in range(number)]
        look()
        for contact in gone:
            set_status(contact, "blocked")
            a_contact(site)
        with CaptureQueriesContext(connection) as queries:
            by_segment.Watch.objects.update(due_at=timezone.now())
            assert by_segment.advance(version.watch.pk) == number
        assert Seen.objects.filter(journey=version.journey).count() == number
        return len(queries)

    def test_it_needs_the_same_for_any_number_of_contacts(self):
        assert self.needed(1) == self.needed(3)
