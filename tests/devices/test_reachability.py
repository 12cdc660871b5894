import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.devices import consent, identity, reachability, sessions, subscriptions
from apps.devices.models import Device, Subscription
from apps.devices.reachability import Reason
from tests.factories import a_contact, a_device, a_report, a_site, a_subscription, an_event

pytestmark = pytest.mark.django_db

ENDINGS = [
    (Subscription.EndReason.GONE, Reason.SUBSCRIPTION_GONE),
    (Subscription.EndReason.REVOKED, Reason.REVOKED),
    (Subscription.EndReason.UNSUBSCRIBED, Reason.UNSUBSCRIBED_HERE),
    (Subscription.EndReason.REPLACED, Reason.REPLACED),
    (Subscription.EndReason.RETIRED, Reason.KEY_RETIRED),
    (Subscription.EndReason.MOVED, Reason.MOVED),
]


def reasons(**which):
    return reachability.reasons(Contact.objects.get(**which))


class TestReasons:
    def test_there_is_none_for_who_is_reached(self):
        a_subscription()

        assert reasons() == []

    def test_it_knows_a_contact_without_a_browser(self):
        a_contact()

        assert reasons() == [Reason.NO_DEVICE]

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            ("ask", Reason.NEVER_ASKED),
            ("allowed", Reason.NOT_SUBSCRIBED),
            ("blocked", Reason.BLOCKED),
            ("not_supported", Reason.NOT_SUPPORTED),
        ],
    )
    def test_it_knows_what_the_browser_says(self, status, reason):
        a_device(push_status=status)

        assert reasons() == [reason]

    def test_it_knows_who_closed_the_browsers_question(self):
        an_event(a_device().contact, "popup_dismissed")

        assert reasons() == [Reason.DISMISSED]

    @pytest.mark.parametrize(("ended", "reason"), ENDINGS)
    def test_it_knows_how_the_subscription_ended(self, ended, reason):
        a_subscription()
        subscriptions.end(Subscription.objects.all(), ended)

        assert reasons() == [reason]

    def test_it_has_words_for_every_way_to_end(self):
        assert set(reachability.ENDED) == set(Subscription.EndReason)

    def test_what_the_browser_says_now_counts_more_than_how_it_ended(self):
        device = a_subscription().device
        subscriptions.end(Subscription.objects.all(), Subscription.EndReason.GONE)
        sessions.open_session(device.contact.site, device, a_report("blocked"))

        assert reasons() == [Reason.BLOCKED]

    def test_it_goes_by_the_subscription_that_ended_last(self):
        device = a_subscription().device
        a_subscription(device)
        subscriptions.end(Subscription.objects.all(), Subscription.EndReason.GONE)

        assert reasons() == [Reason.SUBSCRIPTION_GONE]

    def test_it_says_that_somebody_else_uses_the_browser_now(self):
        device = a_subscription().device
        identity.identify(device, "anna")

        identity.identify(device, "ben")

        assert reasons(external_id="anna") == [Reason.SUSPENDED]
        assert reasons(external_id="ben") == []

    def test_consent_comes_first_and_hides_what_does_not_matter_then(self):
        device = a_subscription().device
        consent.set_platform_opt_out([device.contact_id], opted_out=True)

        assert reasons() == [Reason.OPTED_OUT_BY_PLATFORM]

    def test_it_gives_every_reason_once(self):
        site = a_site()
        for status in ("blocked", "ask", "blocked"):
            identity.identify(a_device(site, status), "anna")
        Contact.objects.update(unsubscribed_at=timezone.now(), push_disabled_by_platform=True)

        assert reasons() == [
            Reason.OPTED_OUT_BY_PLATFORM,
            Reason.UNSUBSCRIBED,
            Reason.BLOCKED,
            Reason.NEVER_ASKED,
        ]

    @pytest.mark.parametrize("status", ["blocked", "allowed"])
    def test_it_costs_the_same_for_one_browser_and_for_three(self, status):
        site = a_site()
        costs = []
        for _ in range(3):
            identity.identify(a_device(site, status), "anna")
            contact = Contact.objects.get()
            with CaptureQueriesContext(connection) as captured:
                reachability.reasons(contact)
            costs.append(len(captured))

        assert costs == [3, 3, 3]


class TestOfDevices:
    def test_it_says_of_each_browser_whether_it_is_live(self):
        site = a_site()
        live, dead = a_subscription(a_device(site, "allowed")).device, a_device(site, "blocked")
        for device in (dead, live):
            identity.identify(device, "anna")
        Device.objects.filter(pk=live.pk).update(
            last_seen_at=timezone.now() + timezone.timedelta(seconds=1)
        )

        states = reachability.of_devices(Contact.objects.get())

        assert [(state.device, state.reason) for state in states] == [
            (live, None),
            (dead, Reason.BLOCKED),
        ]
