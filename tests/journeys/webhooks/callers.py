"""Journeys with a webhook step, and contacts in them."""

import itertools

from django.utils import timezone

from apps.journeys import engine, publishing, tasks
from apps.journeys.models import Call, Enrolment, Journey, WebhookStep
from apps.journeys.webhooks import signing
from tests.factories import a_contact, a_site

_numbers = itertools.count(1)


def a_signing_site(**values):
    site = a_site(**values)
    signing.create_secret(site)
    return site


def a_calling_journey(url, site=None, **step):
    """A live journey whose one step calls the address."""
    journey = Journey.objects.create(
        site=site or a_signing_site(), name=f"Calls {next(_numbers)}", entry_kind="call"
    )
    WebhookStep.objects.create(journey=journey, name="Tell the shop", url=url, **step)
    publishing.publish(journey)
    return journey


def enrolled(journey, *, event=None, tags=None, **contact):
    """The enrolment of a fresh contact of the journey's site, which has come to the step."""
    version = journey.live_version
    return Enrolment.objects.create(
        journey=journey,
        version=version,
        contact=a_contact(journey.site, **contact),
        step=version.steps.first(),
        number=1,
        entry_key="1",
        context={"event": event or {}, "journey": tags or {}},
    )


def how_it_ended(enrolment):
    """The outcome and the word on why with which the enrolment left its first step."""
    visit = enrolment.visits.get(number=1)
    return visit.outcome, visit.detail


def queued(journey, number=1, **values):
    """So many contacts who wait for the answer to their calls."""
    rows = [enrolled(journey, **values) for _ in range(number)]
    engine.drain()
    return rows


def called(url, number=1, **step):
    """Queue calls to the address, have a worker make them, and return them."""
    queued(a_calling_journey(url, **step), number)
    tasks.call_webhooks()
    return list(Call.objects.order_by("pk"))


def seconds_until(moment):
    return (moment - timezone.now()).total_seconds()
