import gzip
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import Contact, Event, PushStatus
from apps.devices.models import Device, Subscription
from tests.factories import ORIGIN, a_new_subscription, a_site

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"


class Browser:
    """A visitor's browser as the script makes it speak."""

    def __init__(self, site, origin=ORIGIN):
        self.site, self.client = site, APIClient()
        self.headers = {"X-Pushdesk-Site": site.public_key, "User-Agent": FIREFOX}
        if origin:
            self.headers["Origin"] = origin

    def call(self, method, path, data=None):
        return getattr(self.client, method)(
            f"/api/client/v1/{path}", data, format="json", headers=self.headers
        )

    def open(self, push_status="ask"):
        answer = self.call("post", "sessions", {"push_status": push_status}).json()
        device = answer["device"]
        if "secret" in device:
            self.headers["Authorization"] = f"Device {device['id']}:{device['secret']}"
        return answer


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def browser(site):
    return Browser(site)


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


class TestWhoMaySpeak:
    def test_it_refuses_a_key_that_no_site_has(self, browser):
        browser.headers["X-Pushdesk-Site"] = "pk_other"

        answer = browser.call("post", "sessions", {"push_status": "ask"})

        assert answer.status_code == 400
        assert Contact.objects.count() == 0

    def test_it_refuses_a_page_of_another_origin_and_says_so(self, site):
        browser = Browser(site, origin="https://evil.example")

        answer = browser.call("post", "sessions", {"push_status": "ask"})

        assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
        assert Contact.objects.count() == 0

    @pytest.mark.parametrize("secret", ["", "wrong", "\u00e4", "x" * 5000])
    def test_it_refuses_a_secret_that_is_not_the_devices(self, browser, secret):
        browser.open()
        uid = Device.objects.get().uid
        browser.headers["Authorization"] = f"Device {uid}:{secret}".encode().decode("latin-1")

        answer = browser.call("post", "identify", {"external_id": "anna"})

        assert (answer.status_code, answer.json()["code"]) == (401, "device_unknown")
        assert Contact.objects.get().external_id is None

    @pytest.mark.parametrize(
        "header", ["Device", "Device :", "Device not-a-uuid:x", "Device a:b:c"]
    )
    def test_it_refuses_credentials_that_are_none(self, browser, header):
        browser.open()
        browser.headers["Authorization"] = header

        assert browser.call("post", "logout").status_code == 401

    def test_it_refuses_a_device_under_the_key_of_another_site(self, browser):
        browser.open()
        browser.headers["X-Pushdesk-Site"] = a_site(origins=[ORIGIN]).public_key

        answer = browser.call("post", "identify", {"external_id": "anna"})

        assert answer.status_code == 401
        assert Contact.objects.get().external_id is None

    @pytest.mark.parametrize("path", ["identify", "logout", "events"])
    def test_it_needs_a_device_for_everything_but_a_session(self, browser, path):
        assert browser.call("post", path, {}).status_code == 401

    def test_it_answers_the_preflight_so_that_a_refusal_can_be_read(self, site):
        answer = APIClient().options(
            "/api/client/v1/sessions",
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        )

        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Headers"] == (
            "authorization, content-type, x-pushdesk-site"
        )
        assert "Access-Control-Allow-Credentials" not in answer.headers

    @pytest.mark.parametrize(
        ("origin", "header", "status"),
        [(ORIGIN, "Device x:y", 401), ("https://evil.example", "", 403)],
    )
    def test_it_lets_a_page_read_why_it_was_refused(self, site, origin, header, status):
        browser = Browser(site, origin=origin)
        browser.headers["Authorization"] = header

        answer = browser.call("post", "sessions", {"push_status": "ask"})

        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, "*")

    def test_it_opens_nothing_else_to_other_origins(self, client):
        answer = client.get("/admin/login/", headers={"Origin": "https://evil.example"})

        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_it_slows_down_who_makes_devices_by_the_hundred(self, site, settings):
        answers = [
            Browser(site).call("post", "sessions", {"push_status": "ask"}).status_code
            for _ in range(61)
        ]

        assert answers == [200] * 60 + [429]
        assert Device.objects.count() == 60


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

        assert answer.json() == {"contact": {"external_id": "anna"}}
        assert Contact.objects.get().state == {"vip": True}

    @pytest.mark.parametrize(
        "state",
        [
            {"x": "y" * 40_000},
            {str(n): n for n in range(300)},
            {"n" * 101: 1},
            {"x": "a\x00b"},
            ["a"],
            "text",
        ],
    )
    def test_it_refuses_a_state_without_bounds(self, browser, state):
        browser.open()

        answer = browser.call("post", "identify", {"external_id": "anna", "state": state})

        assert (answer.status_code, list(answer.json())) == (400, ["state"])
        assert Contact.objects.get().external_id is None

    @pytest.mark.parametrize("external_id", ["", "x" * 151, None, "a\x00b"])
    def test_it_refuses_an_id_that_is_none(self, browser, external_id):
        browser.open()

        answer = browser.call("post", "identify", {"external_id": external_id})

        assert answer.status_code == 400
        assert Contact.objects.get().external_id is None


class TestEvents:
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
        assert b"".join(answer.streaming_content)

    def test_the_script_is_small(self):
        assert len(gzip.compress(Path("static/pushdesk.js").read_bytes(), 9)) < 10_240
