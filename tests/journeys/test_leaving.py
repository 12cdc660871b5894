from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import AuditEntry
from apps.delivery import popups, pushes
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import Wanted
from apps.journeys import leaving, publishing
from apps.journeys.models import Call, Enrolment, Journey, Sweep, Tally, WaitStep
from apps.journeys.models.enrolments import campaign
from tests.factories import (
    a_contact,
    a_popup,
    a_property,
    a_push,
    a_site,
    a_subscription,
    a_user,
)
from tests.journeys.flows import a_chain, enrolled

pytestmark = pytest.mark.django_db

Exit = Enrolment.Exit
GOLD = {"field": "state.level", "op": "is", "value": "gold"}


def a_live_wait(site=None, **terms):
    """A published journey on these terms in which contacts wait."""
    site = site or a_site()
    journey = Journey.objects.create(site=site, name="Wait", **terms)
    WaitStep.objects.create(journey=journey, name="Wait")
    publishing.publish(journey)
    return journey


def enrolled_gold(journey, *levels):
    rows = enrolled(journey, len(levels))
    for row, level in zip(rows, levels, strict=True):
        row.contact.state = {"level": level}
        row.contact.save()
    return rows


def all_of(*rows):
    return Enrolment.objects.filter(pk__in=[row.pk for row in rows])


def reasons(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.exit_reason for row in rows]


def wanted(row, visit=1):
    name = campaign(row.journey_id)
    key = f"{name}:{row.pk}:{visit}"
    return Wanted(contact_id=row.contact_id, key=key, campaign=name)


class TestLeave:
    def test_it_ends_the_way_and_the_visit_and_counts_it(self):
        (row, other) = enrolled(a_chain(a_site(), 1, 1), 2)

        assert leaving.leave(all_of(row), Exit.EVENT) == 1

        assert reasons(row, other) == ["event", ""]
        assert (row.state, row.due_at) == ("left", None)
        assert row.left_at is not None
        visit = row.visits.get()
        assert (visit.number, visit.outcome) == (1, "event")
        assert Tally.objects.get(outcome="event").count == 1

    def test_it_ends_once(self):
        (row,) = enrolled(a_chain(a_site(), 1))
        leaving.leave(all_of(row), Exit.EVENT)

        assert leaving.leave(all_of(row), Exit.HAND) == 0

        assert reasons(row) == ["event"]

    def test_it_takes_back_popups_and_pushes_of_every_visit_that_nobody_saw(self):
        journey = a_chain(site := a_site(), 1)
        (row, other) = enrolled(journey, 2)
        for contact in (row.contact, other.contact):
            subscription = a_subscription()
            subscription.device.contact = contact
            subscription.device.save()
        for each in (row, other):
            pushes.queue(a_push(site), [wanted(each, 1)])
            popups.queue(a_popup(site), [wanted(each, 2)])
            each.visit = 5
            each.save()

        leaving.leave(all_of(row), Exit.GOAL)

        of = {"contact": row.contact}
        assert (Push.objects.get(**of).status, Push.objects.get(**of).reason) == (
            "failed",
            "withdrawn",
        )
        assert Popup.objects.get(**of).status == "withdrawn"
        assert Push.objects.get(contact=other.contact).status == "queued"
        assert Popup.objects.get(contact=other.contact).status == "waiting"

    def test_it_leaves_alone_what_others_asked_for_the_same_contact(self):
        journey = a_chain(site := a_site(), 1)
        (row,) = enrolled(journey)
        popups.queue(a_popup(site), [Wanted(contact_id=row.contact_id, key="by hand")])
        again = Enrolment.objects.create(
            journey=journey,
            version=row.version,
            contact=row.contact,
            step=row.step,
            number=2,
            entry_key="2",
            is_single=False,
        )
        popups.queue(a_popup(site), [wanted(again)])

        leaving.leave(all_of(row), Exit.GOAL)

        assert list(Popup.objects.values_list("status", flat=True)) == ["waiting", "waiting"]

    def test_it_takes_back_a_webhook_that_was_not_called_yet(self):
        (row,) = enrolled(a_chain(a_site(), 1))
        values = {"enrolment": row, "url": "https://shop.example", "expires_at": timezone.now()}
        queued = Call.objects.create(visit=2, **values)
        answered = Call.objects.create(visit=1, status="answered", due_at=None, **values)

        leaving.leave(all_of(row), Exit.EVENT)

        queued.refresh_from_db()
        answered.refresh_from_db()
        assert (queued.status, queued.due_at) == ("withdrawn", None)
        assert answered.status == "answered"

    def test_it_goes_on_until_everybody_has_left(self, monkeypatch):
        monkeypatch.setattr(leaving, "BATCH", 2)
        rows = enrolled(a_chain(a_site(), 1), 5)

        assert leaving.leave(all_of(*rows), Exit.ENDED) == 5

        assert set(reasons(*rows)) == {"ended"}

    def test_it_asks_as_much_for_three_as_for_one(self):
        journey = a_chain(site := a_site(), 1)
        counts = []
        for number in (1, 3):
            rows = enrolled(journey, number)
            popups.queue(a_popup(site), [wanted(row) for row in rows])
            with CaptureQueriesContext(
                connection,
            ) as queries:
                leaving.leave(all_of(*rows), Exit.EVENT)
            counts.append(len(queries))

        assert counts[0] == counts[1]
        assert Popup.objects.filter(status="withdrawn").count() == 4


