"""Journeys with terms of entry, and contacts that try them."""

from datetime import time
from typing import Any

from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.journeys import publishing
from apps.journeys.entry import by_call
from apps.journeys.models import Enrolment, Journey, Refusal, Tally, Version, WaitStep
from tests.factories import a_site


def a_version(site: Site | None = None, **terms: Any) -> Version:
    """A live version with one step, whose contacts enter on these terms, and on those without
    which it could not be published."""
    site = site or a_site()
    needed = {"entry_kind": "call", "at_time": time(9)}
    if terms.get("control_percent"):
        needed["goal_event"] = "purchase"
    name = f"Journey {Journey.objects.count()}"
    journey = Journey.objects.create(site=site, name=name, **{**needed, **terms})
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


def assert_refused(version: Version, contact: Contact, gate: str) -> None:
    """One more call of the contact changes nothing but what is remembered of it."""
    before = list(Enrolment.objects.order_by("pk").values()), list(Tally.objects.values())
    times = sum(Refusal.objects.filter(contact=contact).values_list("times", flat=True))

    assert call(version, contact) == []

    assert before == (list(Enrolment.objects.order_by("pk").values()), list(Tally.objects.values()))
    assert refusals() == [(contact, gate, times + 1)]


def refuse_twice(version: Version, contact: Contact, gate: str) -> None:
    assert_refused(version, contact, gate)
    assert_refused(version, contact, gate)
