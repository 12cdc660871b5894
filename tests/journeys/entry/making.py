"""Journeys with terms of entry, and contacts that try them."""

from typing import Any

from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.journeys import publishing
from apps.journeys.entry import by_call
from apps.journeys.models import Enrolment, Journey, Refusal, Version, WaitStep
from tests.factories import a_site


def a_version(site: Site | None = None, **terms: Any) -> Version:
    """A live version with one step, whose contacts enter on these terms."""
    site = site or a_site()
    name = f"Journey {Journey.objects.count()}"
    journey = Journey.objects.create(site=site, name=name, **{"entry_kind": "call", **terms})
    WaitStep.objects.create(journey=journey, name="Wait")
    return published(journey)


def published(journey: Journey, **terms: Any) -> Version:
    """Its next version, with other terms."""
    journey = Journey.objects.get(pk=journey.pk)
    for name, value in terms.items():
        setattr(journey, name, value)
    journey.save()
    return current(publishing.publish(journey))


def current(version: Version) -> Version:
    """The version as the database has it now."""
    return Version.objects.select_related("journey__site").get(pk=version.pk)


def call(version: Version, *contacts: Contact, key: str = "", **context: Any) -> list[Contact]:
    """Have the contacts enter by a call; returns those who did."""
    key = key or f"key {Enrolment.objects.count()} {Refusal.objects.count()}"
    now = timezone.now()
    entered = by_call.call(
        current(version), [row.pk for row in contacts], key=key, context=context, at=now
    )
    return [row for row in contacts if entered[row.pk]]


def leave(version: Version, *, days_ago: float = 0) -> None:
    """Let all who are inside leave, so many days ago."""
    at = timezone.now() - timezone.timedelta(days=days_ago)
    Enrolment.objects.filter(journey=version.journey, left_at=None).update(
        state="left", left_at=at, due_at=None, exit_reason="end"
    )


def refusals() -> list[tuple[Contact, str, int]]:
    """Who was refused by which gate, and how often."""
    rows = Refusal.objects.order_by("contact_id", "journey")
    return [(row.contact, row.gate, row.times) for row in rows]
