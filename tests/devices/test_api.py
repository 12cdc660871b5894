import gzip

import pytest
from django.utils import timezone

from apps.accounts.models import Contact, Event, PushStatus
from apps.devices.models import Device, Subscription
from tests.factories import a_new_subscription

pytestmark = pytest.mark.django_db


def subscription_of(site, **changes):
    new = a_new_subscription(site, **changes)
    return {
        "endpoint": new.endpoint,
        "keys": {"p256dh": new.p256dh, "auth": new.auth},
        "vapid_key": new.vapid_key,
        "old_endpoint": new.old_endpoint,
    }


class TestSessions:
    def test_it_gives_a_new_browser_its_device(self, browser, site):
        answer = browser.open()

        device = Device.objects.get()
        assert answer["device"]["id"] == str(device.uid)
        assert answer["vapid_key"] == site.vapid_keys.get().public_key
        assert answer["contact"] == {"external_id": None}
        assert answer["session"]["is_new"] is True
        assert answer["subscribed"] is False

    def test_it_knows_the_browser_again(self, browser):
        browser.open()

        answer = browser.open()

        assert Device.objects.count() == 1
        assert "secret" not in answer["device"]

    def test_it_keeps_no_query_of_the_address(self, browser):
        browser.call(
            "post",
            "sessions",
            {"push_status": "ask", "url": "https://shop.example/reset?token=secret#x"},
        )

        assert Event.objects.get().properties["url"] == "https://shop.example/reset"

    @pytest.mark.parametrize("status", [PushStatus.SUSPENDED, "granted", "", None, 7])
    def test_it_refuses_a_status_that_no_browser_has(self, browser, status):
        answer = browser.call("post", "sessions", {"push_status": status})

        assert (answer.status_code, list(answer.json())) == (400, ["push_status"])
        assert Contact.objects.count() == 0

    def test_it_ignores_a_time_zone_that_does_not_exist(self, browser):
        browser.call("post", "sessions", {"push_status": "ask", "time_zone": "../../etc/passwd"})

        assert Contact.objects.get().time_zone == ""


class TestSubscription:
    def test_it_stores_the_subscription(self, browser, site):
        browser.open("allowed")

        answer = browser.call("put", "subscription", subscription_of(site))

        assert answer.status_code == 200
        assert Subscription.objects.live().count() == 1
        assert browser.open("allowed")["subscribed"] is True

    def test_it_says_which_field_is_wrong(self, browser, site):
        browser.open("allowed")

        answer = browser.call(
            "put", "subscription", subscription_of(site, endpoint="http://127.0.0.1:5432/")
        )

        assert (answer.status_code, list(answer.json())) == (400, ["endpoint"])
        assert Subscription.objects.count() == 0

    def test_it_tells_the_browser_that_the_push_service_has_ended_it(self, browser, site):
        browser.open("allowed")
        sent = subscription_of(site)
        browser.call("put", "subscription", sent)
        Subscription.objects.update(ended_at=timezone.now(), end_reason="gone")

        assert browser.call("put", "subscription", sent).status_code == 410

        assert Subscription.objects.live().count() == 0

    def test_it_ends_it_when_the_visitor_unsubscribes(self, browser, site):
        browser.open("allowed")
        browser.call("put", "subscription", subscription_of(site))

        answer = browser.call("delete", "subscription")

        assert answer.status_code == 204
        assert Subscription.objects.get().end_reason == "unsubscribed"


class TestIdentify:
    def test_it_says_who_uses_the_browser(self, browser):
        browser.open()

        answer = browser.call("post", "identify", {"external_id": "anna", "state": {"vip": True}})

        assert answer.json() == {"contact": {"external_id": "anna"}, "opted_out": False}
        assert Contact.objects.get().state == {"vip": True}

    @pytest.mark.parametrize(
        "state",
        [
            {"x": "y" * 40_000},
            {str(n): n for n in range(300)},
            {"n" * 101: 1},
            ["a"],
            "text",
        ],
    )
    def test_it_refuses_a_state_without_bounds(self, browser, state):
        browser.open()

        answer = browser.call("post", "identify", {"external_id": "anna", "state": state})

        assert (answer.status_code, list(answer.json())) == (400, ["state"])
        assert Contact.objects.get().external_id is None

    @pytest.mark.parametrize("external_id", ["", "x" * 151, None, "undefined", "null", "a\x00b"])
    def test_it_refuses_an_id_that_is_none(self, browser, external_id):
        browser.open()

        answer = browser.call("post", "identify", {"external_id": external_id})

        assert answer.status_code == 400
        assert Contact.objects.get().external_id is None

    def test_it_bounds_the_state_over_many_calls_too(self, browser):
        browser.open()
        for name, status in (("a", 200), ("b", 400)):
            answer = browser.call(
                "post", "identify", {"external_id": "anna", "state": {name: "x" * 30_000}}
            )
            assert answer.status_code == status

        assert list(Contact.objects.get().state) == ["a"]


class TestEvents:
    def test_it_counts_an_event_once_that_the_page_had_to_send_again(self, browser):
        browser.open()
        event = {"name": "purchase", "id": "8f14e45f-ceea-4f7a-9d0b-7c1c0a6f6e11"}

        answers = [browser.call("post", "events", event).status_code for _ in range(2)]

        assert answers == [202, 202]
        assert Event.objects.filter(name__name="purchase").count() == 1

    def test_it_tracks_what_the_visitor_did(self, browser):
        browser.open()

        answer = browser.call("post", "events", {"name": "purchase", "properties": {"price": 20}})

        assert answer.status_code == 202
        assert Event.objects.latest("id").properties == {"price": 20}

    @pytest.mark.parametrize("name", ["popup_allowed", "push_clicked", "session_started"])
    def test_it_lets_nobody_fake_our_own_events(self, browser, name):
        browser.open()

        answer = browser.call("post", "events", {"name": name})

        assert (answer.status_code, list(answer.json())) == (400, ["name"])
        assert Event.objects.count() == 1

    @pytest.mark.parametrize(
        "event",
        [
            {"name": "x" * 101},
            {"name": "<script>"},
            {"name": ""},
            {},
            {"name": "buy", "properties": {"x": "y" * 20_000}},
            {"name": "buy", "properties": []},
        ],
    )
    def test_it_refuses_what_is_no_event(self, browser, event):
        browser.open()

        assert browser.call("post", "events", event).status_code == 400

        assert Event.objects.count() == 1


class TestScripts:
    @pytest.mark.parametrize("name", ["pushdesk.js", "pushdesk-worker.js"])
    def test_it_serves_them_from_the_root_to_any_site(self, name, client):
        answer = client.get(f"/{name}")

        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.content.startswith(b'(() => {\n"use strict";\n')
        assert b"\n//" not in answer.content

    def test_the_script_is_small(self, client):
        answer = client.get("/pushdesk.js", headers={"Accept-Encoding": "gzip"})

        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.content) < 10_240
        assert gzip.decompress(answer.content) == client.get("/pushdesk.js").content