class TestLeaveByHand:
    def test_it_takes_them_out_and_remembers_who_did(self):
        journey = a_chain(a_site(), 1)
        (row, other) = enrolled(journey, 2)
        user = a_user()

        assert leaving.leave_by_hand(all_of(row), user) == 1

        assert reasons(row, other) == ["hand", ""]
        entry = AuditEntry.objects.get()
        assert (entry.user, entry.site, entry.action) == (user, journey.site, "taken_out")
        assert entry.details == {"journey": journey.pk, "contacts": 1}

    def test_it_does_nothing_to_those_who_have_left(self):
        (row,) = enrolled(a_chain(a_site(), 1))
        leaving.leave(all_of(row), Exit.GOAL)

        assert leaving.leave_by_hand(all_of(row), a_user()) == 0

        assert reasons(row) == ["goal"]
        assert AuditEntry.objects.count() == 0


def sweep():
    """A look of everything, though the last one was a moment ago."""
    Sweep.objects.update(due_at=timezone.now())
    return leaving.sweep(seconds=10)


class TestTimeout:
    def test_it_lets_those_go_who_have_been_inside_so_long(self):
        early, late = enrolled(a_live_wait(timeout_hours=2), 2)
        now = timezone.now()
        all_of(early).update(entered_at=now - timedelta(hours=2))
        all_of(late).update(entered_at=now - timedelta(minutes=119))

        assert sweep() == 1

        assert reasons(early, late) == ["timeout", ""]

    def test_it_is_that_of_the_version_by_which_they_entered(self):
        journey = a_live_wait(timeout_hours=2)
        (old,) = enrolled(journey)
        journey.timeout_hours = None
        journey.save()
        publishing.publish(journey)
        (new,) = enrolled(journey)
        Enrolment.objects.update(entered_at=timezone.now() - timedelta(hours=3))

        sweep()

        assert reasons(old, new) == ["timeout", ""]

    def test_nobody_leaves_a_journey_that_is_held(self):
        journey = a_live_wait(timeout_hours=2)
        (row,) = enrolled(journey)
        all_of(row).update(entered_at=timezone.now() - timedelta(hours=3))
        Journey.objects.update(is_held=True)

        assert sweep() == 0

        Journey.objects.update(is_held=False, status="paused")
        assert sweep() == 1


class Clock:
    """Stands still but for what `takes` so many seconds."""

    def __init__(self):
        self.now = 0

    def monotonic(self):
        return self.now

    def takes(self, seconds, act):
        def slowly(*args, **options):
            self.now += seconds
            return act(*args, **options)

        return slowly


