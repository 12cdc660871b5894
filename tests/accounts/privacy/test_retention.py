from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from apps.accounts import events, tasks
from apps.accounts.models import Event
from apps.accounts.privacy import retention
from apps.delivery.models import Popup, Push
from apps.devices.models import Session
from apps.journeys.models import PendingEvent
from tests.factories import a_contact, a_device, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def an_event_of(contact, days):
    return events.track_many(
        [events.NewEvent(contact=contact, name="purchase", at=days_ago(days))]
    )[0]


def a_session(contact, device, days):
    return Session.objects.create(
        contact=contact,
        device=device,
        push_status="ask",
        started_at=days_ago(days),
        last_seen_at=days_ago(days),
    )


def a_message(model, asset, device, days, status, **values):
    return model.objects.create(
        key=f"{model}{days}{status}",
        contact=device.contact,
        device=device,
        asset=asset,
        status=status,
        queued_at=days_ago(days),
        expires_at=days_ago(days - 1),
        **values,
    )


def kept(model):
    return list(model.objects.order_by("pk"))


class TestClean:
    def test_it_removes_events_that_are_too_old_and_that_nobody_waits_for(self):
        contact = a_contact()
        an_event_of(contact, 401)
        pending, young = an_event_of(contact, 500), an_event_of(contact, 399)
        PendingEvent.objects.create(event=pending)

        assert retention.clean()[0]["events"] == 1

        assert kept(Event) == [pending, young]
        assert PendingEvent.objects.get().event == pending

    def test_it_keeps_the_last_session_of_a_contact(self):
        device = a_device()
        anna, ben = a_contact(device.contact.site), a_contact(device.contact.site)
        a_session(anna, device, 600)
        of_anna = a_session(anna, device, 500)
        a_session(ben, device, 700)
        of_ben = a_session(ben, device, 10)
        running = device.sessions.get(contact=device.contact)

        assert retention.clean()[0]["sessions"] == 2

        assert kept(Session) == [running, of_anna, of_ben]

    def test_it_keeps_one_of_two_last_sessions_of_the_same_moment(self):
        device = a_device()
        contact = a_contact(device.contact.site)
        first = a_session(contact, device, 500)
        second = a_session(contact, device, 500)
        Session.objects.filter(pk=second.pk).update(last_seen_at=first.last_seen_at)

        retention.clean()

        assert list(contact.sessions.all()) == [second]

    def test_it_removes_finished_messages_only(self):
        site = a_site()
        device, push, popup = a_device(site), a_push(site), a_popup(site)
        for status in ("accepted", "failed"):
            a_message(Push, push, device, 401, status, due_at=None)
        for status in ("allowed", "unseen", "withdrawn"):
            a_message(Popup, popup, device, 401, status)
        pushes = [
            a_message(Push, push, device, 500, "queued"),
            a_message(Push, push, device, 500, "sending"),
            a_message(Push, push, device, 399, "accepted", due_at=None),
        ]
        popups = [
            a_message(Popup, popup, device, 500, "waiting"),
            a_message(Popup, popup, device, 500, "shown"),
            a_message(Popup, popup, device, 399, "closed"),
        ]

        removed, is_all = retention.clean()

        assert (removed["pushes"], removed["popups"], is_all) == (2, 3, True)
        assert kept(Push) == pushes
        assert kept(Popup) == popups

    def test_it_keeps_for_ever_what_has_no_period(self, settings):
        settings.RETENTION = [{**rule, "days": 0} for rule in settings.RETENTION]
        event = an_event_of(a_contact(), 5_000)

        assert retention.clean() == ({}, True)

        assert kept(Event) == [event]

    def test_it_needs_the_same_queries_for_any_number_in_a_batch(self):
        contact, counts = a_contact(), []
        for number in (1, 3, 50):
            for _ in range(number):
                an_event_of(contact, 401)
            with CaptureQueriesContext(connection) as queries:
                retention.clean()
            counts.append(len(queries))

        assert counts == counts[:1] * 3
        assert not Event.objects.exists()

    def test_it_loses_nothing_when_it_is_stopped_and_goes_on_with_the_rest(self, monkeypatch):
        monkeypatch.setattr(retention, "BATCH", 2)
        contact = a_contact()
        young = [an_event_of(contact, 1)]
        for _ in range(5):
            an_event_of(contact, 401)
        real, calls = retention.remove, []

        def die(rows):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return real(rows)

        monkeypatch.setattr(retention, "remove", die)
        with pytest.raises(KeyboardInterrupt):
            retention.clean()
        assert Event.objects.count() == 4

        assert retention.clean()[0]["events"] == 3
        assert kept(Event) == young

    def test_it_stops_when_its_time_is_over(self):
        event = an_event_of(a_contact(), 401)

        assert retention.clean(seconds=0) == ({"events": 0}, False)

        assert kept(Event) == [event]


class TestOldestKept:
    def test_it_is_the_day_from_which_events_are_kept(self, settings):
        oldest = retention.oldest_kept("accounts.Event")

        assert abs(oldest - days_ago(400)) < timedelta(minutes=1)
        settings.RETENTION = []
        assert retention.oldest_kept("accounts.Event") is None


class TestTask:
    def test_it_calls_itself_again_while_there_is_more(
        self, monkeypatch, django_capture_on_commit_callbacks
    ):
        an_event_of(a_contact(), 401)
        real = retention.clean
        monkeypatch.setattr(retention, "clean", lambda *, seconds: real(seconds=0))

        with django_capture_on_commit_callbacks(execute=True):
            tasks.clean()

        assert OrmQ.objects.count() == 1

    def test_it_ends_when_nothing_is_left(self):
        an_event_of(a_contact(), 401)

        assert tasks.clean()["events"] == 1

        assert OrmQ.objects.count() == 0


class TestCommand:
    def test_it_says_first_what_would_go(self, capsys):
        event = an_event_of(a_contact(), 401)

        call_command("clean", dry_run=True)

        assert capsys.readouterr().out.splitlines()[0] == "           1 events would go"
        assert kept(Event) == [event]

        call_command("clean")

        assert capsys.readouterr().out.splitlines()[0] == "           1 events removed"
        assert kept(Event) == []
