"""Each gate in its exact words, closed and open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys.models import Enrolment, Journey
from tests.factories import a_contact, a_property, a_site, an_event
from tests.journeys.entry.making import a_version, call, leave
from tests.journeys.explaining.asking import gate, of, when

pytestmark = pytest.mark.django_db
PLAN = {"field": "state.plan", "op": "is", "value": "gold"}


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


class TestStatus:
    def test_it_is_open_while_active(self, site):
        found = gate(a_version(site), a_contact(site), "not_active")
        assert found == (True, "The journey lets contacts in", "is active")

    def test_it_says_since_when_it_is_held(self, site):
        version, now = a_version(site), timezone.now()
        Journey.objects.filter(pk=version.journey_id).update(is_held=True, held_at=now)

        found = gate(version, a_contact(site), "not_active")
        words = f"is active, and held since {when(version, now)}"
        assert found == (False, "The journey lets contacts in", words)


class TestDates:
    def test_it_is_closed_before_and_after_and_open_between(self, site):
        begin = timezone.now() + timedelta(days=2)
        end = begin + timedelta(days=2)
        version, contact = a_version(site, starts_at=begin, ends_at=end), a_contact(site)
        asked = f"Only from {when(version, begin)} until {when(version, end)}"

        for days, is_met in ((-1, False), (1, True), (3, False)):
            at = begin + timedelta(days=days)
            found = gate(version, contact, "dates", at=at)
            assert found == (is_met, asked, f"it is {when(version, at)}")


class TestRule:
    def test_it_is_met_or_not(self, site):
        a_property(site, "plan")
        version = a_version(site, entry_rule={"all": [PLAN]})
        gold, silver = (a_contact(site, state={"plan": plan}) for plan in ("gold", "silver"))
        asked = gate(version, gold, "rule")[1]

        assert asked.startswith("For contacts who: ")
        assert gate(version, gold, "rule") == (True, asked, "meets it")
        assert gate(version, silver, "rule") == (False, asked, "does not meet it")

    def test_a_broken_one_says_so(self, site):
        row = a_property(site, "plan")
        version = a_version(site, entry_rule={"all": [PLAN]})
        row.delete()

        is_met, _, found = gate(version, a_contact(site), "rule")

        assert (is_met, found.startswith("The rule is broken: ")) == (False, True)


class TestReentry:
    def test_it_is_open_to_who_has_never_been_in(self, site):
        version = a_version(site, reentry="not_inside")
        asked = "May enter: again whenever the contact is not inside"

        found = gate(version, a_contact(site), "reentry")
        assert found == (True, asked, "has never been in")

    def test_it_says_since_when_the_contact_is_inside_and_how_it_left(self, site):
        version, contact = a_version(site, reentry="not_inside"), a_contact(site)
        asked = "May enter: again whenever the contact is not inside"
        call(version, contact)
        row = Enrolment.objects.get()
        since = when(version, row.entered_at)

        inside = gate(version, contact, "reentry")
        leave(version)
        row.refresh_from_db()
        after = gate(version, contact, "reentry")

        assert inside == (False, asked, f"has been inside since {since}, for the 1st time")
        words = f"was in from {since} to {when(version, row.left_at)}: came to the end"
        assert after == (True, asked, words)


class TestPause:
    def test_it_says_when_it_is_over_and_when_it_was(self, site):
        version = a_version(site, reentry="pause", reentry_pauses=[1, 7])
        contact, asked = a_contact(site), "A pause between two times of 1, 7 days"
        call(version, contact)
        leave(version)
        left = Enrolment.objects.get().left_at
        over = when(version, left + timedelta(days=1))
        begin = f"left on {when(version, left)}; the pause of 1 day"

        found = gate(version, contact, "pause")
        later = gate(version, contact, "pause", at=left + timedelta(days=2))

        assert found == (False, asked, f"{begin} is over on {over}")
        assert later == (True, asked, f"{begin} was over on {over}")


class TestCounts:
    def test_entries_within_days_are_counted(self, site):
        version = a_version(site, reentry="every", max_entries=2, max_entries_days=1)
        contact, asked = a_contact(site), "At most twice within 1 day"
        for entered in (0, 1, 2):
            found = gate(version, contact, "max_entries")
            words = f"entered {entered} of 2 allowed times"
            assert found == (entered < 2, asked, words)
            call(version, contact)

    def test_the_total_is_counted(self, site):
        version = a_version(site, total_cap=2)
        contact, asked = a_contact(site), "At most 2 altogether"
        for entered in (0, 1, 2):
            found = gate(version, contact, "total_cap")
            assert found == (entered < 2, asked, f"{entered} of 2 have entered")
            call(version, a_contact(site))


class TestExcluded:
    def test_it_names_where_the_contact_is(self, site):
        other = a_version(site)
        version, contact = a_version(site, excluded=[other.journey_id]), a_contact(site)
        asked = f"Not while inside “{other.journey}”"

        assert gate(version, contact, "excluded") == (True, asked, "is inside none of them")
        call(other, contact)
        since = when(version, Enrolment.objects.get().entered_at)
        words = f"inside “{other.journey}” since {since}"
        assert gate(version, contact, "excluded") == (False, asked, words)


class TestEvent:
    def test_it_says_whether_the_last_one_had_the_properties(self, site):
        a_property(site, "price", "number", event="purchase")
        where = [{"field": "price", "op": "gt", "value": 20}]
        version = a_version(site, entry_kind="event", entry_event="purchase", entry_where=where)
        contact = a_contact(site)

        assert gate(version, contact, "event")[::2] == (False, "has not done purchase")
        for price, had in ((10, "did not have"), (30, "had")):
            at = an_event(contact, price=price).at
            words = f"the last one, on {when(version, at)}, {had} the properties asked for"
            assert gate(version, contact, "event")[::2] == (had == "had", words)


class TestVerdict:
    @pytest.mark.parametrize(
        ("terms", "how"),
        [
            ({"entry_kind": "event", "entry_event": "purchase"}, "by the event “purchase”"),
            ({"entry_kind": "call"}, "by the API or by another journey"),
            (
                {"entry_kind": "schedule", "repeats": "daily", "at_time": "09:00"},
                "at the next run",
            ),
        ],
    )
    def test_it_says_how_the_contact_could_enter(self, site, terms, how):
        found = of(a_version(site, **terms), a_contact(site))

        assert (found.can_enter, found.verdict) == (True, f"Could enter now, {how}.")

    def test_it_names_how_often_and_why_the_contact_was_refused(self, site):
        version, contact = a_version(site), a_contact(site)
        for _ in range(4):
            call(version, contact)

        assert of(version, contact).refusal.startswith("Refused 3 times, last on ")
        assert of(version, contact).refusal.endswith(": Has been in, or is inside.")
