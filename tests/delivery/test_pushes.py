from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.delivery import pushes
from apps.delivery.judging import Why
from apps.delivery.models import Limits, Push
from apps.delivery.pushes import Devices, Terms
from apps.delivery.wanted import Wanted
from apps.devices.models import Subscription
from tests.delivery.receivers import a_device_of, a_receiver, selected
from tests.factories import a_contact, a_push, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def asset(site):
    return a_push(site, ttl=600)


def everybody(**values):
    return selected(Contact.objects.all(), **values)


class TestQueue:
    def test_it_queues_one_for_each_who_is_asked_for(self, site, asset):
        contacts = [a_receiver(site) for _ in range(3)]

        answer = pushes.queue(
            asset,
            everybody(campaign=Value("sale"), step=Value("first"), context=F("state")),
            Terms(category="operational", ignores_consent=True),
        )

        assert sorted(answer.reached) == [contact.pk for contact in contacts]
        assert answer.others == {}
        rows = list(Push.objects.order_by("contact_id"))
        assert [row.contact for row in rows] == contacts
        assert [row.key for row in rows] == [f"test:{contact.pk}" for contact in contacts]
        assert [row.device for row in rows] == [contact.devices.get() for contact in contacts]
        assert len({row.uid for row in rows}) == 3
        push = rows[0]
        assert (push.campaign, push.step, push.asset_id) == ("sale", "first", asset.pk)
        assert (push.category, push.ignores_consent) == ("operational", True)
        assert (push.status, push.reason, push.attempts) == ("queued", "", 0)
        assert push.context == contacts[0].state
        assert push.due_at == push.queued_at <= timezone.now()
        assert push.expires_at == push.queued_at + timedelta(seconds=600)

    def test_a_single_one_is_asked_for_the_same_way(self, site, asset):
        contact = a_receiver(site)
        context = {"event": {"price": 20}}

        answer = pushes.queue(asset, Wanted(contact_id=contact.pk, key="k", context=context))

        assert answer.reached == [contact.pk]
        push = Push.objects.get()
        assert (push.key, push.campaign, push.step) == ("k", "", "")
        assert push.context == context

    def test_asking_again_gives_the_same_answer_and_queues_nothing(self, site, asset):
        a_receiver(site)
        first = pushes.queue(asset, everybody())

        assert pushes.queue(asset, everybody()) == first
        assert Push.objects.count() == 1

    def test_it_reaches_a_device_that_came_since_when_asked_again(self, site, asset):
        contact = a_receiver(site)
        pushes.queue(asset, everybody())
        device = a_device_of(contact)

        pushes.queue(asset, everybody())

        assert Push.objects.count() == 2
        assert Push.objects.filter(device=device).exists()

    def test_it_says_of_everybody_else_why_not(self, site, asset):
        Limits.objects.create(site=site, marketing_cap=1)
        capped = a_receiver(site)
        pushes.queue(asset, Wanted(contact_id=capped.pk, key="before"))
        reached, away = a_receiver(site), a_contact(site)
        disabled = a_receiver(site, push_disabled_by_platform=True)
        unsubscribed = a_receiver(site, unsubscribed_at=timezone.now())

        answer = pushes.queue(asset, everybody())

        assert answer.reached == [reached.pk]
        assert {why: sorted(ids) for why, ids in answer.others.items()} == {
            Why.CAPPED: [capped.pk],
            Why.NO_DEVICE: [away.pk],
            Why.OPTED_OUT: [disabled.pk, unsubscribed.pk],
        }
        assert Push.objects.count() == 2

    def test_nothing_is_queued_of_a_push_that_is_not_active(self, site):
        contact = a_receiver(site)

        answer = pushes.queue(a_push(site, status="draft"), everybody())

        assert (answer.reached, answer.others) == ([], {Why.NOT_ACTIVE: [contact.pk]})
        assert not Push.objects.exists()

    def test_a_device_that_has_ended_gets_none(self, site, asset):
        contact = a_receiver(site)
        gone = a_device_of(contact)
        Subscription.objects.filter(device=gone).update(ended_at=timezone.now())

        pushes.queue(asset, everybody())

        assert [push.device for push in Push.objects.all()] == [
            contact.devices.exclude(pk=gone.pk).get()
        ]

    def test_a_device_that_subscribed_anew_gets_one(self, site, asset):
        contact = a_receiver(site)
        old = Subscription.objects.get()
        Subscription.objects.filter(pk=old.pk).update(ended_at=timezone.now())
        Subscription.objects.create(
            device=old.device, key=old.key, endpoint="https://x.example/2", endpoint_hash="2"
        )

        assert pushes.queue(asset, everybody()).reached == [contact.pk]
        assert Push.objects.count() == 1

    def test_who_has_opted_out_is_reached_where_that_is_ignored(self, site, asset):
        contact = a_receiver(site, unsubscribed_at=timezone.now())

        answer = pushes.queue(asset, everybody(), Terms(ignores_consent=True))

        assert answer.reached == [contact.pk]


class TestDevices:
    def test_it_goes_to_all_of_them(self, site, asset):
        contact = a_receiver(site)
        a_device_of(contact)

        pushes.queue(asset, everybody())

        assert {push.device for push in Push.objects.all()} == set(contact.devices.all())

    def test_or_to_the_one_used_last_that_can_be_sent_to(self, site, asset):
        contact, other, now = a_receiver(site), a_receiver(site), timezone.now()
        latest = a_device_of(contact, last_seen_at=now + timedelta(minutes=1))
        ended = a_device_of(contact, last_seen_at=now + timedelta(minutes=2))
        Subscription.objects.filter(device=ended).update(ended_at=now)

        answer = pushes.queue(asset, everybody(), Terms(devices=Devices.LATEST))

        assert sorted(answer.reached) == [contact.pk, other.pk]
        found = {push.contact: push.device for push in Push.objects.all()}
        assert found == {contact: latest, other: other.devices.get()}


class TestQueries:
    @pytest.mark.parametrize("number", [1, 3])
    def test_they_are_as_many_for_any_number(self, site, asset, number):
        for _ in range(number):
            a_receiver(site)

        with CaptureQueriesContext(connection) as queries:
            pushes.queue(asset, everybody())

        texts = [query["sql"] for query in queries]
        # The cap, who can be reached, the rows.
        assert len([text for text in texts if text.startswith(("SELECT", "INSERT"))]) == 3
