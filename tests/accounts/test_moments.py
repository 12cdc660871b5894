from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.moments import is_moment, parse

BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


class TestParse:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2026-07-01", utc(2026, 6, 30, 22)),
            ("2026-07-01T10:00", utc(2026, 7, 1, 8)),
            ("2026-07-01 10:00:05", utc(2026, 7, 1, 8, 0, 5)),
            ("2026-07-01T10:00:05.25", utc(2026, 7, 1, 8, 0, 5, 250_000)),
            ("2026-07-01T10:00:05.123456Z", utc(2026, 7, 1, 10, 0, 5, 123_456)),
            ("2026-07-01T10:00-0330", utc(2026, 7, 1, 13, 30)),
            ("2026-07-01T10:00:00+13:59", utc(2026, 6, 30, 20, 1)),
            ("2024-02-29", utc(2024, 2, 28, 23)),
            ("2000-02-29", utc(2000, 2, 28, 23)),
            # Skipped by the clocks, and shown twice by them: standard time, as PostgreSQL does.
            ("2026-03-29T02:30", utc(2026, 3, 29, 1, 30)),
            ("2026-10-25T02:30", utc(2026, 10, 25, 1, 30)),
        ],
    )
    def test_it_reads_days_and_times(self, text, moment):
        assert parse(text, BERLIN) == moment
        assert is_moment(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "today",
            "2026",
            "2026-07",
            "20260701",
            "2026-W27-3",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-00-10",
            "2026-07-01T",
            "2026-07-01T24:00",
            "2026-07-01T10",
            "2026-07-01T10:00:60",
            "2026-07-01T10:00:00.1234567",
            "2026-07-01T10:00+14:00",
            "2026-07-01Z",
            "2026-07-01\n",
            " 2026-07-01",
            "0999-12-31",
            "9999-01-01",
            "٢٠٢٦-07-01",
            20260701,
            None,
            ["2026-07-01"],
        ],
    )
    def test_it_reads_nothing_else(self, text):
        assert parse(text, BERLIN) is None
        assert not is_moment(text)

    @pytest.mark.parametrize("year", [1200, 1600, 1996, 2000, 2024, 9996])
    def test_it_knows_leap_years(self, year):
        assert is_moment(f"{year}-02-29")

    @pytest.mark.parametrize("year", [1000, 1100, 1700, 1900, 2100, 2023, 9998])
    def test_it_knows_the_others(self, year):
        assert not is_moment(f"{year}-02-29")
        assert is_moment(f"{year}-02-28")
