"""Nobody who has said no gets a push, or is asked for permission."""

import pytest
from django.utils import timezone

from apps.accounts.models import Contact
from apps.assets.models import Button
from apps.delivery import popups, pushes, sender
from apps.delivery.models import Push
from apps.delivery.wanted import Wanted
from apps.devices import consent, keys
from apps.devices.models import Subscription
from tests.factories import a_device, a_popup, a_site, a_subscription

pytestmark = pytest.mark.django_db


def opt_out_by_platform(device):
    consent.set_platform_opt_out([device.contact_id], opted_out=True)


def unsubscribe_on_another_browser(device):
    """The subscription of this one stays live."""
    Contact.objects.filter(pk=device.contact_id).update(unsubscribed_at=timezone.now())


WAYS = [opt_out_by_platform, unsubscribe_on_another_browser]


class TestPushes:
    @pytest.mark.parametrize("opt_out", WAYS)
    def test_none_is_queued_for_who_has_opted_out(self, service, a_receiver, opt_out):
        receiver = a_receiver()
        opt_out(receiver.device)

        wanted = Wanted(contact_id=receiver.device.contact_id, key="k")

        answer = pushes.queue(receiver.push, wanted)

        assert (answer.reached, answer.others) == ([], {"opted_out": [wanted.contact_id]})
        assert not Push.objects.exists()

    @pytest.mark.parametrize("opt_out", WAYS)
    def test_none_is_sent_to_who_has_opted_out_since(self, service, a_receiver, opt_out):
        receiver = a_receiver()
        push = receiver.queue()
        opt_out(receiver.device)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "opted_out")
        assert push.get_reason_display() == "The contact has opted out of push"
        assert receiver.messages(service) == []
        assert Subscription.objects.live().count() == 1

    @pytest.mark.parametrize("opt_out", WAYS)
    def test_one_that_ignores_it_is_sent(self, service, a_receiver, opt_out):
        receiver = a_receiver()
        push = receiver.queue(terms=pushes.Terms(ignores_consent=True))
        opt_out(receiver.device)

        sender.drain()

        push.refresh_from_db()
        assert push.status == "accepted"
        assert len(receiver.messages(service)) == 1


class TestPopups:
    def asking(self, device):
        popup = a_popup(device.contact.site)
        Button.objects.create(asset=popup, label="Yes", action=Button.Action.ASK_PERMISSION)
        popups.queue(popup, Wanted(contact_id=device.contact_id, key="k"))

    def test_it_asks_nobody_whom_the_platform_has_opted_out(self):
        device = a_device()
        self.asking(device)
        assert popups.look(device).popup is not None

        opt_out_by_platform(device)
        device.refresh_from_db()

        assert popups.look(device).popup is None

    def test_it_asks_who_has_unsubscribed_themselves(self):
        device = a_device()
        self.asking(device)

        unsubscribe_on_another_browser(device)
        device.refresh_from_db()

        assert popups.look(device).popup is not None


class TestKeys:
    def test_each_subscription_is_signed_with_the_key_that_it_was_made_with(
        self, service, a_receiver
    ):
        old = a_receiver()
        keys.rotate(old.subscription.key)
        new = a_receiver(site=old.site)

        for key, receiver in (("old", old), ("new", new)):
            receiver.queue(key=key)
        sender.drain()

        assert old.subscription.key != new.subscription.key
        assert set(Push.objects.values_list("status", flat=True)) == {"accepted"}
        assert [len(receiver.messages(service)) for receiver in (old, new)] == [1, 1]

    def test_a_retired_key_signs_nothing(self, service, a_receiver, monkeypatch):
        monkeypatch.setattr(keys, "RETIRING_SECONDS", -1)
        receiver = a_receiver()
        push = receiver.queue()
        keys.rotate(receiver.subscription.key)
        keys.retire(receiver.subscription.key)

        sender.drain()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("failed", "no_device")
        assert receiver.messages(service) == []


class TestWelcome:
    def test_it_holds_those_who_may_be_sent_to(self):
        site = a_site()
        welcome, ended, *others = (a_subscription(a_device(site, "allowed")) for _ in range(4))
        Subscription.objects.filter(pk=ended.pk).update(ended_at=timezone.now())
        for opt_out, subscription in zip(WAYS, others, strict=True):
            opt_out(subscription.device)

        assert list(Subscription.objects.welcome()) == [welcome]
