"""Contacts by the million, and putting them at a step, each in one statement."""

import itertools
import os
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import Contact, Site, WakeUp
from apps.delivery import pushes
from apps.devices.models import Device
from apps.journeys import publishing
from apps.journeys.listening import hearing
from apps.journeys.models import Journey, Lead, Step
from tests.benchmarks import audience
from tests.benchmarks.dialects import dialect
from tests.factories import a_property, a_site

STATUSES = {"ask": 60, "allowed": 40}


def size() -> int:
    """Return how many contacts: BENCH_CONTACTS, or a million; 100,000 on SQLite."""
    default = 100_000 if connection.vendor == "sqlite" else 1_000_000
    return int(os.environ.get("BENCH_CONTACTS", default))


def build(contacts: int) -> Site:
    """Return a site with so many contacts, each with a device that may be sent to."""
    # Only what is measured runs here: nobody may be woken to send, nor to move.
    tomorrow = timezone.now() + timezone.timedelta(days=1)
    for task in (pushes.SEND, hearing.ADVANCE):
        WakeUp.objects.create(task=task, is_called=True, called_at=tomorrow)
    with transaction.atomic():
        site = a_site(name="Bench")
        sql = dialect(contacts)
        state = sql.object({"plan": sql.one_of(audience.PLANS, "c")})
        columns = {
            "site_id": str(site.pk),
            "state": state,
            "push_status": sql.one_of(STATUSES, "b"),
            "is_reachable": "true",
            "created_at": "at",
        }
        audience.insert(sql, Contact, contacts, columns)
        device = {"uid": sql.uid(), "contact_id": "i", "created_at": "at", "last_seen_at": "at"}
        audience.insert(sql, Device, contacts, device)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Contact, Device]):
                cursor.execute(statement)
    audience.subscribe()
    # As traffic would have taught it: rules may ask for it.
    a_property(site, "plan")
    tidy()
    return site


def tidy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def a_journey(site: Site, *steps: Step, **terms: Any) -> Journey:
    """A published journey through the steps, all outcomes of each leading to the next."""
    journey = Journey.objects.create(site=site, name=f"Through {Journey.objects.count()}", **terms)
    for position, step in enumerate(steps):
        step.journey, step.position, step.name = journey, position, f"{step.kind} {position}"
        step.save()
    for step, following in itertools.pairwise(steps):
        Lead.objects.bulk_create(
            Lead(step=step, outcome=outcome, target=following) for outcome, _ in step.outcomes
        )
    publishing.publish(journey)
    return journey
