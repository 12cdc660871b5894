import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.devices import keys, linked_browsers
from apps.devices.models import Device, LinkedBrowser, Subscription
from apps.devices.subscriptions import SubscriptionRefused
from tests.factories import CHROME, FIREFOX, a_new_subscription, a_site, a_user
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return a_user("Marketer")


def link(user, site, agent=FIREFOX, **changes):
    new = a_new_subscription(site, **changes)
    return linked_browsers.link(user, site, new, user_agent=agent)


def of_site(user, site):
    (linked,) = linked_browsers.of_user(user, [site])
    return linked


class TestLink:
    def test_it_is_hers_and_no_device_of_anybody(self, site, user):
        row = link(user, site)

        assert (row.user, row.key) == (user, keys.current(site))
        assert str(row) == "Firefox on Linux"
        assert row.endpoint_hash == Subscription.hash_of(row.endpoint)
        assert (Device.objects.count(), Subscription.objects.count()) == (0, 0)

    def test_linking_again_replaces(self, site, user):
        new = a_new_subscription(site)
        linked_browsers.link(user, site, new, user_agent=FIREFOX)

        linked_browsers.link(user, site, new, user_agent=CHROME)

        assert [str(row) for row in LinkedBrowser.objects.all()] == ["Chrome on Android"]

    def test_a_fresh_subscription_takes_the_place_of_the_one_it_names(self, site, user):
        before = link(user, site)

        after = link(user, site, old_endpoint=before.endpoint)

        assert list(LinkedBrowser.objects.all()) == [after]

    def test_a_browser_belongs_to_who_linked_it_last(self, site, user):
        new = a_new_subscription(site)
        linked_browsers.link(a_user("Marketer"), site, new, user_agent=FIREFOX)

        linked_browsers.link(user, site, new, user_agent=FIREFOX)

        assert LinkedBrowser.objects.get().user == user

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"endpoint": "https://evil.example/push"}, "endpoint"),
            ({"endpoint": "http://fcm.googleapis.com/x"}, "endpoint"),
            ({"p256dh": "AAAA"}, "p256dh"),
            ({"auth": "AAAA"}, "auth"),
            ({"vapid_key": "B" * 87}, "vapid_key"),
        ],
    )
    def test_what_no_push_could_be_sent_to_is_refused(self, changes, field, site, user):
        before = link(user, site)

        with pytest.raises(SubscriptionRefused) as refused:
            link(user, site, old_endpoint=before.endpoint, **changes)

        assert refused.value.field == field
        assert list(LinkedBrowser.objects.all()) == [before]

    def test_a_key_that_was_replaced_is_refused(self, site, user):
        old = keys.current(site)
        keys.rotate(old)

        with pytest.raises(SubscriptionRefused, match="The site has a new key"):
            link(user, site, vapid_key=old.public_key)

        assert LinkedBrowser.objects.count() == 0

    def test_there_is_an_end_to_it(self, site, user, monkeypatch):
        monkeypatch.setattr(linked_browsers, "MOST", 2)
        first, second = link(user, site), link(user, site)

        with pytest.raises(SubscriptionRefused, match="At most 2 browsers"):
            link(user, site)
        # One that takes the place of another needs no room.
        link(user, site, endpoint=second.endpoint)
        link(user, a_site())
        link(a_user("Marketer"), site)

        assert of_site(user, site).browsers[-1] == first
        assert len(of_site(user, site).browsers) == 2

    def test_what_is_linked_under_another_site_stays_there(self, site, user):
        elsewhere = link(user, a_site())

        with pytest.raises(SubscriptionRefused, match="under another site"):
            link(user, site, endpoint=elsewhere.endpoint)

        assert list(LinkedBrowser.objects.all()) == [elsewhere]


class TestOfUser:
    def test_it_is_her_own_of_each_site(self, site, user):
        mine, other = link(user, site), a_site()
        link(a_user("Marketer"), site)

        here, there = linked_browsers.of_user(user, [site, other])

        assert (here.browsers, here.usable, here.scope) == (
            [mine],
            [mine],
            f"/pushdesk-test/{site.pk}/",
        )
        assert (there.browsers, there.key) == ([], keys.current(other))

    def test_after_a_rotation_it_is_to_be_linked_again(self, site, user):
        before = link(user, site)
        keys.rotate(keys.current(site))

        linked = of_site(user, site)

        assert (linked.browsers, linked.usable) == ([before], [])
        assert linked.is_current(before) is False
        assert linked.key == keys.current(site)

    def test_it_costs_the_same_queries_for_one_site_and_for_three(self, site, user):
        link(user, site)
        with CaptureQueriesContext(connection) as one:
            linked_browsers.of_user(user, [site])
        others = [a_site(), a_site()]
        for other in others:
            link(user, other)

        with CaptureQueriesContext(connection) as three:
            linked_browsers.of_user(user, [site, *others])

        assert len(one) == len(three) == 2


class TestUnlink:
    def test_it_unlinks_her_own(self, site, user):
        row = link(user, site)

        assert linked_browsers.unlink(user, row.pk) == site

        assert LinkedBrowser.objects.count() == 0

    def test_it_leaves_those_of_others(self, site, user):
        row = link(a_user("Marketer"), site)

        assert linked_browsers.unlink(user, row.pk) is None

        assert LinkedBrowser.objects.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestTwoUsersAtOnce:
    def test_the_browser_belongs_to_the_slower(self):
        site, users = a_site(), [a_user("Marketer"), a_user("Marketer")]
        new = a_new_subscription(site)
        with transaction.atomic():
            linked_browsers.link(users[0], site, new, user_agent=FIREFOX)
            other = Meanwhile(lambda: linked_browsers.link(users[1], site, new, user_agent=FIREFOX))
            wait_until_blocked()
        other.ends()

        assert LinkedBrowser.objects.get().user == users[1]
