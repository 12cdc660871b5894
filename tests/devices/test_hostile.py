"""What anybody on the internet may send: a clear refusal each, and nothing written."""

import json
import time

import pytest
from django.apps import apps

from apps.accounts import identity_hash
from apps.accounts.models import Contact, Site
from apps.devices.models import Device, Subscription
from tests.devices.browser import Browser
from tests.devices.test_api import subscription_of
from tests.factories import ORIGIN, a_contact, a_site, a_subscription

pytestmark = pytest.mark.django_db

MEGABYTE = "x" * 1_000_000


def everything():
    """How many rows every table of the house has, and what the contacts hold."""
    counts = {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
    }
    return counts, list(Contact.objects.order_by("pk").values())


@pytest.fixture
def visitor(browser):
    """A visitor's browser with an open session."""
    browser.open("allowed")
    return browser


@pytest.fixture
def refused(visitor):
    """Make a call and assert that nothing was written; returns status and answer."""

    def call(method, path, body, by=visitor):
        before = everything()
        answer = by.call(method, path, body)
        assert everything() == before
        return answer.status_code, answer.json()

    return call


def required(site):
    """Have the site want a hash; returns its secret."""
    Site.objects.filter(pk=site.pk).update(identity_check="required")
    return identity_hash.create_secret(site)


def signed(secret, external_id, expires_in=600):
    expires_at = int(time.time()) + expires_in
    return identity_hash.make(secret, external_id, expires_at=expires_at)


class TestWhoSpeaks:
    def test_another_sites_key(self, visitor, refused):
        visitor.headers["X-Pushdesk-Site"] = a_site(origins=[ORIGIN]).public_key

        status, answer = refused("post", "identify", {"external_id": "anna"})

        assert (status, answer["code"]) == (401, "device_unknown")

    def test_another_devices_secret(self, visitor, site, refused):
        other = Browser(site)
        uid = other.open()["device"]["id"]
        secret = visitor.headers["Authorization"].split(":")[1]
        visitor.headers["Authorization"] = f"Device {uid}:{secret}"

        status, answer = refused("post", "events", {"name": "purchase"})

        assert (status, answer["code"]) == (401, "device_unknown")

    @pytest.mark.parametrize("secret", ["", "x"])
    def test_an_imported_device_whose_browser_has_no_secret_yet(
        self, visitor, site, refused, secret
    ):
        device = Device.objects.create(contact=a_contact(site, external_id="anna"))
        visitor.headers["Authorization"] = f"Device {device.uid}:{secret}"

        status, answer = refused("put", "subscription", subscription_of(site))

        assert (status, answer["code"]) == (401, "device_unknown")


class TestIdentity:
    @pytest.fixture
    def secret(self, site):
        return required(site)

    def identify(self, refused, **body):
        status, answer = refused("post", "identify", {"state": {"vip": True}, **body})
        return status, answer["code"]

    @pytest.mark.parametrize("given", [None, "", "1.2", f"9999999999.{'0' * 64}", "x" * 900])
    def test_a_forged_hash(self, secret, refused, given):
        found = self.identify(refused, external_id="anna", hash=given)

        assert found == (403, "identity_refused")

    def test_no_hash_at_all(self, secret, refused):
        assert self.identify(refused, external_id="anna") == (403, "identity_refused")

    def test_an_expired_hash(self, secret, refused):
        found = self.identify(refused, external_id="anna", hash=signed(secret, "anna", -1))

        assert found == (403, "identity_refused")

    def test_an_old_hash_for_another_id(self, secret, visitor, refused):
        hash = signed(secret, "anna")
        answer = visitor.call("post", "identify", {"external_id": "anna", "hash": hash})
        assert answer.status_code == 200

        found = self.identify(refused, external_id="ben", hash=hash)

        assert found == (403, "identity_refused")

    def test_state_of_who_is_logged_in_already(self, secret, visitor, refused):
        hash = signed(secret, "anna")
        visitor.call("post", "identify", {"external_id": "anna", "hash": hash})

        assert self.identify(refused, external_id="anna") == (403, "identity_refused")

    def test_the_answer_helps_no_attacker(self, secret, site, refused):
        a_contact(site, external_id="anna")

        answers = [
            refused("post", "identify", {"external_id": name, "hash": f"{10**10 - 1}.{'0' * 64}"})
            for name in ("anna", "nobody")
        ]

        assert answers[0] == answers[1]
        assert secret not in str(answers)


