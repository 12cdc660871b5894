from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.delivery import tasks
from apps.delivery.models import Hold, Popup, Push
from apps.journeys import engine, lifecycle, publishing
from apps.journeys.models import Call, Enrolment, Journey
from tests.factories import a_subscription
from tests.journeys.authoring import a_draft, a_step, inside
from tests.journeys.lifecycle.states import state

pytestmark = pytest.mark.django_db


class TestPause:
    def test_nobody_enters_and_those_inside_go_on(self, journey):
        row = inside(journey)
        lifecycle.pause(journey, reason="As many as may have entered.")

        engine.drain(seconds=3)

        row.refresh_from_db()
        assert row.state == "waiting"
        assert state(journey) == ("paused", False)
        assert Journey.objects.get(pk=journey.pk).pause_reason == "As many as may have entered."

    def test_it_is_resumed(self, journey):
        lifecycle.pause(journey, reason="Enough.")
        lifecycle.resume(journey)

        assert state(journey) == ("active", False)
        assert Journey.objects.get(pk=journey.pk).pause_reason == ""


class TestHold:
    def test_those_inside_stand_still_and_nothing_is_sent(self, journey):
        row = inside(journey)
        lifecycle.hold(journey)

        engine.drain(seconds=3)

        row.refresh_from_db()
        assert row.state == "ready"
        assert state(journey) == ("paused", True)
        assert list(Hold.objects.values_list("campaign", flat=True)) == [f"journey:{journey.pk}"]

    def test_it_goes_on_where_it_stood(self, journey):
        due_at = timezone.now() + timedelta(hours=1)
        row = inside(journey, state="waiting", due_at=due_at)
        lifecycle.hold(journey)
        lifecycle.resume(journey)

        row.refresh_from_db()
        assert (state(journey), row.due_at) == (("active", False), due_at)
        assert not Hold.objects.standing().exists()

    def test_waits_are_put_off_by_the_time_for_which_it_was_held(self, journey, monkeypatch):
        monkeypatch.setattr(lifecycle, "BATCH", 2)
        due_at = timezone.now() + timedelta(hours=1)
        rows = [inside(journey, state="waiting", due_at=due_at) for _ in range(5)]
        ready = inside(journey)
        lifecycle.hold(journey)
        held_at = timezone.now() - timedelta(hours=5)
        Journey.objects.filter(pk=journey.pk).update(held_at=held_at)

        lifecycle.resume(journey, shift_waits=True)

        for row in rows:
            row.refresh_from_db()
            assert abs(row.due_at - due_at - timedelta(hours=5)) < timedelta(seconds=10)
        before = ready.due_at
        ready.refresh_from_db()
        assert ready.due_at == before
        assert (state(journey), journey.status) == (("active", False), "active")
        assert not Hold.objects.standing().exists()

    def test_who_is_led_on_meanwhile_waits_no_longer(self, journey, monkeypatch):
        now = timezone.now()
        row, led_on = (inside(journey, state="waiting", due_at=now) for _ in range(2))
        lifecycle.hold(journey)
        Journey.objects.filter(pk=journey.pk).update(held_at=now - timedelta(hours=5))

        def lead_on(ids):
            Enrolment.objects.filter(pk=led_on.pk).update(state="ready")
            return listed(ids)

        monkeypatch.setattr(lifecycle, "listed", lead_on)
        lifecycle.resume(journey, shift_waits=True)

        for each in (row, led_on):
            each.refresh_from_db()
        assert (row.due_at > now, led_on.due_at) == (True, now)

    def test_a_popup_and_a_call_that_are_waited_for_wait_as_much_longer(self, monkeypatch):
        journey = a_draft()
        a_step(journey, "popup")
        publishing.publish(journey)
        row = inside(journey)
        engine.drain(seconds=3)
        call = Call.objects.create(enrolment=row, visit=1, url="x", expires_at=timezone.now())
        popup, due_at = Popup.objects.get(), Enrolment.objects.get().due_at
        lifecycle.hold(journey)
        ago = timedelta(days=90)
        Popup.objects.update(expires_at=popup.expires_at - ago)
        Enrolment.objects.update(due_at=due_at - ago)
        Journey.objects.filter(pk=journey.pk).update(held_at=timezone.now() - ago)
        assert tasks.expire() == 0

        lifecycle.resume(journey, shift_waits=True)

        for each in (popup, row, call):
            each.refresh_from_db()
        assert (popup.status, row.state, call.status) == ("waiting", "waiting", "queued")
        assert abs(row.due_at - due_at) < timedelta(seconds=9)
        assert abs(popup.expires_at - row.due_at) < timedelta(seconds=9)
        assert abs(call.expires_at - timezone.now() - ago) < timedelta(seconds=9)

    def test_a_worker_goes_on_with_it_and_nobody_moves_before(self, journey, monkeypatch):
        monkeypatch.setattr(lifecycle, "BATCH", 2)
        monkeypatch.setattr(lifecycle, "AT_ONCE_SECONDS", -1)
        due_at = timezone.now() - timedelta(hours=1)
        rows = [inside(journey, state="waiting", due_at=due_at) for _ in range(3)]
        lifecycle.hold(journey)
        Journey.objects.filter(pk=journey.pk).update(held_at=timezone.now() - timedelta(hours=5))
        lifecycle.resume(journey, shift_waits=True)
        assert state(journey) == ("paused", True)
        engine.drain(seconds=3)
        with pytest.raises(ValidationError, match="is resuming, so this cannot be done"):
            lifecycle.resume(journey)

        assert not lifecycle.sweep(seconds=-1)
        assert lifecycle.sweep(seconds=5)

        assert state(journey) == ("active", False)
        for row in rows:
            row.refresh_from_db()
            assert row.state == "waiting"
            assert abs(row.due_at - due_at - timedelta(hours=5)) < timedelta(seconds=10)


