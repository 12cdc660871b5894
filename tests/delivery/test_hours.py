from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.delivery.hours import Hours
from apps.delivery.models import Limits

BERLIN, SAO_PAULO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo")
KATHMANDU, APIA = ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Apia")
SATURDAY, SUNDAY = 5, 6
DAYTIME = Hours(begin=time(9), end=time(20))
NIGHT = Hours(begin=time(22), end=time(2))


def at(zone, *parts, fold=0):
    return datetime(*parts, tzinfo=zone, fold=fold)


def clock(moment, zone):
    return moment.astimezone(zone).strftime("%a %d %H:%M")


class TestAllows:
    @pytest.mark.parametrize(
        ("hour", "minute", "is_allowed"),
        [(8, 59, False), (9, 0, True), (19, 59, True), (20, 0, False), (0, 0, False)],
    )
    def test_it_is_open_from_its_beginning_and_closed_at_its_end(self, hour, minute, is_allowed):
        moment = at(BERLIN, 2026, 11, 25, hour, minute)

        assert DAYTIME.allows(moment, BERLIN) is is_allowed

    @pytest.mark.parametrize(
        ("hour", "is_allowed"), [(21, False), (22, True), (0, True), (1, True), (2, False)]
    )
    def test_it_goes_over_midnight(self, hour, is_allowed):
        assert NIGHT.allows(at(BERLIN, 2026, 11, 25, hour, 0), BERLIN) is is_allowed

    def test_it_asks_the_clock_of_the_contact(self):
        moment = datetime(2026, 11, 25, 3, 15, tzinfo=UTC)

        assert DAYTIME.allows(moment, KATHMANDU)
        assert not DAYTIME.allows(moment - timedelta(seconds=1), KATHMANDU)
        assert not DAYTIME.allows(moment, BERLIN)

    def test_a_skipped_day_is_one_of_the_calendar(self):
        hours = Hours(begin=time(22), end=time(2), skipped=frozenset({SATURDAY}))

        assert hours.allows(at(BERLIN, 2026, 11, 27, 23, 59), BERLIN)
        assert not hours.allows(at(BERLIN, 2026, 11, 28, 0, 0), BERLIN)
        assert not hours.allows(at(BERLIN, 2026, 11, 28, 23, 0), BERLIN)
        assert hours.allows(at(BERLIN, 2026, 11, 29, 0, 0), BERLIN)

    def test_a_site_without_limits_allows_all(self):
        assert Hours.of(None) == Hours.of(Limits()) == Hours()
        assert Hours().allows(at(BERLIN, 2026, 11, 28, 3, 0), BERLIN)

    def test_it_is_as_the_limits_of_the_site_say(self):
        limits = Limits(hours_from=time(9), hours_till=time(20), skipped_weekdays=[SUNDAY])

        assert Hours.of(limits) == Hours(begin=time(9), end=time(20), skipped=frozenset({SUNDAY}))


