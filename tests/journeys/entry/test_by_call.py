import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.journeys.entry import by_call
from apps.journeys.models import Enrolment, Refusal
from tests.factories import a_contact, a_site
from tests.journeys.entry.making import a_version, call, current, leave

pytestmark = pytest.mark.django_db


class TestCall:
    def test_it_says_who_entered(self, site, contact):
        version = current(a_version(site))
        call(version, contact)
        other = a_contact(site)
        now = timezone.now()

        entered = by_call.call(version, [contact.pk, other.pk], key="k", context={}, at=now)

        assert entered == {contact.pk: False, other.pk: True}

    def test_it_gives_the_first_step_the_context(self, site, contact):
        call(a_version(site), contact, event={"price": 3}, journey={"code": "X"})

        row = Enrolment.objects.get()
        assert row.context == {"event": {"price": 3}, "journey": {"code": "X"}}
        assert (row.state, row.visit, row.due_at) == ("ready", 1, row.entered_at)

    def test_the_same_key_makes_a_contact_enter_once(self, site, contact):
        version = a_version(site, reentry="every")

        for _ in range(2):
            assert call(version, contact, key="order 7") == [contact]
            leave(version)

        assert Enrolment.objects.get().entry_key == "call:order 7"
        assert Refusal.objects.count() == 0

    def test_another_key_makes_it_enter_again(self, site, contact):
        version = a_version(site, reentry="every")
        call(version, contact, key="order 7")

        assert call(version, contact, key="order 8") == [contact]

    def test_two_long_keys_are_two(self, site, contact):
        version = a_version(site, reentry="every")
        call(version, contact, key="long " * 40 + "1")

        assert call(version, contact, key="long " * 40 + "2") == [contact]
        assert call(version, contact, key="long " * 40 + "2") == [contact]
        assert Enrolment.objects.count() == 2

    def test_it_lets_in_nobody_of_another_site(self, site):
        stranger = a_contact(a_site())

        assert call(a_version(site), stranger) == []
        assert (Enrolment.objects.count(), Refusal.objects.count()) == (0, 0)

    @pytest.mark.parametrize(("chain", "seconds"), [(0, 0), (1, 0), (2, 0), (3, 60), (50, 60)])
    def test_journeys_that_start_each_other_let_time_pass(self, site, contact, chain, seconds):
        call(a_version(site), contact, chain=chain)

        row = Enrolment.objects.get()
        assert (row.due_at - row.entered_at).total_seconds() == seconds


class TestRestart:
    def test_who_is_inside_leaves_and_starts_anew(self, site, contact):
        version = a_version(site, reentry="restart")

        assert [call(version, contact), call(version, contact)] == [[contact], [contact]]

        first, second = Enrolment.objects.order_by("pk")
        assert (first.state, first.exit_reason, first.due_at) == ("left", "restarted", None)
        assert (second.state, second.number, second.left_at) == ("ready", 2, None)
        assert [visit.outcome for visit in first.visits.all()] == ["restarted"]

    def test_the_same_key_does_not_restart(self, site, contact):
        version = a_version(site, reentry="restart")

        for _ in range(2):
            assert call(version, contact, key="k") == [contact]

        assert Enrolment.objects.get().state == "ready"

    def test_who_is_refused_stays_where_it_is(self, site, contact):
        version = a_version(site, reentry="restart", max_entries=1)
        call(version, contact)

        assert call(version, contact) == []
        assert Enrolment.objects.get().state == "ready"


class TestQueries:
    def needed(self, number, **terms):
        version = a_version(**terms)
        contacts = [a_contact(version.journey.site) for _ in range(number)]
        call(version, *contacts)
        with CaptureQueriesContext(connection) as queries:
            call(version, *contacts)
        return len(queries)

    @pytest.mark.parametrize("reentry", ["once", "not_inside", "every", "restart", "pause"])
    def test_it_needs_the_same_for_any_number_of_contacts(self, reentry):
        assert self.needed(1, reentry=reentry) == self.needed(3, reentry=reentry)
