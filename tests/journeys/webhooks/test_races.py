"""Workers that call while others do, while contacts leave, and while time runs out."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys import engine
from apps.journeys.models import Call, Enrolment, Visit
from apps.journeys.webhooks import answers, draining, hosts, recording
from tests.journeys.webhooks.callers import a_calling_journey
from tests.journeys.webhooks.test_draining import queued
from tests.races import Meanwhile, on_postgresql

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]

TAKEN = answers.Answer(outcome=answers.Outcome.TAKEN, words="200")


def test_several_workers_make_every_call_once(receiver):
    queued(a_calling_journey(f"{receiver.origin}/hook"), 60)

    workers = [Meanwhile(lambda: draining.drain(seconds=20)) for _ in range(3)]
    for worker in workers:
        worker.ends()

    assert Counter(receiver.ids) == {str(call.uid): 1 for call in Call.objects.all()}
    assert Visit.objects.filter(outcome="taken").count() == 60


def test_an_answer_and_the_end_of_patience_lead_on_once_and_agree(receiver):
    for _ in range(5):
        rows = queued(a_calling_journey(f"{receiver.origin}/hook"), 20)
        calls = draining.claim(40, hosts.Hosts())
        past = timezone.now() - timedelta(seconds=1)
        Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=past)

        results = [recording.Result(call=call, answer=TAKEN) for call in calls]
        both = [
            Meanwhile(lambda results=results: recording.record(results)),
            Meanwhile(lambda: engine.drain(seconds=5)),
        ]
        for one in both:
            one.ends()

        for row in rows:
            outcome = row.visits.get(number=1).outcome
            assert (outcome, row.calls.get().status) in [
                ("taken", "answered"),
                ("failed", "failed"),
            ]


def test_answers_and_leaving_never_wait_for_each_other(receiver):
    for _ in range(5):
        rows = queued(a_calling_journey(f"{receiver.origin}/hook"), 20)
        calls = draining.claim(40, hosts.Hosts())
        ids = [row.pk for row in rows]

        results = [recording.Result(call=call, answer=TAKEN) for call in calls]
        both = [
            Meanwhile(lambda results=results: recording.record(results)),
            Meanwhile(
                lambda ids=ids: Enrolment.objects.filter(pk__in=ids).leave(Enrolment.Exit.HAND)
            ),
            Meanwhile(Call.objects.withdraw_left),
        ]
        for one in both:
            one.ends()

        assert not Enrolment.objects.inside().filter(pk__in=ids).exists()
        assert Visit.objects.filter(enrolment__in=ids).count() == 20
