"""What popup and push steps ask of delivery, and how contacts leave them."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.assets import models as assets
from apps.delivery import wanted
from apps.delivery.models import Limits, Popup, Push
from apps.journeys.kinds import KINDS
from apps.journeys.models import Enrolment, PopupStep
from apps.journeys.models.message_keys import enrolment_and_visit
from tests.delivery.receivers import a_device_of, a_receiver
from tests.factories import a_contact, a_popup, a_site
from tests.journeys.kinds.flows import a_flow, arrive, enter, outcomes, queries_of
from tests.journeys.kinds.messages import (
    a_batch,
    a_push_flow,
    arrive_at,
    receivers,
    sent,
    time_out,
    ways,
)

pytestmark = pytest.mark.django_db

# A Wednesday, half past seven in the evening in Berlin.
EVENING = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)


@pytest.fixture
def site():
    return a_site(time_zone="Europe/Berlin")


class TestPush:
    def test_it_queues_what_the_step_names_in_the_name_of_the_visit(self, site):
        journey = a_push_flow(site, category="operational", respects_consent=False)
        contact = a_receiver(site)
        (row,) = enter(journey, [contact], event={"price": 20})

        assert ways(arrive([row])) == {("sent", ""): 1}

        push, step = Push.objects.get(), journey.steps.get()
        assert (push.contact, push.asset_id) == (contact, step.push_id)
        assert (push.key, push.campaign) == (row.message_key, f"journey:{journey.pk}")
        assert enrolment_and_visit(push.key) == (row.pk, 1)
        assert (push.step, push.category) == (step.key, "operational")
        assert push.ignores_consent
        assert push.context == {"event": {"price": 20}}

    def test_asking_again_sends_nothing_twice(self, site):
        rows = enter(a_push_flow(site), receivers(site, 2))
        arrive(rows)

        assert ways(arrive(rows)) == {("sent", ""): 2}
        assert Push.objects.count() == 2

    def test_it_tells_why_somebody_cannot_be_reached(self, site):
        away, gone = a_contact(site), a_receiver(site, unsubscribed_at=timezone.now())
        rows = enter(a_push_flow(site), [a_receiver(site), away, gone])

        assert ways(arrive(rows)) == {
            ("sent", ""): 1,
            ("unreachable", "no_device"): 1,
            ("unreachable", "opted_out"): 1,
        }

    def test_it_reaches_who_has_opted_out_where_the_step_may(self, site):
        journey = a_push_flow(site, respects_consent=False)
        rows = enter(journey, [a_receiver(site, push_disabled_by_platform=True)])

        assert ways(arrive(rows)) == {("sent", ""): 1}

    def test_it_holds_back_who_was_sent_enough(self, site):
        Limits.objects.create(site=site, marketing_cap=1)
        contact = a_receiver(site)
        arrive(enter(a_push_flow(site), [contact]))

        capped, beyond = a_push_flow(site), a_push_flow(site, respects_caps=False)
        assert ways(arrive(enter(capped, [contact]))) == {("held_back", "capped"): 1}
        assert ways(arrive(enter(beyond, [contact]))) == {("sent", ""): 1}

    def test_it_holds_back_a_push_that_is_not_active(self, site):
        journey = a_push_flow(site)
        assets.Push.objects.update(status="archived")

        assert ways(arrive(enter(journey, [a_receiver(site)]))) == {("held_back", "not_active"): 1}

    def test_it_goes_to_the_device_used_last_where_the_step_says_so(self, site):
        contact = a_receiver(site)
        newer = a_device_of(contact, last_seen_at=timezone.now() + timedelta(minutes=1))

        arrive(enter(a_push_flow(site, devices="latest"), [contact]))

        assert Push.objects.get().device == newer


class TestHours:
    @pytest.fixture(autouse=True)
    def limits(self, site):
        return Limits.objects.create(site=site, hours_from=time(9), hours_till=time(20))

    @pytest.fixture
    def two(self, site):
        """In Berlin it is evening, in Kathmandu it is night."""
        return receivers(site, 1) + receivers(site, 1, time_zone="Asia/Kathmandu")

    def test_by_default_it_sends_at_any_hour(self, site, two):
        assert ways(arrive_at(enter(a_push_flow(site), two), EVENING)) == {("sent", ""): 2}

    def test_it_does_not_send_outside_the_hours(self, site, two):
        rows = enter(a_push_flow(site, hours="drop"), two)

        assert ways(arrive_at(rows, EVENING)) == {
            ("sent", ""): 1,
            ("held_back", "outside_hours"): 1,
        }
        assert sent(*two)[1] is None

    def test_it_waits_for_the_hours_of_the_contact(self, site, two):
        rows = enter(a_push_flow(site, hours="next"), two)
        nine = datetime(2026, 11, 26, 3, 15, tzinfo=UTC)

        assert ways(arrive_at(rows, EVENING)) == {("sent", ""): 1, nine: 1}
        assert ways(time_out(rows[1:], nine)) == {("sent", ""): 1}

    def test_it_waits_on_where_the_hours_have_changed_meanwhile(self, site, two, limits):
        rows = enter(a_push_flow(site, hours="next"), two[1:])
        arrive_at(rows, EVENING)
        Limits.objects.update(hours_from=time(10))

        moves = time_out(rows, datetime(2026, 11, 26, 3, 15, tzinfo=UTC))

        assert ways(moves) == {datetime(2026, 11, 26, 4, 15, tzinfo=UTC): 1}
        assert not Push.objects.exists()

    @pytest.mark.parametrize("hours", ["drop", "next"])
    def test_it_holds_back_where_no_hour_is_ever_allowed(self, site, two, hours):
        Limits.objects.update(skipped_weekdays=list(range(7)))

        moves = arrive_at(enter(a_push_flow(site, hours=hours), two), EVENING)

        assert ways(moves) == {("held_back", "outside_hours"): 2}

    @pytest.mark.parametrize("hours", ["drop", "next"])
    def test_a_site_without_limits_has_every_hour(self, site, two, hours):
        Limits.objects.all().delete()

        moves = arrive_at(enter(a_push_flow(site, hours=hours), two), EVENING)

        assert ways(moves) == {("sent", ""): 2}


class TestFixedHour:
    @pytest.fixture
    def rows(self, site):
        journey = a_push_flow(site, hours="fixed", fixed_time=time(20))
        return enter(journey, receivers(site, 1) + receivers(site, 1, time_zone="Asia/Kathmandu"))

    def test_everybody_waits_for_it_by_their_own_clock(self, rows):
        assert ways(arrive_at(rows, EVENING)) == {
            datetime(2026, 11, 25, 19, 0, tzinfo=UTC): 1,
            datetime(2026, 11, 26, 14, 15, tzinfo=UTC): 1,
        }
        assert not Push.objects.exists()

    @pytest.mark.parametrize(
        ("zone", "arrives", "nine"),
        [
            ("Europe/Berlin", "2026-03-28T12:00", "2026-03-29T07:00"),
            ("Europe/Berlin", "2026-10-24T12:00", "2026-10-25T08:00"),
            ("America/Sao_Paulo", "2018-11-03T15:00", "2018-11-04T11:00"),
            ("America/Sao_Paulo", "2018-02-17T15:00", "2018-02-18T12:00"),
            ("Asia/Kathmandu", "2026-03-28T12:00", "2026-03-29T03:15"),
            # The 30th of December is left out.
            ("Pacific/Apia", "2011-12-29T22:00", "2011-12-30T19:00"),
            ("Pacific/Apia", "2012-03-31T00:00", "2012-03-31T20:00"),
        ],
    )
    def test_at_nine_it_sends_at_nine_also_when_clocks_are_changed(self, site, zone, arrives, nine):
        arrives, nine = (
            datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (arrives, nine)
        )
        journey = a_push_flow(site, hours="fixed", fixed_time=time(9))
        rows = enter(journey, receivers(site, 1, time_zone=zone))

        assert ways(arrive_at(rows, arrives)) == {nine: 1}
        assert ways(time_out(rows, nine)) == {("sent", ""): 1}

    def test_it_sends_when_it_strikes(self, rows):
        assert ways(time_out(rows[:1], EVENING + timedelta(minutes=31))) == {("sent", ""): 1}

    def test_who_was_held_up_for_long_waits_for_the_next_one(self, rows):
        late = EVENING + timedelta(hours=6)

        assert ways(time_out(rows[:1], late)) == {datetime(2026, 11, 26, 19, 0, tzinfo=UTC): 1}
        assert not Push.objects.exists()


class TestQueries:
    @pytest.mark.parametrize("number", [1, 3])
    def test_a_push_needs_as_many_for_any_number(self, site, number):
        Limits.objects.create(site=site, marketing_cap=5)
        journey = a_push_flow(site, hours="next")

        # Its version, hours and zones; the push; the cap, read and held; who can be reached; the
        # rows. The wake-up comes after the end.
        assert queries_of(enter(journey, receivers(site, number))) == 8

    @pytest.mark.parametrize("number", [1, 3])
    def test_a_popup_needs_as_many_for_any_number(self, site, number):
        journey = a_flow(site, PopupStep(popup=a_popup(site)))

        assert queries_of(enter(journey, receivers(site, number))) == 2

    @pytest.mark.parametrize("number", [1, 3])
    def test_popups_whose_time_is_over_need_as_many_for_any_number(self, site, number):
        journey = a_flow(site, PopupStep(popup=a_popup(site)))
        rows = enter(journey, [a_contact(site) for _ in range(number)])
        arrive(rows)
        batch = a_batch(rows)

        with CaptureQueriesContext(connection) as queries:
            KINDS["popup"].time_out(batch)

        # Each way in which an open one ends, and what they are now.
        assert len(queries) == 4


class TestPopup:
    def test_it_queues_the_popup_and_waits_for_the_answer(self, site):
        journey = a_flow(site, PopupStep(popup=a_popup(site)))
        (row,) = enter(journey, [a_contact(site)], event={"price": 20})

        moves = arrive([row])

        popup = Popup.objects.get()
        assert ways(moves) == {popup.expires_at: 1}
        assert (popup.key, popup.campaign) == (row.message_key, f"journey:{journey.pk}")
        assert (popup.step, popup.context) == (journey.steps.get().key, {"event": {"price": 20}})
        assert (popup.status, popup.answered_at) == ("waiting", None)

    def test_a_popup_that_is_not_active_is_not_seen(self, site):
        journey = a_flow(site, PopupStep(popup=a_popup(site)))
        assets.Popup.objects.update(status="archived")

        rows = enter(journey, [a_contact(site)])

        # A flow may lead back here: a minute passes each time.
        before = timezone.now()
        assert outcomes(rows) == [""]
        waits = Enrolment.objects.get().due_at - before
        assert timedelta(minutes=1) <= waits < timedelta(minutes=2)
        Enrolment.objects.update(due_at=timezone.now())
        assert outcomes(rows) == ["unseen, not_active"]

    def test_one_that_was_withdrawn_is_not_seen(self, site):
        journey = a_flow(site, PopupStep(popup=a_popup(site)))
        rows = enter(journey, [a_contact(site)])
        arrive(rows)
        wanted.withdraw(campaign=f"journey:{journey.pk}")

        assert ways(time_out(rows)) == {("unseen", "withdrawn"): 1}

    def test_its_time_is_over_as_what_it_has_come_to(self, site):
        journey = a_flow(site, PopupStep(popup=a_popup(site)))
        rows = enter(journey, [a_contact(site) for _ in range(2)])
        arrive(rows)
        Popup.objects.filter(key=rows[0].message_key).update(status="shown")

        assert ways(time_out(rows)) == {("closed", ""): 1, ("unseen", ""): 1}
