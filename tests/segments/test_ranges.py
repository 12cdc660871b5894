from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.segments.rules.ranges import RANGES, Range, is_period

BERLIN, HAVANA, BEIRUT = map(ZoneInfo, ("Europe/Berlin", "America/Havana", "Asia/Beirut"))
NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def asked(op, value, zone=BERLIN, now=NOW):
    return RANGES[op](value, now, zone)


class TestRanges:
    @pytest.mark.parametrize(
        ("op", "value", "start", "end"),
        [
            ("in_last", {"amount": 7, "unit": "days"}, NOW - timedelta(hours=168), NOW),
            ("in_last", {"amount": 90, "unit": "minutes"}, NOW - timedelta(minutes=90), NOW),
            ("more_than_ago", {"amount": 2, "unit": "weeks"}, None, NOW - timedelta(days=14)),
            ("in_next", {"amount": 3, "unit": "hours"}, NOW, NOW + timedelta(hours=3)),
            # In Berlin it is the 26th already.
            ("today", None, utc(2026, 11, 25, 23), utc(2026, 11, 26, 23)),
            ("on", "2026-07-01", utc(2026, 6, 30, 22), utc(2026, 7, 1, 22)),
            ("before", "2026-07-01", None, utc(2026, 6, 30, 22)),
            ("before", "2026-07-01T10:00", None, utc(2026, 7, 1, 8)),
            ("before", "2026-07-01T10:00Z", None, utc(2026, 7, 1, 10)),
            ("after", "2026-07-01", utc(2026, 7, 1, 22), None),
            ("after", "2026-07-01T10:00", utc(2026, 7, 1, 8, 1), None),
            ("after", "2026-07-01T10:00:30", utc(2026, 7, 1, 8, 0, 31), None),
            ("after", "2026-07-01 10:00+05:45", utc(2026, 7, 1, 4, 16), None),
            (
                "between",
                ["2026-07-01", "2026-07-02T12:00"],
                utc(2026, 6, 30, 22),
                utc(2026, 7, 2, 10, 1),
            ),
        ],
    )
    def test_it_is_from_a_moment_until_before_another(self, op, value, start, end):
        assert asked(op, value) == Range(start=start, end=end)

    @pytest.mark.parametrize(
        ("zone", "day", "start", "hours"),
        [
            # Clocks go forward, and back, in the night.
            (BERLIN, "2026-03-29", utc(2026, 3, 28, 23), 23),
            (BERLIN, "2026-10-25", utc(2026, 10, 24, 22), 25),
            # In Havana midnight itself is skipped in spring, and comes twice in autumn.
            (HAVANA, "2026-03-08", utc(2026, 3, 8, 5), 23),
            (HAVANA, "2026-11-01", utc(2026, 11, 1, 4), 25),
            (BEIRUT, "2026-03-29", utc(2026, 3, 28, 22), 23),
            # Samoa left this day out.
            (ZoneInfo("Pacific/Apia"), "2011-12-30", utc(2011, 12, 30, 10), 0),
        ],
    )
    def test_it_takes_a_day_as_the_clocks_there_have_it(self, zone, day, start, hours):
        assert asked("on", day, zone) == Range(start=start, end=start + timedelta(hours=hours))

    @pytest.mark.parametrize(
        ("op", "found"),
        [
            ("in_last", Range(start=utc(1, 1, 1), end=NOW)),
            ("more_than_ago", Range(end=utc(1, 1, 1))),
            ("in_next", Range(start=NOW, end=utc(9999, 12, 31))),
        ],
    )
    def test_it_ends_where_time_does(self, op, found):
        assert asked(op, {"amount": 500_000, "unit": "weeks"}) == found


class TestIsPeriod:
    @pytest.mark.parametrize("unit", ["minutes", "hours", "days", "weeks"])
    def test_it_knows_the_units(self, unit):
        assert is_period({"amount": 1, "unit": unit})

    @pytest.mark.parametrize(
        "value",
        [
            None,
            30,
            {"amount": 30},
            {"amount": 30, "unit": "days", "more": 1},
            {"amount": 0, "unit": "days"},
            {"amount": True, "unit": "days"},
            {"amount": "30", "unit": "days"},
            {"amount": 30, "unit": "months"},
            {"amount": 30, "unit": ["days"]},
        ],
    )
    def test_it_refuses_what_is_none(self, value):
        assert not is_period(value)
