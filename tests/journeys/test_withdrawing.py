"""What the visits of a way that has ended have asked for, and nobody has seen, is taken back,
whatever ended the way."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import contacts
from apps.delivery import popups, pushes
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import Wanted
from apps.journeys.models import Call, Enrolment
from apps.journeys.models.message_keys import campaign
from apps.journeys.models.withdrawing import withdraw_messages
from tests.factories import a_contact, a_device, a_popup, a_push, a_site, a_subscription
from tests.journeys.entry.making import a_version, call

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def asks(row, *, push_at, popup_at, now_at):
    """Have visits of the way ask for a push and a popup; by now it is at a later one."""
    name = campaign(row.journey_id)
    for visit, queue, asset in (
        (push_at, pushes.queue, a_push),
        (popup_at, popups.queue, a_popup),
    ):
        key = f"{name}:{row.pk}:{visit}"
        site = row.journey.site
        queue(asset(site), Wanted(contact_id=row.contact_id, key=key, campaign=name))
    Enrolment.objects.filter(pk=row.pk).update(visit=now_at)


def a_reachable_contact(site):
    return a_subscription(a_device(site)).device.contact


def became(contact):
    push, popup = (model.objects.get(contact=contact).status for model in (Push, Popup))
    return push, popup


class TestRestart:
    def test_it_takes_back_what_all_visits_asked_for_of_this_way_alone(self, site):
        version = a_version(site, reentry="restart")
        again, other = a_reachable_contact(site), a_reachable_contact(site)
        call(version, again, other)
        for row in Enrolment.objects.all():
            asks(row, push_at=1, popup_at=2, now_at=5)
        row = Enrolment.objects.get(contact=again)
        soon = timezone.now()
        hook = Call.objects.create(enrolment=row, visit=3, url="https://a.example", expires_at=soon)

        call(version, again)

        assert (became(again), became(other)) == (("failed", "withdrawn"), ("queued", "waiting"))
        hook.refresh_from_db()
        assert (hook.status, hook.due_at) == ("withdrawn", None)


class TestMerge:
    def test_it_takes_back_what_all_visits_of_the_other_way_asked_for(self, site):
        version = a_version(site, reentry="not_inside")
        known = a_contact(site, external_id="anna")
        anonymous = a_reachable_contact(site)
        call(version, known, anonymous)
        asks(Enrolment.objects.get(contact=anonymous), push_at=1, popup_at=2, now_at=5)

        contacts.merge(anonymous, known)

        assert became(known) == ("failed", "withdrawn")


class TestQueries:
    def test_it_needs_the_same_for_any_number_and_none_for_nobody(self, site):
        version, counts = a_version(site), []
        for number in (1, 3):
            people = [a_reachable_contact(site) for _ in range(number)]
            call(version, *people)
            rows = Enrolment.objects.filter(contact__in=people)
            for row in rows:
                asks(row, push_at=1, popup_at=2, now_at=5)
            ways = list(rows.values_list("pk", "journey", "contact"))
            with CaptureQueriesContext(connection) as queries:
                withdraw_messages(ways)
            counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            withdraw_messages([])

        assert counts[0] == counts[1]
        assert len(queries) == 0
        assert not Popup.objects.open().exists()
