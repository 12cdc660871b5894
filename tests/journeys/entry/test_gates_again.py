"""The gates of those who have been inside before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys.entry import gates
from apps.journeys.models import Enrolment
from tests.factories import a_contact
from tests.journeys.entry.making import (
    a_version,
    assert_refused,
    call,
    leave,
    published,
    refusals,
    refuse_twice,
)

pytestmark = pytest.mark.django_db


MOMENT = timedelta(microseconds=1)


class TestOnce:
    def test_it_refuses_who_has_been_in(self, site, contact):
        version = a_version(site, reentry="once")
        call(version, contact)
        leave(version, days_ago=9999)

        refuse_twice(version, contact, "reentry")

    def test_it_refuses_who_has_been_in_an_older_version(self, site, contact):
        version = a_version(site, reentry="every")
        call(version, contact)

        refuse_twice(published(version.journey, reentry="once"), contact, "reentry")

    def test_it_refuses_who_was_in_the_control_group(self, site, contact):
        version = a_version(site, reentry="once", control_percent=90)
        Enrolment.objects.all().delete()
        for _ in range(50):
            contact = a_contact(site)
            if call(version, contact) == [] and not refusals():
                break
        version = published(version.journey, control_percent=0)

        refuse_twice(version, contact, "reentry")


class TestNotInside:
    def test_it_refuses_who_is_inside(self, site, contact):
        version = a_version(site, reentry="not_inside")
        call(version, contact)

        refuse_twice(version, contact, "reentry")

    def test_it_lets_in_again_who_has_left(self, site, contact):
        version = a_version(site, reentry="not_inside")
        for number in (1, 2, 3):
            assert call(version, contact) == [contact]
            leave(version)
            assert Enrolment.objects.filter(number=number).count() == 1


class TestEvery:
    def test_it_lets_in_who_is_inside(self, site, contact):
        version = a_version(site, reentry="every")

        assert [call(version, contact) for _ in range(3)] == [[contact]] * 3

        rows = Enrolment.objects.inside().order_by("pk")
        assert [(row.number, row.is_single) for row in rows] == [(1, False), (2, False), (3, False)]


class TestPause:
    def test_it_refuses_who_is_inside(self, site, contact):
        version = a_version(site, reentry="pause")
        call(version, contact)

        refuse_twice(version, contact, "reentry")

    def test_the_pauses_grow_and_the_last_one_repeats(self, site, contact):
        version = a_version(site, reentry="pause", reentry_pauses=[3, 7, 30])
        call(version, contact)

        for days in (3, 7, 30, 30):
            leave(version, days_ago=days - 0.01)
            assert_refused(version, contact, "pause")
            last = Enrolment.objects.latest("number")
            last.left_at = timezone.now() - timedelta(days=days)
            last.save()
            assert call(version, contact) == [contact]

        assert list(Enrolment.objects.order_by("pk").values_list("number", flat=True)) == [
            1, 2, 3, 4, 5,
        ]  # fmt: skip

    def test_the_pause_is_over_at_its_last_moment(self, site, contact, clock):
        version = a_version(site, reentry="pause", reentry_pauses=[3])
        call(version, contact)
        leave(version)
        clock.at += timedelta(days=3) - MOMENT
        assert_refused(version, contact, "pause")

        clock.at += MOMENT

        assert call(version, contact) == [contact]

    def test_only_the_last_time_out_counts(self, site, contact):
        version = a_version(site, reentry="pause", reentry_pauses=[30, 1])
        call(version, contact)
        leave(version, days_ago=31)
        call(version, contact)
        leave(version, days_ago=2)
        Enrolment.objects.filter(number=1).update(left_at=timezone.now() - timedelta(days=3))

        assert call(version, contact) == [contact]


class TestMaxEntries:
    def test_it_refuses_who_has_entered_as_often_as_may(self, site, contact):
        version = a_version(site, reentry="every", max_entries=2)
        call(version, contact), call(version, contact)

        refuse_twice(version, contact, "max_entries")

    def test_only_entries_of_the_last_days_count_where_there_is_a_period(self, site, contact):
        version = a_version(site, reentry="every", max_entries=1, max_entries_days=7)
        call(version, contact)
        assert_refused(version, contact, "max_entries")
        Enrolment.objects.update(entered_at=timezone.now() - timedelta(days=7))

        assert call(version, contact) == [contact]

    def test_a_period_is_over_at_its_last_moment(self, site, contact, clock):
        version = a_version(site, reentry="every", max_entries=1, max_entries_days=7)
        call(version, contact)
        clock.at += timedelta(days=7) - MOMENT
        assert_refused(version, contact, "max_entries")

        clock.at += MOMENT

        assert call(version, contact) == [contact]

    def test_to_have_been_kept_out_for_comparison_counts_as_no_entry(self, site):
        terms = {"reentry": "not_inside", "max_entries": 1}
        version = a_version(site, control_percent=90, **terms)
        kept = next(who for who in (a_contact(site) for _ in range(50)) if not call(version, who))
        version = published(version.journey, control_percent=0)

        assert call(version, kept) == [kept]

        assert Enrolment.objects.get(contact=kept, is_control=False).number == 1


class TestRestart:
    def test_it_ends_no_way_that_has_begun_by_the_same_a_moment_ago(
        self, site, contact, monkeypatch
    ):
        version = a_version(site, reentry="restart")
        call(version, contact, key="before")
        real = gates.ask

        def ask(*args, **options):
            monkeypatch.setattr(gates, "ask", real)
            standing = real(*args, **options)
            call(version, contact, key="order 7")
            return standing

        monkeypatch.setattr(gates, "ask", ask)
        assert call(version, contact, key="order 7") == [contact]

        rows = Enrolment.objects.order_by("pk").values_list("entry_key", "exit_reason")
        assert list(rows) == [("call:before", "restarted"), ("call:order 7", "")]
