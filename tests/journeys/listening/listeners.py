"""Contacts on their way through a journey that listens, and what happens to them."""

import itertools
from datetime import timedelta

from django.utils import timezone

from apps.accounts import events
from apps.journeys import engine, publishing
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment, Journey, Lead, WaitForEventStep, WaitStep
from tests.factories import a_property, a_site
from tests.journeys.flows import enrolled

MINUTE = timedelta(minutes=1)
# Where of a purchase, for one that cost much.
DEAR = [{"field": "price", "op": "gte", "value": 100}]


def waiting_for(*names, where=()):
    """What a step awaits: events by the names of which it leads on."""
    return [{"key": name, "name": name, "event": name, "where": list(where)} for name in names]


def a_live_journey(*steps, site=None, **terms):
    """A published journey of steps (a class and its values), each outcome of one leading to the
    next; nobody enters it by an event. The site knows what a purchase has cost."""
    terms = {"entry_kind": Journey.Entry.CALL, **terms}
    site = site or a_site()
    a_property(site, "price", "number", event="purchase")
    journey = Journey.objects.create(site=site, name="Flow", **terms)
    made = [
        kind.objects.create(journey=journey, name=f"Step {n}", position=n, **values)
        for n, (kind, values) in enumerate(steps or [(WaitStep, {})])
    ]
    for step, following in itertools.pairwise(made):
        for outcome, _ in step.outcomes:
            Lead.objects.create(step=step, outcome=outcome, target=following)
    publishing.publish(journey)
    return journey


def an_awaiting_journey(*names, where=(), **terms):
    step = (WaitForEventStep, {"events": waiting_for(*names, where=where)})
    return a_live_journey(step, (WaitStep, {}), **terms)


def come_in(journey, number=1, ago=MINUTE):
    """Contacts who came in a minute ago and have been looked at by the engine."""
    rows = enrolled(journey, number)
    engine.drain()
    came = timezone.now() - ago
    Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(
        entered_at=came, arrived_at=came
    )
    return rows


def happens(row, name, at=None, **properties):
    new = events.NewEvent(contact=row.contact, name=name, properties=properties, at=at)
    return events.track_many([new])[0]


def hear():
    while hearing.handle():
        pass


def where_it_is(row):
    row.refresh_from_db()
    return (row.step.name, row.state)


def path(row):
    return list(row.visits.values_list("step__name", "outcome"))
