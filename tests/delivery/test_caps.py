from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.delivery import caps, pushes
from apps.delivery.judging import Why
from apps.delivery.models import Limits, Push
from apps.delivery.pushes import Terms
from apps.delivery.wanted import Wanted
from tests.delivery.receivers import a_device_of, a_receiver, selected
from tests.factories import a_push, a_site
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    site = a_site()
    Limits.objects.create(site=site, marketing_cap=2, marketing_cap_days=7)
    return site


@pytest.fixture
def asset(site):
    return a_push(site)


def ask(asset, contact, key, **terms):
    """The outcome of asking for one push: empty where it was queued."""
    answer = pushes.queue(asset, Wanted(contact_id=contact.pk, key=key), Terms(**terms))
    return next(iter(answer.others), "")


class TestCap:
    def test_it_lets_through_as_many_as_the_site_allows(self, site, asset):
        contact = a_receiver(site)

        assert [ask(asset, contact, f"k:{n}") for n in range(3)] == ["", "", Why.CAPPED]
        assert Push.objects.count() == 2

    def test_a_message_to_several_devices_counts_once(self, site, asset):
        contact = a_receiver(site)
        a_device_of(contact)

        assert [ask(asset, contact, f"k:{n}") for n in range(3)] == ["", "", Why.CAPPED]
        assert Push.objects.count() == 4

    def test_it_counts_each_contact_alone(self, site, asset):
        one, other = a_receiver(site), a_receiver(site)
        for n in range(2):
            ask(asset, one, f"k:{n}")

        assert (ask(asset, one, "k"), ask(asset, other, "k")) == (Why.CAPPED, "")

    def test_days_end(self, site, asset):
        contact = a_receiver(site)
        for n in range(2):
            ask(asset, contact, f"k:{n}")
        first = Push.objects.filter(key="k:0")
        first.update(queued_at=timezone.now() - timedelta(days=7, seconds=-5))
        assert ask(asset, contact, "k:2") == Why.CAPPED

        first.update(queued_at=timezone.now() - timedelta(days=7, seconds=1))

        assert ask(asset, contact, "k:2") == ""

    def test_what_failed_does_not_count(self, site, asset):
        contact = a_receiver(site)
        for n in range(2):
            ask(asset, contact, f"k:{n}")
        Push.objects.filter(key="k:0").update(status="failed")

        assert ask(asset, contact, "k:2") == ""

    def test_asking_again_is_no_other_message(self, site, asset):
        contact = a_receiver(site)
        for n in range(2):
            ask(asset, contact, f"k:{n}")

        assert ask(asset, contact, "k:1") == ""
        assert Push.objects.count() == 2

    def test_each_category_has_its_own(self, site, asset):
        contact = a_receiver(site)
        Limits.objects.update(operational_cap=1)
        for n in range(2):
            ask(asset, contact, f"k:{n}")

        assert ask(asset, contact, "o:1", category="operational") == ""
        assert ask(asset, contact, "o:2", category="operational") == Why.CAPPED

    def test_what_ignores_caps_counts_all_the_same(self, site, asset):
        contact = a_receiver(site)
        asked = [ask(asset, contact, f"k:{n}", ignores_caps=True) for n in range(3)]

        assert asked == ["", "", ""]
        assert ask(asset, contact, "k:3") == Why.CAPPED

    def test_it_holds_among_several_that_are_asked_for_at_once(self, site, asset):
        contact = a_receiver(site)
        for _ in range(4):
            a_device_of(contact)

        # A row for each device, so the contact is asked for five times.
        answer = pushes.queue(asset, selected(contact.devices.all(), contact="contact"))

        assert len(answer.reached) == 2
        assert len(answer.others[Why.CAPPED]) == 3
        assert Push.objects.values("key").distinct().count() == 2

    def test_a_site_without_limits_has_none(self):
        site = a_site()
        assert caps.of_site(site.pk, "marketing") is None
        Limits.objects.create(site=site)
        assert caps.of_site(site.pk, "marketing") is None
        assert caps.of_site(site.pk, "operational") is None


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_two_who_ask_at_once_stay_under_it(self):
        site = a_site()
        Limits.objects.create(site=site, marketing_cap=1)
        asset, contact = a_push(site), a_receiver(site)

        with transaction.atomic():
            assert ask(asset, contact, "mine") == ""
            other = Meanwhile(lambda: ask(asset, contact, "theirs"))
            wait_until_blocked()
        other.ends()

        assert [push.key for push in Push.objects.all()] == ["mine"]

    def test_nobody_waits_where_nothing_is_capped(self):
        site = a_site()
        Limits.objects.create(site=site, operational_cap=1)
        asset, contact = a_push(site), a_receiver(site)

        with transaction.atomic():
            ask(asset, contact, "mine")
            Meanwhile(lambda: ask(asset, contact, "theirs")).ends()

        assert Push.objects.count() == 2
