"""Workers that die over calls, and contacts who leave meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys import tasks
from apps.journeys.models import Call, Enrolment, Journey
from apps.journeys.webhooks import draining, hosts, recording
from tests.journeys.webhooks.callers import a_calling_journey, how_it_ended, queued

pytestmark = pytest.mark.django_db


class TestWorkersThatDie:
    def test_a_call_that_was_answered_and_not_recorded_is_made_again(self, receiver, monkeypatch):
        row = queued(a_calling_journey(f"{receiver.origin}/hook"))[0]

        def die(results):
            raise SystemExit

        with monkeypatch.context() as dying, pytest.raises(SystemExit):
            dying.setattr(draining, "record", die)
            draining.drain(seconds=1)
        call = Call.objects.get()
        assert (len(receiver.calls), call.status, call.attempts) == (1, "queued", 1)
        assert tasks.call_webhooks() == 0
        Call.objects.update(due_at=timezone.now() - timedelta(seconds=1))

        assert tasks.call_webhooks() == 1

        assert receiver.ids == [str(call.uid)] * 2
        assert how_it_ended(row) == ("taken", "")

    def test_what_cannot_be_recorded_for_one_is_recorded_for_the_others(
        self, receiver, monkeypatch
    ):
        rows = queued(a_calling_journey(f"{receiver.origin}/hook"), 3)
        lead_on = recording.moving.lead_on

        def breaking(step, ids, outcome, **options):
            if rows[1].pk in ids:
                raise ValueError("This one is broken.")
            lead_on(step, ids, outcome, **options)

        monkeypatch.setattr(recording.moving, "lead_on", breaking)

        tasks.call_webhooks()

        assert list(Call.objects.order_by("pk").values_list("status", flat=True)) == [
            "answered", "queued", "answered"
        ]  # fmt: skip

    def test_a_late_answer_changes_nothing_of_a_call_in_other_hands(self, receiver):
        queued(a_calling_journey(f"{receiver.origin}/hook"))
        (mine,) = draining.claim(1, hosts.Hosts())
        Call.objects.update(due_at=timezone.now())
        draining.claim(1, hosts.Hosts())
        lease = Call.objects.get().due_at

        recording.record([recording.Result(call=mine, answer=recording_answer("later"))])

        assert Call.objects.get().due_at == lease

    def test_two_workers_take_no_call_twice(self, receiver):
        queued(a_calling_journey(f"{receiver.origin}/hook"), 3)

        first, second = (draining.claim(2, hosts.Hosts()) for _ in range(2))

        assert len({call.pk for call in first + second}) == 3


class TestThoseWhoHaveLeft:
    def test_nobody_is_called_for_them_and_the_call_says_so(self, receiver):
        stays, leaves = queued(a_calling_journey(f"{receiver.origin}/hook"), 2)
        Enrolment.objects.filter(pk=leaves.pk).leave(Enrolment.Exit.HAND)

        tasks.call_webhooks()

        assert receiver.ids == [str(stays.calls.get().uid)]
        call = leaves.calls.get()
        assert (call.status, call.due_at) == ("withdrawn", None)

    def test_an_answer_that_comes_after_leaving_leads_nobody_on(self, receiver):
        row = queued(a_calling_journey(f"{receiver.origin}/hook"))[0]
        (call,) = draining.claim(1, hosts.Hosts())
        Enrolment.objects.filter(pk=row.pk).leave(Enrolment.Exit.HAND)

        recording.record([recording.Result(call=call, answer=recording_answer("taken"))])

        row.refresh_from_db()
        assert (row.state, row.exit_reason) == ("left", "hand")
        assert Call.objects.get().status == "answered"

    @pytest.mark.parametrize("changes", [{"is_held": True}, {"status": "finished"}])
    def test_journeys_that_stand_still_call_nobody(self, receiver, changes):
        queued(a_calling_journey(f"{receiver.origin}/hook"))
        Journey.objects.update(**changes)

        assert tasks.call_webhooks() == 0
        assert (receiver.calls, Call.objects.get().status) == ([], "queued")


def recording_answer(outcome):
    return draining.answers.Answer(outcome=draining.answers.Outcome(outcome), words="said")
