import time

import pytest
from django.core.exceptions import ValidationError

from apps.assets import tags


class TestRender:
    @pytest.mark.parametrize(
        ("text", "filled"),
        [
            ("Hello", "Hello"),
            ("Hello {{ state.first_name }}", "Hello Anna"),
            ("Hello {{ state.last_name | default: 'friend' }}", "Hello friend"),
            ("Hello {{ state.last_name }}!", "Hello !"),
            ("{% if event.amount > 10 %}Much{% endif %}", "Much"),
            ("{{ label.bonus }}", "20 %"),
        ],
    )
    def test_it_fills_the_tags(self, text, filled):
        context = {
            "state": {"first_name": "Anna"},
            "event": {"amount": 20},
            "label": {"bonus": "20 %"},
        }

        assert tags.render(text, context) == filled

    @pytest.mark.parametrize(
        "text",
        [
            "{% for i in (1..1000000000) %}x{% endfor %}",
            "{% for i in (1..100) %}{% for j in (1..100) %}x{% endfor %}{% endfor %}",
            "{% for i in (1..900) %}{{ state.long }}{% endfor %}",
        ],
    )
    def test_it_stops_what_would_never_end(self, text):
        begun = time.monotonic()

        with pytest.raises(tags.NotFilled):
            tags.render(text, {"state": {"long": "x" * 1000}})

        assert time.monotonic() - begun < 5


class TestCheckText:
    @pytest.mark.parametrize("text", ["", "Hello", "{{ state.x }}", "100 % {off}", "{{ label.a }}"])
    def test_it_takes_texts_that_can_be_filled(self, text):
        tags.check_text(text)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{{ state.first_name", "This tag is not right"),
            ("{% if state.x %}", "This tag is not right"),
            ("{{ state.x | shout }}", "This tag is not right"),
            ("{{ first_name }}", "“first_name” is unknown"),
            ("{% include 'settings' %}", "This tag is not right"),
            ("a\x00b", "no browser can show"),
            ("{% for i in (1..1000000000) %}x{% endfor %}", "This tag is not right"),
        ],
    )
    def test_it_refuses_the_rest_in_words(self, text, message):
        with pytest.raises(ValidationError, match=message):
            tags.check_text(text)


class TestCheckAddress:
    @pytest.mark.parametrize(
        "text",
        ["https://shop.example/a?b=1", "http://localhost/x", "/sale", "{{ event.link }}"],
    )
    def test_it_takes_web_addresses_paths_and_tags(self, text):
        tags.check_address(text)

    @pytest.mark.parametrize(
        "text",
        [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "shop.example",
            "ftp://x",
            "https://",
            "https://[broken",
        ],
    )
    def test_it_refuses_everything_else(self, text):
        with pytest.raises(ValidationError):
            tags.check_address(text)
