import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import AuditEntry, Contact, Event
from apps.assets.models import Button
from apps.delivery import testing
from apps.delivery.models import Push
from apps.delivery.testing import Draft, NotSent
from apps.devices import consent, keys
from apps.devices.models import LinkedBrowser, Subscription, VapidKey
from tests.delivery.linking import a_linked_browser
from tests.factories import a_push, a_site, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def user():
    return a_user("Marketer")


def a_draft(site, **values):
    contact = Contact.objects.create(site=site, external_id="anna", state={"first_name": "Anna"})
    return Draft(asset=a_push(site, **{"status": "draft", **values}), contact=contact)


def notification(service, there):
    (message,) = service.messages(there.token)
    return json.loads(message.plaintext)["notification"], message


class TestToLinked:
    def test_it_arrives_as_a_real_push_would_and_leaves_nothing_behind(self, service, site, user):
        there = a_linked_browser(user, site, service)
        draft = a_draft(
            site, title="Hi {{ state.first_name }}", message="Come", ttl=86_400, urgency="high"
        )
        Button.objects.create(asset=draft.asset, label="Go", url="/go")
        events, pushes = Event.objects.count(), Push.objects.count()

        sent = testing.to_linked(draft, user)

        shown, message = notification(service, there)
        assert shown == {
            "title": "Hi Anna",
            "body": "Come",
            "navigate": "https://shop.example/",
            "lang": "en",
            "tag": message.topic,
            "actions": [{"action": "1", "title": "Go", "navigate": "https://shop.example/go"}],
            "data": {},
        }
        assert (message.urgency, message.ttl, message.claims.sub) == (
            "high",
            3600,
            "mailto:web@shop.example",
        )
        (told,) = sent.told
        assert (told.is_accepted, told.where, told.left_out) == (True, "Firefox on Linux", ())
        assert told.words == "Accepted by its push service"
        assert told.sent == len(message.body)
        assert (Event.objects.count(), Push.objects.count()) == (events, pushes) == (events, 0)
        assert AuditEntry.objects.count() == 0

    def test_it_goes_to_all_of_hers_for_this_site_and_to_nobody_elses(self, service, site, user):
        first, second = (a_linked_browser(user, site, service) for _ in range(2))
        others = a_linked_browser(a_user("Marketer"), site, service)
        elsewhere = a_linked_browser(user, a_site(), service)

        sent = testing.to_linked(a_draft(site), user)

        assert len(sent.told) == 2
        counts = [len(service.messages(one.token)) for one in (first, second, others, elsewhere)]
        assert counts == [1, 1, 0, 0]

    def test_without_a_linked_browser_it_says_so(self, service, site, user):
        with pytest.raises(NotSent, match="Link this browser first"):
            testing.to_linked(a_draft(site), user)

    def test_after_a_rotation_of_the_key_it_asks_to_link_again(self, service, site, user):
        a_linked_browser(user, site, service)
        keys.rotate(keys.current(site))

        with pytest.raises(NotSent, match="Link it again first"):
            testing.to_linked(a_draft(site), user)

        assert service.attempts() == []

    def test_one_that_has_gone_is_unlinked(self, service, site, user):
        gone, live = (a_linked_browser(user, site, service) for _ in range(2))
        service.end(gone)

        sent = testing.to_linked(a_draft(site), user)

        by_word = {told.words for told in sent.told}
        assert by_word == {
            "Accepted by its push service",
            "The browser has ended its subscription: unlinked; link it again",
        }
        assert [row.endpoint for row in LinkedBrowser.objects.all()] == [live.endpoint]

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (500, "The push service has a problem of its own"),
            (403, "The push service refused our key"),
            (400, "The push service rejected the message"),
            ("hang_up", "The push service ended the connection without an answer"),
        ],
    )
    def test_it_says_in_words_what_the_push_service_answered(
        self, status, words, service, site, user
    ):
        a_linked_browser(user, site, service)
        service.fail(status)

        (told,) = testing.to_linked(a_draft(site), user).told

        assert (told.is_accepted, told.words) == (False, words)
        assert told.answer.startswith(str(status)) or status == "hang_up"
        assert LinkedBrowser.objects.count() == 1
        refused = VapidKey.objects.filter(refused_at__isnull=False).count()
        assert refused == (1 if status == 403 else 0)

    def test_it_says_how_long_to_wait(self, service, site, user):
        a_linked_browser(user, site, service)
        service.fail(429, retry_after=30)

        (told,) = testing.to_linked(a_draft(site), user).told

        assert told.words == "Its push service asks us to wait for 30 seconds"

    def test_it_does_not_wait_long(self, service, site, user, monkeypatch):
        a_linked_browser(user, site, service)
        draft = a_draft(site)
        (before,) = testing.to_linked(draft, user).told
        monkeypatch.setattr(testing, "SECONDS", 0.2)
        service.fail("slow", seconds=20)

        (told,) = testing.to_linked(draft, user).told

        assert told.words == "The push service did not answer in time"
        assert told.sent == before.sent > 0

    @pytest.mark.parametrize(
        "origin",
        [
            pytest.param("https://nowhere.invalid", id="a name that nobody has"),
            pytest.param("http://127.0.0.1:9", id="a port that is closed"),
        ],
    )
    def test_what_could_not_be_reached_was_sent_nothing(
        self, origin, service, site, user, settings
    ):
        there = a_linked_browser(user, site, service)
        settings.PUSH_HOSTS = [*settings.PUSH_HOSTS, origin]
        LinkedBrowser.objects.update(endpoint=f"{origin}/push/{there.token}")

        sent = testing.to_linked(a_draft(site), user)

        (told,) = sent.told
        assert (told.is_accepted, told.words, told.sent) == (
            False,
            "The push service could not be reached",
            0,
        )
        assert not sent.was_sent
        assert service.attempts() == []

    def test_it_says_what_was_left_out_so_that_it_fits(self, service, site, user):
        there = a_linked_browser(user, site, service)
        long = "x" * 950
        draft = a_draft(
            site,
            message=long,
            image=f"https://a.example/{long}",
            icon=f"https://a.example/{long}",
            badge=f"https://a.example/{long}",
            data={"a": "b" * 200},
        )

        (told,) = testing.to_linked(draft, user).told

        shown, _ = notification(service, there)
        assert told.left_out == ("data", "badge")
        assert "badge" not in shown and "image" in shown

    def test_too_large_for_its_push_service_is_tried_once_more_with_less(self, service, site, user):
        there = a_linked_browser(user, site, service)
        draft = a_draft(site, message="x" * 1000, image=f"https://a.example/{'y' * 900}")
        service.fail(413)

        (told,) = testing.to_linked(draft, user).told

        assert (told.is_accepted, told.left_out) == (True, ("image",))
        assert "image" not in notification(service, there)[0]

    def test_what_fits_by_no_means_is_not_sent(self, service, site, user):
        a_linked_browser(user, site, service)
        draft = a_draft(site, message="{{ event.long }}")
        draft = Draft(asset=draft.asset, contact=draft.contact, event={"long": "ä" * 3000})

        (told,) = testing.to_linked(draft, user).told

        assert (told.words, told.sent) == ("Too large for its push service", 0)
        assert service.attempts() == []

    def test_tags_that_cannot_be_filled_are_said(self, service, site, user):
        a_linked_browser(user, site, service)
        draft = a_draft(site, title="{% for i in (1..2000) %}{{ state.first_name }}{% endfor %}")

        with pytest.raises(NotSent, match="The tags cannot be filled"):
            testing.to_linked(draft, user)

    def test_it_never_calls_an_address_that_it_may_not(self, service, site, user):
        a_linked_browser(user, site, service)
        LinkedBrowser.objects.update(endpoint="https://evil.example/")

        (told,) = testing.to_linked(a_draft(site), user).told

        assert told.words == "Its push service may not be called any more"

    def test_it_costs_the_same_queries_for_one_and_for_three(self, service, site, user):
        a_linked_browser(user, site, service)
        draft = a_draft(site)
        with CaptureQueriesContext(connection) as one:
            testing.to_linked(draft, user)
        for _ in range(2):
            a_linked_browser(user, site, service)

        with CaptureQueriesContext(connection) as three:
            testing.to_linked(draft, user)

        assert len(one) == len(three)


