from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts.models import Contact
from apps.journeys import engine, publishing
from apps.journeys.kinds import KINDS, Batch
from apps.journeys.models import Enrolment, Journey, Lead, LeaveStep, WaitStep
from tests.factories import a_contact, a_site
from tests.journeys.flows import time_is_over
from tests.journeys.listening.listeners import an_awaiting_journey

pytestmark = pytest.mark.django_db

Until = WaitStep.Until
NINE = time(9)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_wait(**values):
    """The compiled step of a published journey that waits; its site is in Berlin."""
    journey = Journey.objects.create(site=a_site(time_zone="Europe/Berlin"), name="Wait")
    step = WaitStep.objects.create(journey=journey, name="Wait", **values)
    leave = LeaveStep.objects.create(journey=journey, name="Leave", position=1)
    Lead.objects.create(step=step, outcome="done", target=leave)
    return publishing.publish(journey).steps.first()


def who_comes(step, *contacts):
    """Enrolments of contacts (values of each) who have just come to the step."""
    version = step.version
    return [
        Enrolment.objects.create(
            journey=version.journey,
            version=version,
            contact=a_contact(version.journey.site, **values),
            step=step,
            number=1,
            entry_key="1",
        )
        for values in contacts
    ]


def arrive(step, rows, now=None):
    batch = Batch(step=step, rows=rows, now=now or timezone.now())
    return KINDS["wait"].arrive(batch)


def of_zones(*names):
    return [{"time_zone": name} for name in names]


class TestDuration:
    def test_it_is_from_the_moment_of_coming(self):
        step = a_wait(amount=90, unit="minutes")
        rows = who_comes(step, {}, {})

        moves = arrive(step, rows, utc("2026-03-29T00:30"))

        assert dict(moves.waiting) == {utc("2026-03-29T02:00"): rows}


