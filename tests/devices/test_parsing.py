import json

import pytest

from apps.accounts.models import Contact, Event

pytestmark = pytest.mark.django_db


def post(browser, path, text):
    return browser.client.post(
        f"/api/client/v1/{path}",
        text.encode() if isinstance(text, str) else text,
        content_type="application/json",
        headers=browser.headers,
    )


class TestStrictJSONParser:
    @pytest.mark.parametrize(
        "text",
        [
            "{",
            b"\xff\xfe",
            '{"external_id": "a\\u0000b"}',
            '{"external_id": "a\\ud800b"}',
            '{"external_id": "a", "state": {"x": "\\udfff"}}',
            '{"external_id": "a", "state": ' + '{"x": ' * 30 + "1" + "}" * 31,
            '{"external_id": "a", "state": {"x": ' + "[" * 5000 + "]" * 5000 + "}}",
            '{"external_id": "a", "state": {"x": ' + "9" * 5000 + "}}",
            '{"external_id": "a", "state": {"x": ' + "9" * 400 + "}}",
            '{"external_id": "a", "state": {"x": [{"y": -1e400}]}}',
            '{"external_id": "a", "state": {"x": NaN}}',
            '{"external_id": "a", "state": {"x": Infinity}}',
            '"text"',
            "[]",
            "null",
        ],
    )
    def test_it_refuses_what_nothing_can_hold(self, browser, text):
        browser.open()

        answer = post(browser, "identify", text)

        assert answer.status_code == 400
        assert Contact.objects.get().external_id is None

    def test_it_refuses_a_body_without_end(self, browser):
        browser.open()

        answer = post(browser, "events", json.dumps({"name": "buy", "x": "y" * 2_000_000}))

        assert answer.status_code in (400, 413)
        assert Event.objects.count() == 1

    def test_it_takes_a_text_that_only_spells_an_escape(self, browser):
        browser.open()

        post(browser, "identify", '{"external_id": "C:\\\\u0000"}')

        assert Contact.objects.get().external_id == "C:\\u0000"

    def test_it_takes_the_largest_numbers_that_a_column_can_hold(self, browser):
        browser.open()

        answer = post(
            browser,
            "identify",
            '{"external_id": "a", "state": {"x": [1.7e308, -1.7e308, 5e-324, 1e20]}}',
        )

        assert answer.status_code == 200
        # PostgreSQL gives them back as whole numbers.
        held = Contact.objects.get().state["x"]
        assert [float(number) for number in held] == [1.7e308, -1.7e308, 5e-324, 1e20]

    def test_it_takes_every_language(self, browser):
        browser.open()

        post(browser, "identify", '{"external_id": "Zoë 😀 日本 \\ud83d\\ude00"}')

        assert Contact.objects.get().external_id == "Zoë 😀 日本 😀"