class TestToDevices:
    def test_it_goes_to_the_live_devices_of_the_contact_and_is_audited(
        self, service, a_receiver, user
    ):
        receiver = a_receiver(title="Hi")
        contact = receiver.device.contact
        draft = Draft(asset=receiver.push, contact=contact)

        (told,) = testing.to_devices(draft, user).told

        assert (told.is_accepted, told.where) == (True, "Firefox on Linux")
        assert notification(service, receiver.there)[0]["data"] == {}
        entry = AuditEntry.objects.get()
        assert (entry.user, entry.action, entry.subject) == (
            user,
            "test_sent",
            f"Contact {contact.pk}",
        )
        assert entry.details == {
            "push": receiver.push.pk,
            "name": receiver.push.name,
            "devices": 1,
        }
        assert Push.objects.count() == 0

    def test_who_has_opted_out_gets_none(self, service, a_receiver, user):
        receiver = a_receiver()
        consent.set_platform_opt_out([receiver.device.contact_id], opted_out=True)
        contact = Contact.objects.get(pk=receiver.device.contact_id)

        with pytest.raises(NotSent, match="has opted out of push"):
            testing.to_devices(Draft(asset=receiver.push, contact=contact), user)

        assert service.attempts() == []
        assert AuditEntry.objects.count() == 0

    def test_who_has_no_live_device_gets_none(self, service, site, user):
        with pytest.raises(NotSent, match="anna has no live device"):
            testing.to_devices(a_draft(site), user)

    def test_a_subscription_that_has_gone_ends(self, service, a_receiver, user):
        receiver = a_receiver()
        service.end(receiver.there)
        contact = receiver.device.contact

        (told,) = testing.to_devices(Draft(asset=receiver.push, contact=contact), user).told

        assert told.words == "The browser has ended its subscription: noted on the device"
        assert Subscription.objects.get().end_reason == "gone"
        assert Contact.objects.get(pk=contact.pk).is_reachable is False
