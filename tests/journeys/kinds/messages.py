"""Journeys that send messages, and how contacts leave their steps."""

from django.db import transaction
from django.utils import timezone

from apps.delivery.models import Push
from apps.journeys.kinds import KINDS, Batch
from apps.journeys.models import CompiledStep, Enrolment, PushAlternative, PushStep
from tests.delivery.receivers import a_receiver
from tests.factories import a_push
from tests.journeys.kinds.flows import a_flow, publish_again


def receivers(site, number, **values):
    return [a_receiver(site, **values) for _ in range(number)]


def a_push_flow(site, *others, push=None, category="marketing", **values):
    """A journey that sends a push, or one of several: pairs of push and share."""
    step = PushStep(push=push or a_push(site), **values)
    journey = a_flow(site, step, category=category)
    for other, share in others:
        PushAlternative.objects.create(step=journey.steps.get(), push=other, share=share)
    if others:
        publish_again(journey)
    return journey


def a_batch(rows, now=None):
    step = CompiledStep.objects.get(pk=rows[0].step_id)
    held = list(Enrolment.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
    return Batch(step=step, rows=held, now=now or timezone.now())


@transaction.atomic
def arrive_at(rows, now):
    batch = a_batch(rows, now)
    return KINDS[batch.step.kind].arrive(batch)


@transaction.atomic
def time_out(rows, now=None):
    batch = a_batch(rows, now)
    return KINDS[batch.step.kind].time_out(batch)


def ways(moves):
    """How many leave by which outcome and why; and how many wait until when."""
    leaving = {way: len(rows) for way, rows in moves.leaving.items() if rows}
    return leaving | {until: len(rows) for until, rows in moves.waiting.items() if rows}


def sent(*contacts):
    """The ids of the pushes that are queued for the contacts, in their order."""
    found = dict(Push.objects.values_list("contact", "asset"))
    return [found.get(contact.pk) for contact in contacts]