class TestFinish:
    def test_those_inside_leave_and_what_nobody_saw_is_withdrawn(self):
        journey = a_draft()
        a_step(journey, "popup")
        publishing.publish(journey)
        row = inside(journey)
        engine.drain(seconds=3)
        assert Popup.objects.open().count() == 1

        lifecycle.finish(journey)

        row.refresh_from_db()
        assert (row.state, row.exit_reason) == ("left", "ended")
        assert Popup.objects.open().count() == 0
        assert state(journey) == ("finished", False)

    def test_queued_pushes_are_withdrawn(self):
        journey = a_draft()
        a_step(journey, "push")
        publishing.publish(journey)
        contact = a_subscription().device.contact
        contact.site = journey.site
        contact.save()
        inside(journey, contact=contact)
        engine.drain(seconds=3)
        assert Push.objects.filter(status="queued").count() == 1

        lifecycle.finish(journey)

        assert Push.objects.filter(status="queued").count() == 0

    def test_a_held_one_is_held_no_more(self, journey):
        lifecycle.hold(journey)
        lifecycle.finish(journey)

        assert state(journey) == ("finished", False)

    def test_it_can_be_published_again(self, journey):
        lifecycle.finish(journey)
        publishing.publish(journey)

        assert state(journey) == ("active", False)

    def test_of_many_a_worker_takes_out_the_rest(self, journey, monkeypatch):
        monkeypatch.setattr(lifecycle, "BATCH", 2)
        monkeypatch.setattr(lifecycle, "AT_ONCE_SECONDS", -1)
        for _ in range(5):
            inside(journey)

        lifecycle.finish(journey)
        assert Enrolment.objects.inside().count() == 3
        with pytest.raises(ValidationError, match="is being ended still: try again"):
            publishing.publish(journey)
        assert not lifecycle.sweep(seconds=-1)
        assert lifecycle.sweep(seconds=5)
        assert Enrolment.objects.inside().count() == 0


class TestArchive:
    def test_it_is_for_good(self, journey):
        row = inside(journey)
        lifecycle.archive(journey)

        row.refresh_from_db()
        assert (row.exit_reason, state(journey)) == ("ended", ("archived", False))
        with pytest.raises(ValidationError, match="is archived"):
            publishing.publish(journey)

    def test_who_came_in_at_the_same_moment_is_taken_out(self, journey):
        lifecycle.archive(journey)
        row = inside(journey)

        lifecycle.sweep()

        row.refresh_from_db()
        assert (row.state, row.exit_reason, row.due_at) == ("left", "ended", None)


class TestRefusals:
    REFUSED = {
        "draft": ["pause", "hold", "resume", "finish"],
        "active": ["resume"],
        "paused": ["pause"],
        "held": ["pause", "hold"],
        "finished": ["pause", "hold", "resume", "finish"],
        "archived": ["pause", "hold", "resume", "finish", "archive"],
    }

    @pytest.mark.parametrize(
        ("name", "verb"), [(name, verb) for name, verbs in REFUSED.items() for verb in verbs]
    )
    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, journey, name, verb):
        status = "paused" if name == "held" else name
        Journey.objects.filter(pk=journey.pk).update(status=status, is_held=name == "held")
        row = inside(journey)

        with pytest.raises(ValidationError) as refused:
            getattr(lifecycle, verb)(journey)

        assert refused.value.messages == [f"“{journey}” is {name}, so this cannot be done."]
        assert state(journey) == (status, name == "held")
        assert (Hold.objects.count(), row.state) == (0, "ready")
