"""Going on, running out of time and leaving at the same moment: on real threads."""

from functools import partial

import pytest
from django.db.models import Sum
from django.utils import timezone

from apps.devices import identity
from apps.devices.models import Device
from apps.journeys import engine, leaving
from apps.journeys.listening import hearing, reacting
from apps.journeys.models import (
    Enrolment,
    PendingEvent,
    Tally,
    Visit,
    WaitForEventStep,
    WaitStep,
)
from apps.journeys.models.counters import TallyManager
from tests.factories import a_contact, a_device, a_user
from tests.journeys.listening.listeners import (
    a_live_journey,
    an_awaiting_journey,
    come_in,
    happens,
    path,
    waiting_for,
    where_it_is,
)
from tests.races import Held, Meanwhile, at_once, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def leave_to_workers(monkeypatch):
    """Nothing is handled in the request that tracks it."""
    monkeypatch.setattr(hearing, "AT_ONCE", 0)


class TestOneOfThem:
    def test_an_event_the_end_of_its_time_or_an_exit_wins_and_never_two(self):
        journey = an_awaiting_journey("purchase", "refund", exit_event="leave")
        for _ in range(10):
            (row,) = come_in(journey)
            for name in ("purchase", "refund", "leave"):
                happens(row, name)
            Enrolment.objects.filter(pk=row.pk).update(due_at=timezone.now())
            ids = PendingEvent.objects.values_list("pk", flat=True).order_by("?")

            at_once(
                *[partial(hearing.handle, only=[pk]) for pk in ids],
                *[partial(engine.drain, seconds=1, only=[row.pk])] * 2,
            )

            row.refresh_from_db()
            numbers = list(row.visits.values_list("number", flat=True))
            assert numbers == list(range(1, len(numbers) + 1))
            assert path(row)[0][1] in ("purchase", "refund", "timeout", "event")
            # Whatever led on, the exit came too: before it, or after.
            assert (row.state, row.exit_reason) == ("left", "event")
            assert PendingEvent.objects.count() == 0
        counted = Tally.objects.exclude(outcome="").aggregate(Sum("count"))
        assert counted["count__sum"] == Visit.objects.count()

    def test_taking_out_by_hand_or_the_event_wins(self):
        journey = an_awaiting_journey("purchase")
        user = a_user()
        for _ in range(5):
            (row,) = come_in(journey)
            happens(row, "purchase")

            at_once(
                hearing.handle,
                partial(leaving.leave_by_hand, Enrolment.objects.filter(pk=row.pk), user),
                partial(leaving.sweep, seconds=2),
            )

            assert where_it_is(row)[1] == "left"
            assert path(row) in (
                [("Step 0", "hand")],
                [("Step 0", "purchase"), ("Step 1", "hand")],
            )


class TestComing:
    def test_an_event_waits_for_who_is_coming_to_the_step_at_this_moment(self, monkeypatch):
        journey = a_live_journey(
            (WaitStep, {}), (WaitForEventStep, {"events": waiting_for("purchase")})
        )
        (row,) = come_in(journey)
        Enrolment.objects.update(due_at=timezone.now())
        held = Held(monkeypatch, "add", TallyManager)
        batch = Meanwhile(partial(engine.drain, seconds=1, only=[row.pk]))
        assert held.reached.wait(30)
        happens(row, "purchase")
        handling = Meanwhile(hearing.handle)
        wait_until_blocked()
        held.free.set()
        batch.ends()
        handling.ends()

        assert path(row) == [("Step 0", "done"), ("Step 1", "purchase")]


class TestIdentify:
    def test_it_and_an_exit_that_is_being_heard_wait_for_each_other_in_one_order(self, monkeypatch):
        journey = a_live_journey(exit_event="purchase")
        a_contact(journey.site, external_id="anna")
        (row,) = come_in(journey)
        device = a_device(journey.site)
        Device.objects.filter(pk=device.pk).update(contact=row.contact)
        happens(row, "purchase")
        held = Held(monkeypatch, "react", reacting)
        errors = []
        monkeypatch.setattr(hearing.log, "exception", lambda *args: errors.append(args))
        handling = Meanwhile(hearing.handle)
        assert held.reached.wait(30)
        login = Meanwhile(
            lambda: identity.identify(
                Device.objects.select_related("contact__site").get(pk=device.pk), "anna"
            )
        )
        wait_until_blocked()
        held.free.set()
        handling.ends()
        login.ends()

        assert errors == []
        row.refresh_from_db()
        assert (row.contact.external_id, row.exit_reason) == ("anna", "event")