class TestNextAllowed:
    def test_it_is_now_where_that_is_allowed(self):
        moment = at(BERLIN, 2026, 11, 25, 12, 0, 30)

        assert DAYTIME.next_allowed(moment, BERLIN) == moment

    def test_it_is_the_next_beginning(self):
        early, late = at(BERLIN, 2026, 11, 25, 3, 0), at(BERLIN, 2026, 11, 25, 20, 0)

        assert clock(DAYTIME.next_allowed(early, BERLIN), BERLIN) == "Wed 25 09:00"
        assert clock(DAYTIME.next_allowed(late, BERLIN), BERLIN) == "Thu 26 09:00"

    def test_it_passes_skipped_days_over(self):
        hours = Hours(begin=time(9), end=time(20), skipped=frozenset({SATURDAY, SUNDAY}))

        assert clock(hours.next_allowed(at(BERLIN, 2026, 11, 27, 21), BERLIN), BERLIN) == (
            "Mon 30 09:00"
        )

    def test_it_begins_at_midnight_after_a_skipped_day(self):
        hours = Hours(begin=time(22), end=time(2), skipped=frozenset({SATURDAY}))

        assert clock(hours.next_allowed(at(BERLIN, 2026, 11, 28, 12), BERLIN), BERLIN) == (
            "Sun 29 00:00"
        )

    def test_it_is_never_where_all_days_are_skipped(self):
        hours = Hours(skipped=frozenset(range(7)))

        assert hours.next_allowed(at(BERLIN, 2026, 11, 28, 12), BERLIN) is None

    @pytest.mark.parametrize(
        ("zone", "asked", "expected"),
        [
            # Clocks went forward on 29 March 2026 and back on 25 October 2026.
            (BERLIN, (2026, 3, 28, 21, 0), "2026-03-29 07:00"),
            (BERLIN, (2026, 10, 24, 21, 0), "2026-10-25 08:00"),
            # On 4 November 2018 from midnight to one; on 18 February 2018 back to eleven.
            (SAO_PAULO, (2018, 11, 3, 21, 0), "2018-11-04 11:00"),
            (SAO_PAULO, (2018, 2, 17, 21, 0), "2018-02-18 12:00"),
            (KATHMANDU, (2026, 3, 28, 21, 0), "2026-03-29 03:15"),
            # There was no 30 December 2011; clocks went back on 1 April 2012.
            (APIA, (2011, 12, 29, 21, 0), "2011-12-30 19:00"),
            (APIA, (2012, 3, 31, 21, 0), "2012-03-31 20:00"),
        ],
    )
    def test_it_is_nine_by_the_clock_of_the_contact(self, zone, asked, expected):
        found = DAYTIME.next_allowed(at(zone, *asked), zone)

        assert found.strftime("%Y-%m-%d %H:%M") == expected
        assert found.astimezone(zone).time() == time(9)

    def test_an_hour_that_the_clock_jumps_over_begins_where_it_lands(self):
        hours = Hours(begin=time(2, 30), end=time(5))

        found = hours.next_allowed(at(BERLIN, 2026, 3, 29, 0, 0), BERLIN)

        assert found == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
        assert clock(found, BERLIN) == "Sun 29 03:00"

    def test_hours_that_the_clock_jumps_over_altogether_come_the_next_day(self):
        hours = Hours(begin=time(2, 15), end=time(2, 45))

        found = hours.next_allowed(at(BERLIN, 2026, 3, 29, 0, 0), BERLIN)

        assert clock(found, BERLIN) == "Mon 30 02:15"

    def test_a_clock_that_is_put_back_closes_and_opens_again(self):
        hours = Hours(begin=time(2, 30), end=time(5))
        again = at(BERLIN, 2026, 10, 25, 2, 10, fold=1)

        assert not hours.allows(again, BERLIN)
        assert hours.next_allowed(again, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    def test_a_day_that_a_zone_skipped_begins_with_the_next(self):
        assert Hours(skipped=frozenset({3})).next_allowed(
            at(APIA, 2011, 12, 29, 12, 0), APIA
        ) == datetime(2011, 12, 30, 10, 0, tzinfo=UTC)

    @settings(max_examples=60, deadline=None)
    @given(
        zone=st.sampled_from([BERLIN, SAO_PAULO, KATHMANDU, APIA, ZoneInfo("Australia/Lord_Howe")]),
        days=st.sampled_from(
            [(2026, 3, 28), (2026, 10, 24), (2018, 11, 3), (2018, 2, 17), (2011, 12, 29)]
        ),
        minute=st.integers(0, 2 * 24 * 60),
        begin=st.integers(0, 24 * 4 - 1),
        end=st.integers(0, 24 * 4 - 1),
        skipped=st.frozensets(st.integers(0, 6), max_size=2),
    )
    def test_nothing_is_allowed_before_it(self, zone, days, minute, begin, end, skipped):
        hours = Hours(
            begin=time(begin // 4, begin % 4 * 15), end=time(end // 4, end % 4 * 15),
            skipped=skipped,
        )  # fmt: skip
        moment = datetime(*days, tzinfo=UTC) + timedelta(minutes=minute)

        found = hours.next_allowed(moment, zone)

        assert found >= moment
        assert hours.allows(found, zone)
        quarters = int((found - moment) / timedelta(minutes=5))
        before = (moment + timedelta(minutes=5 * number) for number in range(quarters + 1))
        assert not any(hours.allows(each, zone) for each in before if each < found)
