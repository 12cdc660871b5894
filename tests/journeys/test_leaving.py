import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import AuditEntry
from apps.delivery import popups, pushes
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import Wanted
from apps.journeys import leaving
from apps.journeys.models import Call, Enrolment, Tally
from apps.journeys.models.message_keys import campaign
from tests.factories import (
    a_popup,
    a_push,
    a_site,
    a_subscription,
    a_user,
)
from tests.journeys.flows import a_chain, all_of, enrolled, inside_again

pytestmark = pytest.mark.django_db

Exit = Enrolment.Exit
GOLD = {"field": "state.level", "op": "is", "value": "gold"}


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
            pushes.queue(a_push(site), wanted(each, 1))
            popups.queue(a_popup(site), wanted(each, 2))
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
        popups.queue(a_popup(site), Wanted(contact_id=row.contact_id, key="by hand"))
        again = inside_again(row)
        popups.queue(a_popup(site), wanted(again))

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
            for row in rows:
                popups.queue(a_popup(site), wanted(row))
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
