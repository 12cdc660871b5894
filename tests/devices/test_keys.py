import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.devices import keys, subscriptions, tasks
from apps.devices.models import Subscription, VapidKey
from tests.factories import a_device, a_new_subscription, a_site, a_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def subscribers(site, many=1):
    return [a_subscription(a_device(site, "allowed")) for _ in range(many)]


class TestCurrent:
    def test_it_is_the_newest_that_is_neither_imported_nor_retired(self, site):
        first = keys.current(site)
        imported, retired = keys.create_for_site(site), keys.create_for_site(site)
        VapidKey.objects.filter(pk=imported.pk).update(imported_at=timezone.now())
        VapidKey.objects.filter(pk=retired.pk).update(retired_at=timezone.now())
        keys.create_for_site(a_site())

        assert keys.current(site) == first
        assert keys.older(site, than=first) == [imported.public_key]


class TestRotate:
    def test_it_loses_nobody(self, site):
        (old,) = subscribers(site)

        new = keys.rotate(old.key)

        assert keys.current(site) == new
        assert list(Subscription.objects.live()) == [old]
        assert Contact.objects.get().is_reachable

    def test_it_replaces_a_key_once(self, site):
        key = keys.current(site)
        keys.rotate(key)

        with pytest.raises(keys.KeyReplaced):
            keys.rotate(key)

        assert site.vapid_keys.count() == 2

    def test_a_browser_moves_over_when_it_comes_by(self, site):
        (old,) = subscribers(site)
        new_key = keys.rotate(old.key)

        new = subscriptions.subscribe(old.device, a_new_subscription(site))

        old.refresh_from_db()
        assert (new.key, old.end_reason) == (new_key, "replaced")
        assert list(Subscription.objects.live()) == [new]
        assert Contact.objects.get().is_reachable


class TestRetire:
    def test_it_ends_what_is_left_of_the_key_with_its_reason(self, site):
        (old,) = subscribers(site)
        keys.rotate(old.key)
        (new,) = subscribers(site)

        assert keys.retire(old.key) == 1

        old.refresh_from_db()
        assert old.end_reason == "retired"
        assert old.key.__class__.objects.get(pk=old.key_id).retired_at is not None
        assert list(Subscription.objects.live()) == [new]
        assert list(Contact.objects.filter(is_reachable=True)) == [new.device.contact]

    def test_it_never_retires_the_current_one(self, site):
        (live,) = subscribers(site)

        with pytest.raises(keys.KeyInUse):
            keys.retire(live.key)

        assert VapidKey.objects.get().retired_at is None
        assert list(Subscription.objects.live()) == [live]

    def test_nobody_can_subscribe_with_it_any_more(self, site):
        old = keys.current(site)
        keys.rotate(old)
        keys.retire(old)
        device = a_device(site, "allowed")

        with pytest.raises(subscriptions.SubscriptionRefused) as refused:
            subscriptions.subscribe(device, a_new_subscription(site, vapid_key=old.public_key))

        assert refused.value.field == "vapid_key"
        assert not Subscription.objects.exists()

    def test_what_could_not_be_ended_at_once_ends_in_the_background(self, site, monkeypatch):
        monkeypatch.setattr(keys, "RETIRING_SECONDS", -1)
        old = subscribers(site, 3)[0].key
        keys.rotate(old)
        assert keys.retire(old) == 0

        assert tasks.end_retired() == 3

        assert set(Subscription.objects.values_list("end_reason", flat=True)) == {"retired"}

    def test_ending_costs_the_same_for_one_and_for_three(self, site):
        costs = []
        for many in (1, 1, 3):
            old = subscribers(site, many)[0].key
            keys.rotate(old)
            with CaptureQueriesContext(connection) as captured:
                keys.retire(old)
            costs.append(len(captured))

        # The first makes the name of the event.
        assert costs[1] == costs[2]


class TestProgress:
    def test_it_says_how_far_the_browsers_have_come_and_when_the_old_key_can_go(self, site):
        rows = subscribers(site, 4)
        old = rows[0].key
        new = keys.rotate(old)
        subscriptions.subscribe(rows[0].device, a_new_subscription(site))
        subscriptions.end(Subscription.objects.filter(pk=rows[1].pk), "gone")

        found = {row.key: row for row in keys.progress(site)}

        assert [(row.is_current, row.live, row.moved, row.left) for row in found.values()] == [
            (True, 1, 0, 0),
            (False, 2, 1, 2),
        ]
        assert [round(row.share, 2) for row in found.values()] == [0.33, 0.67]
        assert found[new].can_go_on is None
        # Two of four in a week: the other two in another.
        assert found[old].can_go_on == timezone.localdate() + timezone.timedelta(days=7)

    def test_it_promises_nothing_when_nobody_moves(self, site):
        old = subscribers(site)[0].key
        keys.rotate(old)

        found = {row.key: row for row in keys.progress(site)}

        assert found[old].can_go_on is None

    def test_it_costs_the_same_for_one_key_and_for_three(self, site):
        costs = []
        for _ in range(3):
            with CaptureQueriesContext(connection) as captured:
                list(keys.progress(site))
            costs.append(len(captured))
            keys.rotate(keys.current(site))

        assert costs == [3, 3, 3]
