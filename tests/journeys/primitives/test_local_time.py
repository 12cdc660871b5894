from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.journeys.primitives import local_time
from tests.factories import a_contact, a_site

NINE = time(9)
BERLIN, SAO_PAULO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo")
KATHMANDU, APIA = ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Apia")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestAt:
    @pytest.mark.parametrize(
        ("zone", "day", "moment"),
        [
            # Summer time begins on 29 March, ends on 25 October.
            (BERLIN, date(2026, 3, 28), "2026-03-28T08:00"),
            (BERLIN, date(2026, 3, 29), "2026-03-29T07:00"),
            (BERLIN, date(2026, 10, 24), "2026-10-24T07:00"),
            (BERLIN, date(2026, 10, 25), "2026-10-25T08:00"),
            # Brazil's last summer time.
            (SAO_PAULO, date(2018, 11, 3), "2018-11-03T12:00"),
            (SAO_PAULO, date(2018, 11, 4), "2018-11-04T11:00"),
            (SAO_PAULO, date(2019, 2, 16), "2019-02-16T11:00"),
            (SAO_PAULO, date(2019, 2, 17), "2019-02-17T12:00"),
            (KATHMANDU, date(2026, 3, 29), "2026-03-29T03:15"),
            # From the last of the world's days to the first, and two changes of summer time.
            (APIA, date(2011, 12, 29), "2011-12-29T19:00"),
            (APIA, date(2011, 12, 31), "2011-12-30T19:00"),
            (APIA, date(2012, 3, 31), "2012-03-30T19:00"),
            (APIA, date(2012, 4, 1), "2012-03-31T20:00"),
            (APIA, date(2012, 9, 29), "2012-09-28T20:00"),
            (APIA, date(2012, 9, 30), "2012-09-29T19:00"),
        ],
    )
    def test_it_is_nine_on_the_wall_over_every_change(self, zone, day, moment):
        found = local_time.at(day, NINE, zone)

        assert found == utc(moment)
        assert found.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, NINE)

    @pytest.mark.parametrize(
        ("zone", "day", "hour", "moment"),
        [
            (BERLIN, date(2026, 3, 29), time(2), "2026-03-29T01:00"),
            (BERLIN, date(2026, 3, 29), time(2, 30), "2026-03-29T01:00"),
            (BERLIN, date(2026, 3, 29), time(2, 59, 59, 999_999), "2026-03-29T01:00"),
            (BERLIN, date(2026, 3, 29), time(2, 0, 0, 1), "2026-03-29T01:00"),
            (BERLIN, date(2026, 3, 29), time(2, 0, 1, 500_000), "2026-03-29T01:00"),
            (SAO_PAULO, date(2018, 11, 4), time(0), "2018-11-04T03:00"),
            (SAO_PAULO, date(2018, 11, 4), time(0, 30), "2018-11-04T03:00"),
            (APIA, date(2011, 12, 30), NINE, "2011-12-30T10:00"),
            (APIA, date(2011, 12, 30), time(0), "2011-12-30T10:00"),
        ],
    )
    def test_a_skipped_time_is_the_first_moment_after(self, zone, day, hour, moment):
        assert local_time.at(day, hour, zone) == utc(moment)

    @pytest.mark.parametrize(
        ("zone", "day", "hour", "moment"),
        [
            (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
            (SAO_PAULO, date(2019, 2, 16), time(23, 30), "2019-02-17T01:30"),
            (APIA, date(2012, 4, 1), time(3, 30), "2012-03-31T13:30"),
        ],
    )
    def test_a_doubled_time_is_its_first(self, zone, day, hour, moment):
        assert local_time.at(day, hour, zone) == utc(moment)


class TestNextTime:
    def test_it_is_today_where_the_hour_is_yet_to_come(self):
        found = local_time.next_time(utc("2026-03-29T06:59:59"), NINE, BERLIN)

        assert found == utc("2026-03-29T07:00")

    def test_it_is_tomorrow_at_the_hour_itself(self):
        found = local_time.next_time(utc("2026-03-28T08:00"), NINE, BERLIN)

        assert found == utc("2026-03-29T07:00")

    def test_it_takes_the_day_of_the_zone_and_not_of_utc(self):
        # In Apia it is Sunday already.
        found = local_time.next_time(utc("2026-03-28T19:00"), NINE, APIA, weekdays=[6])

        assert found == utc("2026-03-28T20:00")

    @pytest.mark.parametrize(("weekdays", "day"), [([0], "30"), ([2, 4], "27"), ([3], "26")])
    def test_it_is_on_one_of_the_weekdays(self, weekdays, day):
        # A Thursday.
        found = local_time.next_time(utc("2026-11-26T07:00"), NINE, BERLIN, weekdays)

        assert found == utc(f"2026-11-{day}T08:00")

    def test_it_is_in_a_week_where_today_is_over(self):
        found = local_time.next_time(utc("2026-11-26T08:00"), NINE, BERLIN, [3])

        assert found == utc("2026-12-03T08:00")

    @pytest.mark.parametrize(("weekdays", "moment"), [([], "2011-12-30"), ([4], "2012-01-05")])
    def test_it_leaves_out_a_day_that_never_was(self, weekdays, moment):
        found = local_time.next_time(utc("2011-12-29T19:00"), NINE, APIA, weekdays)

        assert found == utc(f"{moment}T19:00")

    @given(
        zone=st.sampled_from([BERLIN, SAO_PAULO, KATHMANDU, APIA, ZoneInfo("Australia/Lord_Howe")]),
        start=st.datetimes(
            min_value=datetime(1980, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)
        ),
        hour=st.times(),
    )
    def test_it_comes_every_day_and_never_twice(self, zone, start, hour):
        moments = [start]
        for _ in range(4):
            moments.append(local_time.next_time(moments[-1], hour, zone))

        days = [moment.astimezone(zone).date() for moment in moments[1:]]
        assert all(later > earlier for earlier, later in pairwise(moments))
        assert len(set(days)) == 4
        assert days[-1] - days[0] <= timedelta(days=4)


@pytest.mark.django_db
class TestZonesOf:
    @pytest.mark.parametrize("number", [1, 3])
    def test_it_is_that_of_each_contact_in_one_query(self, number, django_assert_num_queries):
        site = a_site(time_zone="Europe/Berlin")
        names = ["Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo"][:number]
        ids = [a_contact(site, time_zone=name).pk for name in names]

        with django_assert_num_queries(1):
            found = local_time.zones_of(ids)

        assert found == dict(zip(ids, map(ZoneInfo, names), strict=True))

    @pytest.mark.parametrize("name", ["", "Moon/Crater", "../../etc/passwd", "Europe"])
    def test_it_is_the_site_s_where_there_is_none(self, name):
        contact = a_contact(a_site(time_zone="Europe/Berlin"), time_zone=name)

        assert local_time.zones_of([contact.pk]) == {contact.pk: BERLIN}


def named(local, zone):
    local = datetime.fromisoformat(local)
    return local_time.at(local.date(), local.time(), ZoneInfo(zone))


class TestMoment:
    @pytest.mark.parametrize(
        ("zone", "local", "utc"),
        [
            ("Europe/Berlin", "2026-03-28T09:00", "2026-03-28T08:00"),
            ("Europe/Berlin", "2026-03-29T09:00", "2026-03-29T07:00"),
            ("Europe/Berlin", "2026-10-24T09:00", "2026-10-24T07:00"),
            ("Europe/Berlin", "2026-10-25T09:00", "2026-10-25T08:00"),
            ("America/Sao_Paulo", "2026-03-29T09:00", "2026-03-29T12:00"),
            # The last summer that began there, and ended.
            ("America/Sao_Paulo", "2018-11-03T09:00", "2018-11-03T12:00"),
            ("America/Sao_Paulo", "2018-11-04T09:00", "2018-11-04T11:00"),
            ("America/Sao_Paulo", "2019-02-16T09:00", "2019-02-16T11:00"),
            ("America/Sao_Paulo", "2019-02-17T09:00", "2019-02-17T12:00"),
            ("Asia/Kathmandu", "2026-03-29T09:00", "2026-03-29T03:15"),
            ("Asia/Kathmandu", "1985-12-31T09:00", "1985-12-31T03:30"),
            ("Asia/Kathmandu", "1986-01-01T09:00", "1986-01-01T03:15"),
            ("Pacific/Apia", "2026-03-29T09:00", "2026-03-28T20:00"),
            ("Pacific/Apia", "2011-12-29T09:00", "2011-12-29T19:00"),
            ("Pacific/Apia", "2011-12-31T09:00", "2011-12-30T19:00"),
            ("Pacific/Apia", "2012-03-31T09:00", "2012-03-30T19:00"),
            ("Pacific/Apia", "2012-04-01T09:00", "2012-03-31T20:00"),
        ],
    )
    def test_it_is_when_the_clocks_there_show_it(self, zone, local, utc):
        assert named(local, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)

    @pytest.mark.parametrize(
        ("zone", "local", "utc"),
        [
            ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
            ("Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T01:00"),
            ("America/Sao_Paulo", "2018-11-04T00:30", "2018-11-04T03:00"),
            ("Asia/Kathmandu", "1986-01-01T00:10", "1985-12-31T18:30"),
            # A day that never was.
            ("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00"),
        ],
    )
    def test_what_is_skipped_is_the_first_moment_after(self, zone, local, utc):
        assert named(local, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)

    @pytest.mark.parametrize(
        ("zone", "local", "utc"),
        [
            ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
            ("America/Sao_Paulo", "2019-02-16T23:30", "2019-02-17T01:30"),
            ("Pacific/Apia", "2012-04-01T03:30", "2012-03-31T13:30"),
        ],
    )
    def test_what_is_doubled_is_its_first_moment(self, zone, local, utc):
        assert named(local, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
