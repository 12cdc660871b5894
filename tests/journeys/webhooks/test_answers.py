from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from apps.journeys.webhooks.answers import Outcome, read


class TestRead:
    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            *((status, "taken") for status in (200, 201, 202, 204, 226)),
            *((status, "refused") for status in (300, 301, 302, 303, 304, 307, 308)),
            *((status, "refused") for status in (400, 401, 403, 404, 409, 410, 413, 422, 451)),
            *((status, "later") for status in (408, 425, 429)),
            *((status, "later") for status in (500, 501, 502, 503, 504, 599)),
            *((status, "refused") for status in (600, 999)),
        ],
    )
    def test_every_status_has_its_outcome(self, status, outcome):
        assert read(status).outcome is Outcome(outcome)

    def test_retry_after_is_seconds_or_a_date(self):
        at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)

        assert read(429, wait="30").retry_after == 30
        assert 85 <= read(503, wait=at).retry_after <= 90
        assert read(429, wait="soon").retry_after is None
        assert read(429, wait="-5").retry_after == 0

    def test_words_are_one_short_line_without_what_nobody_sees(self):
        assert read(400, text="no\r\n \x00\u202esuch\tthing " + "x" * 300).words == (
            "400 no such thing " + "x" * 182
        )

    def test_a_redirect_says_where_to(self):
        assert read(301, location="https://x.example/").words == (
            "301: it redirects to https://x.example/, which is not followed. Write the new address."
        )