@pytest.fixture
def clock(monkeypatch):
    """Asking a rule of a slice takes half a minute."""
    clock = Clock()
    monkeypatch.setattr(leaving, "time", clock)
    slow = clock.takes(30, leaving.membership.matching)
    monkeypatch.setattr(leaving.membership, "matching", slow)
    return clock


class TestRule:
    @pytest.fixture
    def journey(self):
        site = a_site()
        a_property(site, "level")
        return a_live_wait(site, exits_with_rule=True, entry_rule=GOLD)

    def test_it_lets_those_go_who_do_not_meet_it_any_more(self, journey):
        gold, silver = enrolled_gold(journey, "gold", "silver")

        assert sweep() == 1

        assert reasons(gold, silver) == ["", "rule"]

    def test_it_looks_at_everybody_in_slices(self, journey, monkeypatch):
        monkeypatch.setattr(leaving, "SLICE", 2)
        monkeypatch.setattr(leaving, "AHEAD", 3)
        rows = enrolled_gold(journey, "silver", "gold", "silver", "gold", "silver")

        assert sweep() == 3

        assert reasons(*rows) == ["rule", "", "rule", "", "rule"]

    def test_nobody_leaves_where_the_journey_does_not_say_so(self):
        site = a_site()
        a_property(site, "level")
        (row,) = enrolled_gold(a_live_wait(site, entry_rule=GOLD), "silver")

        sweep()

        assert reasons(row) == [""]

    def test_nobody_leaves_when_the_rule_cannot_be_asked_any_more(self, journey):
        (row,) = enrolled_gold(journey, "silver")
        journey.site.properties.all().delete()

        assert sweep() == 0

        assert reasons(row) == [""]

    def test_it_goes_on_where_it_stopped(self, journey, monkeypatch, clock):
        monkeypatch.setattr(leaving, "SLICE", 2)
        rows = enrolled_gold(journey, *["gold"] * 3, "silver")

        assert leaving.sweep(seconds=10) == 0
        look = Sweep.objects.get()
        assert (look.cursor, look.due_at <= timezone.now()) == (rows[1].pk, True)

        assert leaving.sweep(seconds=10) == 1
        look.refresh_from_db()
        assert (look.cursor, look.seconds) == (0, 60)
        assert reasons(*rows) == ["", "", "", "rule"]

    def test_it_looks_again_after_a_minute_at_the_soonest(self, journey):
        (row,) = enrolled_gold(journey, "gold")
        before = timezone.now()
        leaving.sweep(seconds=10)
        row.contact.state = {}
        row.contact.save()

        assert leaving.sweep(seconds=10) == 0

        assert Sweep.objects.get().due_at >= before + timedelta(minutes=1)

    def test_a_look_that_takes_half_a_minute_comes_every_ten_minutes(self, journey, clock):
        enrolled_gold(journey, "gold")
        before = timezone.now()

        leaving.sweep(seconds=60)

        due = Sweep.objects.get().due_at - before
        assert timedelta(minutes=10) <= due < timedelta(minutes=11)

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_asks_as_much_for_any_number(self, journey, number, django_assert_num_queries):
        enrolled_gold(journey, *["gold"] * number)
        leaving.sweep(seconds=10)
        Sweep.objects.update(due_at=timezone.now())

        # Those of ended journeys in a transaction, two times which sweeps are missing, those due,
        # the claim; three of what the site knows, who is inside, who meets the rule; that it is
        # over.
        with django_assert_num_queries(13):
            leaving.sweep(seconds=10)


class TestEnded:
    @pytest.mark.parametrize("status", ["archived", "finished"])
    def test_it_lets_those_go_who_came_in_as_the_journey_ended(self, status):
        (row,) = enrolled(a_chain(a_site(), 1))
        Journey.objects.update(status=status)

        assert sweep() == 1

        assert reasons(row) == ["ended"]

    def test_others_stay(self):
        (row,) = enrolled(a_chain(a_site(), 1))
        a_contact(row.journey.site)

        assert sweep() == 0

        assert reasons(row) == [""]
