"""How many contacts a second a push is rendered for: loading what a batch meets, and filling it.

Two label tags with rules, two variations beside the default content, five tags, in batches of
500, on one core. `template_engine` fills the same texts with everything known beforehand: what
the template engine alone could do.
"""

import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact, Property, Site
from apps.assets import models as assets
from apps.assets import payloads, rendering, samples
from apps.assets.audience import Crowd, devices
from apps.assets.misses import misses
from apps.assets.rendering import Source
from apps.assets.tags import render
from apps.segments.models import Segment
from tests.benchmarks import audience
from tests.factories import a_site

CONTACTS, BATCH, RUNS = 20_000, 500, 5
LIMIT = 5_000
AUDIENCE, AUDIENCE_LIMIT = 100_000, 1.0
EVENT = {"event": {"product": "Tent", "slug": "tent-2"}}


def measure() -> Iterator[dict[str, Any]]:
    with audience.scratch():
        site, push = _prepare()
        ids = list(Contact.objects.filter(site=site).order_by("pk").values_list("pk", flat=True))
        batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        _batch(push.pk, batches[0])
        whole = [_timed(push.pk, batches) for _ in range(RUNS)]
        engine = [_engine_alone(push, batches) for _ in range(RUNS)]
        per_second = round(statistics.median(whole))
        alone = round(statistics.median(engine))
        yield {
            "name": "assets.render",
            "value": per_second,
            "unit": "contacts/s",
            "limit": LIMIT,
            "versus": "template_engine",
            "ratio": round(per_second / alone, 3),
            "batch": BATCH,
            "database": connection.vendor,
            "queries_for_1": _queries(push.pk, ids[:1]),
            "queries_for_batch": _queries(push.pk, ids[:BATCH]),
        }
        yield {"name": "assets.template_engine", "value": alone, "unit": "contacts/s"}


def measure_audience() -> Iterator[dict[str, Any]]:
    """How long a marketer waits to see who misses what of a push, and the most bytes."""
    contacts = int(os.environ.get("BENCH_CONTACTS", AUDIENCE))
    with audience.scratch(keep=bool(os.environ.get("BENCH_KEEP"))):
        site = audience.build(contacts=contacts)
        audience.subscribe()
        rule = {"field": "state.plan", "op": "any_of", "value": ["basic", "plus"]}
        segment = Segment.objects.create(site=site, name="Paying", rule=rule)
        push = _push(site)
        _, source = rendering.load(assets.Push, [push.pk])[push.pk]
        for name, chosen in {"everybody": None, "segment": segment}.items():
            times = sorted(_audience(source, chosen) for _ in range(RUNS))
            missing, weighing = (statistics.median(each) for each in zip(*times, strict=True))
            yield {
                "name": f"assets.audience.{name}",
                "value": round(missing + weighing, 3),
                "unit": "s",
                "limit": AUDIENCE_LIMIT,
                "who_misses_what": round(missing, 3),
                "worst_bytes": round(weighing, 3),
                "contacts": contacts,
                "database": connection.vendor,
            }
        segment.delete()
        push.delete()


def _audience(source: Source, segment: Segment | None) -> tuple[float, float]:
    begun = time.perf_counter()
    crowd = Crowd.of(source.site, segment)
    assert misses(source, devices(crowd), ())
    half = time.perf_counter()
    assert samples.take(source, crowd).candidates
    return half - begun, time.perf_counter() - half


def _prepare() -> tuple[Site, assets.Push]:
    site = a_site()
    for name, type in {"first_name": "text", "plan": "text", "orders": "number"}.items():
        Property.objects.create(site=site, name=name, type=type)
    languages, plans = ("en", "de", "fr"), ("free", "gold")
    Contact.objects.bulk_create(
        [
            Contact(
                site=site,
                language=languages[number % 3],
                state={
                    "first_name": f"Anna {number}",
                    "plan": plans[number % 2],
                    "orders": number % 40,
                },
            )
            for number in range(CONTACTS)
        ],
        batch_size=1_000,
    )
    for name, rule in {
        "bonus": {"field": "state.plan", "op": "is", "value": "gold"},
        "greeting": {"field": "state.orders", "op": "gt", "value": 10},
    }.items():
        label = assets.LabelTag.objects.create(site=site, name=name, value="10 %")
        assets.LabelValue.objects.create(label=label, rule=rule, value="20 %")
    return site, _push(site)


def _push(site: Site) -> assets.Push:
    push = assets.Push.objects.create(
        site=site,
        name="Sale",
        status="active",
        title="{{ state.first_name | default: 'friend' }}, {{ label.bonus }} off",
        message="{{ label.greeting }} more on {{ event.product }}",
        url="/p/{{ event.slug }}",
    )
    assets.Button.objects.create(asset=push, label="Show me", url="/sale")
    for position, language in enumerate(("de", "fr")):
        push.variations.create(
            position=position,
            name=language,
            status="active",
            rule={"field": "language", "op": "is", "value": language},
            content={"message": "{{ label.greeting }} mehr auf {{ event.product }}"},
        )
    return push


def _batch(push: int, ids: list[int]) -> list[bytes]:
    """Do for the contacts what a sender does: load, choose, fill, and build the payload."""
    contacts = list(Contact.objects.filter(pk__in=listed(ids)).prefetch_related("site"))
    sources = {pk: source for pk, (_, source) in rendering.load(assets.Push, {push}).items()}
    batch = rendering.Batch.load(sources, contacts)
    return [
        payloads.fit(batch.render(push, contact, EVENT).shown, **payloads.PLACEHOLDER).plaintext
        for contact in contacts
    ]


def _timed(push: int, batches: list[list[int]]) -> float:
    begun = time.perf_counter()
    done = sum(len(_batch(push, ids)) for ids in batches)
    return done / (time.perf_counter() - begun)


def _engine_alone(push: assets.Push, batches: list[list[int]]) -> float:
    contacts = list(Contact.objects.filter(pk__in=batches[0]).prefetch_related("site"))
    said = {"label": {"bonus": "20 %", "greeting": "10 %"}}
    contexts = [{**rendering.context_of(contact, EVENT), **said} for contact in contacts]
    begun = time.perf_counter()
    for _ in range(10):
        for context in contexts:
            for text in (push.title, push.message, push.url):
                render(text, context)
    return 10 * len(contexts) / (time.perf_counter() - begun)


def _queries(push: int, ids: list[int]) -> int:
    reset_queries()
    with CaptureQueriesContext(connection) as captured:
        _batch(push, ids)
    return len(captured)