class TestDate:
    def test_it_is_the_hour_on_that_day_in_each_contact_s_zone(self):
        step = a_wait(until=Until.DATE, on_date=date(2026, 3, 29), at_time=NINE)
        names = ("Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "")
        berlin, sao_paulo, kathmandu, apia, nowhere = who_comes(step, *of_zones(*names))

        moves = arrive(step, [berlin, sao_paulo, kathmandu, apia, nowhere], utc("2026-03-01T00:00"))

        assert dict(moves.waiting) == {
            utc("2026-03-29T07:00"): [berlin, nowhere],
            utc("2026-03-29T12:00"): [sao_paulo],
            utc("2026-03-29T03:15"): [kathmandu],
            utc("2026-03-28T20:00"): [apia],
        }

    @pytest.mark.parametrize(
        ("zone", "day", "moment"),
        [
            ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T08:00"),
            ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T11:00"),
            ("America/Sao_Paulo", date(2019, 2, 17), "2019-02-17T12:00"),
            ("Pacific/Apia", date(2012, 4, 1), "2012-03-31T20:00"),
            # The day that Samoa left out.
            ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00"),
        ],
    )
    def test_it_is_that_hour_over_every_change_of_clocks(self, zone, day, moment):
        step = a_wait(until=Until.DATE, on_date=day, at_time=NINE)
        rows = who_comes(step, *of_zones(zone))

        moves = arrive(step, rows, utc("2010-01-01T00:00"))

        assert dict(moves.waiting) == {utc(moment): rows}

    def test_it_is_the_beginning_of_the_day_without_an_hour(self):
        step = a_wait(until=Until.DATE, on_date=date(2026, 3, 29))
        rows = who_comes(step, *of_zones("Asia/Kathmandu"))

        moves = arrive(step, rows, utc("2026-03-01T00:00"))

        assert dict(moves.waiting) == {utc("2026-03-28T18:15"): rows}

    def test_it_goes_on_at_once_where_it_is_past_and_drops_nobody(self):
        step = a_wait(until=Until.DATE, on_date=date(2026, 3, 29), at_time=NINE)
        (apia, berlin) = who_comes(step, *of_zones("Pacific/Apia", "Europe/Berlin"))

        moves = arrive(step, [apia, berlin], utc("2026-03-29T06:59"))

        assert dict(moves.leaving) == {("done", "past"): [apia]}
        assert dict(moves.waiting) == {utc("2026-03-29T07:00"): [berlin]}

    def test_the_moment_itself_is_past(self):
        step = a_wait(until=Until.DATE, on_date=date(2026, 3, 29), at_time=NINE)
        rows = who_comes(step, *of_zones("Europe/Berlin"))

        moves = arrive(step, rows, utc("2026-03-29T07:00"))

        assert (dict(moves.leaving), dict(moves.waiting)) == ({("done", "past"): rows}, {})

    @pytest.mark.parametrize(("day", "waits"), [(date(9999, 12, 31), True), (date(1, 1, 1), False)])
    def test_it_takes_the_first_and_the_last_of_all_days(self, day, waits):
        step = a_wait(until=Until.DATE, on_date=day)
        rows = who_comes(step, *of_zones("America/Sao_Paulo", "Asia/Kathmandu"))

        moves = arrive(step, rows)

        assert bool(moves.waiting) is waits
        assert bool(moves.leaving) is not waits

    def test_it_is_written_with_the_visit_why_nobody_waited(self):
        step = a_wait(until=Until.DATE, on_date=date(2020, 1, 1))
        (row,) = who_comes(step, {})

        engine.drain()

        assert row.visits.first().outcome == "done"
        assert row.visits.first().detail == "past"


class TestProperty:
    def due(self, value, **step):
        step = a_wait(until=Until.PROPERTY, property="renewal", **step)
        values = {"time_zone": "America/Sao_Paulo", "state": {"renewal": value}}
        moves = arrive(step, who_comes(step, values), utc("2026-03-01T00:00"))
        return [*moves.waiting, *moves.leaving]

    @pytest.mark.parametrize(
        ("value", "moment"),
        [
            ("2026-03-29", "2026-03-29T12:00"),
            ("2026-03-29T18:30", "2026-03-29T21:30"),
            ("2026-03-29T18:30:00+02:00", "2026-03-29T16:30"),
            ("2026-03-29 18:30:00Z", "2026-03-29T18:30"),
        ],
    )
    def test_it_is_the_moment_that_the_contact_s_property_names(self, value, moment):
        assert self.due(value, at_time=NINE) == [utc(moment)]

    def test_it_is_the_beginning_of_the_day_without_an_hour(self):
        assert self.due("2026-03-29") == [utc("2026-03-29T03:00")]

    @pytest.mark.parametrize("value", [None, "", "soon", "2026-02-30", 20260329, ["2026-03-29"]])
    def test_it_goes_on_where_the_property_names_no_moment(self, value):
        assert self.due(value, at_time=NINE) == [("done", "no_date")]

    def test_it_goes_on_where_the_moment_is_past(self):
        assert self.due("1990-05-12") == [("done", "past")]

    def test_it_goes_on_where_the_contact_has_no_such_property(self):
        step = a_wait(until=Until.PROPERTY, property="renewal")
        rows = who_comes(step, {})

        assert dict(arrive(step, rows).leaving) == {("done", "no_date"): rows}


class TestHour:
    def test_it_is_the_next_such_hour_in_each_contact_s_zone(self):
        step = a_wait(until=Until.HOUR, at_time=NINE)
        berlin, kathmandu = who_comes(step, *of_zones("Europe/Berlin", "Asia/Kathmandu"))

        # The night before clocks change in Berlin.
        moves = arrive(step, [berlin, kathmandu], utc("2026-03-28T12:00"))

        assert dict(moves.waiting) == {
            utc("2026-03-29T07:00"): [berlin],
            utc("2026-03-29T03:15"): [kathmandu],
        }

    def test_it_is_on_one_of_the_weekdays(self):
        step = a_wait(until=Until.HOUR, at_time=NINE, weekdays=[0])
        rows = who_comes(step, *of_zones("Pacific/Apia"))

        # Sunday in UTC, and Monday before nine in Apia.
        moves = arrive(step, rows, utc("2026-03-29T19:00"))

        assert dict(moves.waiting) == {utc("2026-03-29T20:00"): rows}

    def test_it_is_another_day_for_who_comes_at_the_hour(self):
        step = a_wait(until=Until.HOUR, at_time=NINE)
        rows = who_comes(step, *of_zones("Europe/Berlin"))

        moves = arrive(step, rows, utc("2026-11-26T08:00"))

        assert dict(moves.waiting) == {utc("2026-11-27T08:00"): rows}


class TestAnyWait:
    @pytest.mark.parametrize("number", [1, 3])
    @pytest.mark.parametrize(
        "values",
        [
            {"until": Until.DATE, "on_date": date(2100, 1, 1)},
            {"until": Until.PROPERTY, "property": "renewal"},
            {"until": Until.HOUR, "at_time": NINE},
        ],
    )
    def test_it_asks_once_for_any_number(self, values, number, django_assert_num_queries):
        step = a_wait(**values)
        rows = who_comes(step, *[{"state": {"renewal": "2100-01-01"}}] * number)

        with django_assert_num_queries(1):
            arrive(step, rows)

    def test_it_goes_on_when_its_time_is_over(self):
        step = a_wait(until=Until.DATE, on_date=timezone.now().date() + timedelta(days=9))
        (row,) = who_comes(step, {})
        engine.drain()
        row.refresh_from_db()
        assert row.state == "waiting"

        time_is_over()
        engine.drain()

        assert list(row.visits.values_list("outcome", "detail")) == [("done", ""), ("step", "")]

    def test_it_stays_where_the_contact_moves_to_another_zone(self):
        step = a_wait(until=Until.HOUR, at_time=NINE)
        (row,) = who_comes(step, *of_zones("Europe/Berlin"))
        engine.drain()
        row.refresh_from_db()
        before = row.due_at

        Contact.objects.update(time_zone="Pacific/Apia")
        engine.drain()

        row.refresh_from_db()
        assert row.due_at == before


class TestLoops:
    def publish_a_loop(self, **values):
        journey = Journey.objects.create(site=a_site(), name="Loop")
        step = WaitStep.objects.create(journey=journey, name="Wait", **values)
        Lead.objects.create(step=step, outcome="done", target=step)
        return publishing.publish(journey)

    @pytest.mark.parametrize(
        "values",
        [
            {"until": Until.DATE, "on_date": date(2100, 1, 1)},
            {"until": Until.PROPERTY, "property": "renewal"},
        ],
    )
    def test_a_date_lets_no_time_pass_the_second_time(self, values):
        with pytest.raises(ValidationError, match="without any time passing"):
            self.publish_a_loop(**values)

    @pytest.mark.parametrize("values", [{}, {"until": Until.HOUR, "at_time": NINE}])
    def test_a_while_or_an_hour_does_each_time(self, values):
        assert self.publish_a_loop(**values).number == 1


class TestEvent:
    @pytest.mark.parametrize("number", [1, 3])
    def test_it_asks_as_much_for_any_number(self, number, django_assert_num_queries):
        (step,) = an_awaiting_journey("purchase").live_version.steps.filter(kind="event")
        rows = who_comes(step, *[{}] * number)

        # What it listens for, and what has happened since.
        with django_assert_num_queries(2):
            moves = KINDS["event"].arrive(Batch(step=step, rows=rows, now=timezone.now()))

        assert list(moves.waiting.values()) == [rows]
