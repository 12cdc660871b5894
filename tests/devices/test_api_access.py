"""Who may speak to the client API, and for whom."""

import pytest
from django.db import IntegrityError, OperationalError
from rest_framework.test import APIClient

from apps.accounts import events
from apps.accounts.models import Contact
from apps.devices import sessions
from apps.devices.models import Device
from tests.devices.browser import Browser
from tests.factories import ORIGIN, a_site

pytestmark = pytest.mark.django_db


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
            "authorization, content-type, x-pushdesk-page, x-pushdesk-site"
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

    def test_it_handles_a_call_again_that_collided_with_another(self, browser, monkeypatch):
        browser.open()
        real, tries = events.track_many, []

        def collide(new):
            tries.append(1)
            if len(tries) == 1:
                raise IntegrityError("somebody else was first")
            return real(new)

        monkeypatch.setattr(events, "track_many", collide)
        answer = browser.call("post", "events", {"name": "purchase"})

        assert (answer.status_code, len(tries)) == (202, 2)

    def test_it_makes_one_contact_however_often_a_session_has_to_be_handled(
        self, browser, monkeypatch
    ):
        real, tries = sessions.start, []

        def collide(device, **more):
            tries.append(1)
            session = real(device, **more)
            if len(tries) == 1:
                raise IntegrityError("somebody else was first")
            return session

        monkeypatch.setattr(sessions, "start", collide)
        browser.open()

        assert (Contact.objects.count(), len(tries)) == (1, 2)

    def test_it_does_not_double_the_load_of_a_database_in_trouble(self, browser, monkeypatch):
        browser.open()
        tries = []

        def fail(new):
            tries.append(1)
            raise OperationalError("the disk is full")

        monkeypatch.setattr(events, "track_many", fail)
        with pytest.raises(OperationalError):
            browser.call("post", "events", {"name": "purchase"})

        assert len(tries) == 1

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