class TestEndpoints:
    @pytest.mark.parametrize(
        "endpoint",
        [
            "https://127.0.0.1/push",
            "https://10.0.0.1/push",
            "https://[::1]/push",
            "https://[::ffff:127.0.0.1]/push",
            "https://169.254.169.254/latest/meta-data",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://localhost/",
            "http://fcm.googleapis.com/fcm/send/1",
            "https://fcm.googleapis.com:8443/fcm/send/1",
            "https://fcm.googleapis.com:5432/",
            "https://user:pass@fcm.googleapis.com/fcm/send/1",
            "https://fcm.googleapis.com@127.0.0.1/",
            "https://127.0.0.1\\@fcm.googleapis.com/",
            "https://127.0.0.1\t@fcm.googleapis.com/",
            "https://fcm.googleapis.com\n.evil.example/",
            "https://fcm.googleapis.com.evil.example/",
            "https://fcm。googleapis。com/",
            "https://fcm.googleapis.com/" + "x" * 3000,
            "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_FLUSHALL",
        ],
    )
    @pytest.mark.parametrize("field", ["endpoint"])
    def test_an_address_that_is_no_push_service(self, site, refused, field, endpoint):
        body = {**subscription_of(site), field: endpoint}

        status, answer = refused("put", "subscription", body)

        assert (status, list(answer)) == (400, [field])

    def test_an_endpoint_of_another_site(self, site, refused):
        theirs = a_subscription()

        status, answer = refused(
            "put", "subscription", subscription_of(site, endpoint=theirs.endpoint)
        )

        assert (status, list(answer)) == (400, ["endpoint"])
        assert list(Subscription.objects.live()) == [theirs]

    def test_a_key_of_another_site(self, site, refused):
        theirs = a_site().vapid_keys.get().public_key

        status, answer = refused("put", "subscription", subscription_of(site, vapid_key=theirs))

        assert (status, list(answer)) == (400, ["vapid_key"])


class TestSizes:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("events", {"name": "purchase", "properties": {"x": MEGABYTE}}),
            ("identify", {"external_id": "anna", "state": {"x": MEGABYTE}}),
            ("sessions", {"push_status": "ask", "url": MEGABYTE}),
        ],
    )
    def test_a_property_of_a_megabyte(self, refused, path, body):
        status, answer = refused("post", path, body)

        assert (status, answer["code"]) == (413, "too_large")

    @pytest.mark.parametrize(
        ("path", "field", "body"),
        [
            ("events", "properties", {"name": "purchase"}),
            ("identify", "state", {"external_id": "anna"}),
        ],
    )
    @pytest.mark.parametrize(
        "value",
        [
            {"x": MEGABYTE[:100_000]},
            {f"n{number}": number for number in range(10_000)},
            {"n" * 101: 1},
        ],
        ids=["100 kB", "10,000 names", "a long name"],
    )
    def test_what_is_too_large_for_a_contact(self, refused, path, field, body, value):
        status, answer = refused("post", path, {**body, field: value})

        assert (status, list(answer)) == (400, [field])

    @pytest.mark.parametrize("depth", [30, 100_000])
    @pytest.mark.parametrize("path", ["events", "identify", "sessions"])
    def test_deep_json(self, visitor, path, depth):
        body = '{"name": "buy", "properties": ' + '{"x":' * depth + "1" + "}" * (depth + 1)
        before = everything()

        answer = visitor.client.post(
            f"/api/client/v1/{path}", body, content_type="application/json", headers=visitor.headers
        )

        assert (answer.status_code, list(answer.json())) == (400, ["detail"])
        assert "nested" in answer.json()["detail"]
        assert everything() == before

    @pytest.mark.parametrize(
        "body", ["", "[]", "null", '"x"', "{", '{"a": NaN}', '{"name": "\\u0000"}']
    )
    def test_what_is_no_object(self, visitor, body):
        before = everything()

        answer = visitor.client.post(
            "/api/client/v1/events", body, content_type="application/json", headers=visitor.headers
        )

        assert answer.status_code == 400
        assert json.loads(answer.content)
        assert everything() == before
