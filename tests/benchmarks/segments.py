"""How long a marketer waits for a number, and the house for who is in what.

On PostgreSQL with a million contacts, 1.3 million devices and 5 million events; on SQLite with a
tenth of that. BENCH_CONTACTS changes the size; with BENCH_KEEP=1 the data stays for the next run.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from django.db import connection, transaction

from apps.accounts.models import Contact, Site
from apps.journeys import publishing
from apps.journeys.entry import by_event
from apps.journeys.models import Journey, Version
from apps.segments import catalogue, counting, explaining
from apps.segments.models import Segment
from apps.segments.rules import Rule
from tests.benchmarks import audience
from tests.factories import an_event

RUNS = 5


def _field(name: str, op: str, value: Any) -> Rule:
    return {"field": name, "op": op, "value": value}


def _last(days: int) -> dict[str, Any]:
    return {"op": "in_last", "value": {"amount": days, "unit": "days"}}


def _did(event: str, op: str = "gte", value: int = 1, *, days: int = 30, **more: Any) -> Rule:
    when = {"when": _last(days)}
    return {"event": event, "measure": "count", "op": op, "value": value, **when, **more}


ASK = _field("push_status", "is", "ask")
GOLD = _field("state.plan", "is", "gold")
# The commonest event of all: the hardest to count.
PAGE_VIEWED = _did("page_viewed")
NESTED = {
    "all": [
        _field("language", "any_of", ["de", "en", "fr"]),
        {"any": [GOLD, _did("product_viewed"), {"all": [ASK, _field("state.orders", "gte", 5)]}]},
        {"none": [_did("purchase", days=60)]},
    ]
}
CASES: dict[str, Rule] = {
    "status_is_ask": ASK,
    "reachable": _field("reachable", "is", True),
    "own_text_is": GOLD,
    "own_number_greater": _field("state.orders", "gt", 10),
    "did_3_times_in_30_days": _did("page_viewed", "gte", 3),
    "did_not_in_30_days": {"none": [PAGE_VIEWED]},
    "nested_6_with_2_events": NESTED,
    "did_in_30_days": PAGE_VIEWED,
    "rare_event_in_7_days": _did("complaint", days=7),
    "did_where_number": _did("purchase", where=[_field("price", "gte", 50)]),
    "sum_of_a_number": {
        **_did("purchase", days=90),
        "measure": "sum",
        "of": "price",
        "op": "gt",
        "value": 100,
    },
    "own_date_before": _field("state.born", "before", "1970-01-01"),
    "own_list_has": _field("state.likes", "has", "tech"),
    "device_browser_is": _field("device.browser", "any_of", ["Chrome", "Edge"]),
    "sessions_at_least_5": _field("sessions", "gte", 5),
    "last_push_clicked_in_30_days": _field("push.last_clicked", **_last(30)),
    "last_push_sent_longer_ago": _field("push.last_sent", "more_than_ago", _last(30)["value"]),
    "in_a_list": {"segment": 0, "op": "in"},
    "one_of_two_events": {"any": [PAGE_VIEWED, _did("product_viewed"), GOLD]},
    "neither_of_two_events": {"none": [PAGE_VIEWED, _did("product_viewed", days=60)]},
}
# Seconds that it may take at a million; the others may take as long as the nested one.
AT_ONCE = list(CASES)[:6]
SIMPLE, ANY, ON_SCREEN, OF_ONE = 1, 2.5, 0.3, 0.1


def measure() -> Iterator[dict[str, Any]]:
    """Yield medians of RUNS in seconds, after a first one that is not counted."""
    keep = os.environ.get("BENCH_KEEP") == "1"
    with audience.scratch(keep=keep):
        contacts = audience.size()
        site = audience.build(contacts=contacts)
        where = {"database": connection.vendor, "contacts": contacts, "runs": RUNS}
        for result in chain(_numbers(site), _of_one(site)):
            yield {**result, "unit": "s", **where}


def _median(call: Callable[[], Any]) -> tuple[float, Any]:
    taken, answer = [], call()
    for _ in range(RUNS):
        begun = time.perf_counter()
        answer = call()
        taken.append(time.perf_counter() - begun)
    return round(statistics.median(taken), 4), answer


def _numbers(site: Site) -> Iterator[dict[str, Any]]:
    context = catalogue.of_site(site)
    listed = Segment.objects.get(site=site, name="List").pk
    for case, rule in CASES.items():
        rule = {**rule, "segment": listed} if "segment" in rule else rule
        taken, exact = _median(lambda rule=rule: counting.count(rule, context))
        yield {
            "name": f"segments.count.{case}",
            "value": taken,
            "limit": SIMPLE if case in AT_ONCE else ANY,
            "members": exact.contacts,
        }
        taken, about = _median(lambda rule=rule: counting.estimate(rule, context))
        yield {
            "name": f"segments.estimate.{case}",
            "value": taken,
            "limit": ON_SCREEN,
            "members": about.contacts,
            "off_by": round(abs(about.contacts / exact.contacts - 1), 4) if exact.contacts else 0,
        }


def _of_one(site: Site) -> Iterator[dict[str, Any]]:
    """What a contact's page and an event ask: of one contact, whatever the size of the rest."""
    # The first have most of everything.
    contact = Contact.objects.get(site=site, pk=7)
    context = catalogue.of_site(site)
    rules = [rule for rule in CASES.values() if "segment" not in rule]
    with transaction.atomic():
        for number, rule in enumerate(rules):
            Segment.objects.create(site=site, name=f"Segment {number}", rule=rule)
        version = _live(site)
        event = an_event(contact, "login")
        for name, call in {
            "explain": lambda: explaining.explain(NESTED, contact, context),
            "of_a_contact": lambda: explaining.segments_of(contact),
            "contact_by_external_id": lambda: Contact.objects.filter(
                site=site, external_id="customer-500"
            ).first(),
            "enrol_one": lambda: _enrol(version, contact.pk, event),
        }.items():
            taken, _ = _median(call)
            yield {"name": f"segments.{name}", "value": taken, "limit": OF_ONE}
        transaction.set_rollback(True)


def _live(site: Site) -> Version:
    journey = Journey.objects.get(site=site)
    journey.entry_event, journey.entry_rule = "login", NESTED
    journey.save()
    return publishing.publish(journey)


def _enrol(version: Version, contact_id: int, event: Any) -> None:
    with transaction.atomic():
        by_event.enter_version(version, [event])
        transaction.set_rollback(True)
