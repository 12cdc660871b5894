"""Journeys that a site's own systems let contacts into."""

import itertools

from apps.journeys import publishing
from apps.journeys.models import Journey, WaitStep
from tests.factories import a_contact

_numbers = itertools.count(1)


def a_called_journey(site, **terms):
    """A live journey that is entered by a call, and whose one step waits."""
    values = {"name": f"Called {next(_numbers)}", "entry_kind": "call", **terms}
    if terms.get("control_percent"):
        values["goal_event"] = "purchase"
    journey = Journey.objects.create(site=site, **values)
    WaitStep.objects.create(journey=journey, name="Wait a day", amount=1)
    publishing.publish(journey)
    return journey


def known(site, *external_ids):
    return [a_contact(site, external_id=external_id) for external_id in external_ids]


def enter(system, journey, *entries):
    """Let contacts in as the site's own system does; returns the answer."""
    return system.call("post", f"journeys/{journey.pk}/entries", {"entries": list(entries)})


def became(answer):
    """By item what became of it, and the gate that refused it."""
    return [(row["item"], row["status"], row.get("gate")) for row in answer.json()["entries"]]
