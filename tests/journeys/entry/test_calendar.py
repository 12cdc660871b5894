from datetime import date, datetime, time
from itertools import islice

from apps.journeys.entry import calendar
from apps.journeys.models import Version


def at(text):
    return datetime.fromisoformat(text)


def terms(repeats, **values):
    return Version(repeats=repeats, at_time=time(9), **values)


def days(version, *, after, number=4):
    found = islice(calendar.occurrences(version, after=at(after)), number)
    return [f"{local:%Y-%m-%d}" for local in found]


class TestOccurrences:
    def test_once_is_its_day(self):
        version = terms("once", on_date=date(2026, 3, 29))

        assert days(version, after="2026-01-01") == ["2026-03-29"]
        assert days(version, after="2026-03-29T08:59") == ["2026-03-29"]
        assert days(version, after="2026-03-29T09:00") == []

    def test_once_without_a_day_is_never(self):
        assert days(terms("once"), after="2026-01-01") == []

    def test_daily_is_each_day_from_the_first(self):
        assert days(terms("daily"), after="2026-02-27T09:00", number=2) == [
            "2026-02-28",
            "2026-03-01",
        ]
        later = terms("daily", on_date=date(2026, 3, 5))
        assert days(later, after="2026-02-27", number=1) == ["2026-03-05"]

    def test_weekly_is_on_its_weekdays(self):
        # Monday and Saturday.
        version = terms("weekly", weekdays=[0, 5])

        assert days(version, after="2026-11-26", number=3) == [
            "2026-11-28",
            "2026-11-30",
            "2026-12-05",
        ]

    def test_monthly_takes_31_as_the_last_day(self):
        version = terms("monthly", month_days=[15, 31])

        assert days(version, after="2028-01-20", number=5) == [
            "2028-01-31",
            "2028-02-15",
            "2028-02-29",
            "2028-03-15",
            "2028-03-31",
        ]

    def test_monthly_leaves_out_a_month_without_its_day(self):
        version = terms("monthly", month_days=[30])

        assert days(version, after="2026-01-31", number=2) == ["2026-03-30", "2026-04-30"]

    def test_a_day_of_none_is_never(self):
        assert days(terms("weekly", weekdays=[]), after="2026-01-01") == []

    def test_without_a_time_it_is_at_the_beginning_of_the_day(self):
        version = Version(repeats="daily")

        (local,) = islice(calendar.occurrences(version, after=at("2026-05-01T12:00")), 1)

        assert local == at("2026-05-02T00:00")
