"""What sites know, loaded for their rules."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.accounts.models import EventName, Property, Site
from apps.segments.models import Segment
from apps.segments.rules import Context, KnownSegment, Rule, conditions
from apps.segments.rules.fields import STATE


def of_site(site: Site, *, now: datetime | None = None) -> Context:
    """Return what rules of the site can name, in three queries, as of `now`."""
    return of_sites([site], now=now)[site.pk]


def of_rule(rule: Rule, site: Site) -> Context:
    """Return what the rule needs to know of its site: no query where it names nothing of the
    site's own, as of an event that every visit brings."""
    for _, node in conditions(rule):
        if "field" not in node or str(node["field"]).startswith(STATE):
            return of_site(site)
    return Context(site_id=site.pk, zone=ZoneInfo(site.time_zone), now=timezone.now())


def of_sites(sites: Iterable[Site], *, now: datetime | None = None) -> dict[int, Context]:
    """Return by the site's id what rules of each can name, in three queries for all of them."""
    sites = list(sites)
    properties: dict[int, dict[str, str]] = defaultdict(dict)
    of_events: dict[int, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    rows = Property.objects.filter(site__in=sites).order_by("name")
    for site, event, name, type in rows.values_list("site", "event_name__name", "name", "type"):
        (of_events[site][event] if event else properties[site])[name] = type
    events: dict[int, dict[str, int]] = defaultdict(dict)
    names = EventName.objects.filter(site__in=sites).order_by("name")
    for site, name, pk in names.values_list("site", "name", "pk"):
        events[site][name] = pk
    segments = _segments(sites)
    return {
        site.pk: Context(
            site_id=site.pk,
            zone=ZoneInfo(site.time_zone),
            now=now or timezone.now(),
            properties=properties[site.pk],
            events=events[site.pk],
            event_properties=dict(of_events[site.pk]),
            segments=segments[site.pk],
        )
        for site in sites
    }


def _segments(sites: list[Site]) -> dict[int, dict[int, KnownSegment]]:
    found: dict[int, Any] = defaultdict(dict)
    rows = Segment.objects.filter(site__in=sites).order_by("name")
    for site, pk, name, kind, rule in rows.values_list("site", "pk", "name", "kind", "rule"):
        known = KnownSegment(id=pk, name=name, rule=rule if kind == Segment.Kind.RULE else None)
        found[site][pk] = known
    return found
