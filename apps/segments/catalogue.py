"""What a site knows, loaded for its rules."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.accounts.models import EventName, Property, Site
from apps.segments.models import Segment
from apps.segments.rules import Context, KnownSegment


def of_site(site: Site, *, now: datetime | None = None) -> Context:
    """Return what rules of the site can name, in three queries, as of `now`."""
    properties: dict[str, str] = {}
    of_events: dict[str, dict[str, str]] = {}
    rows = Property.objects.filter(site=site).order_by("name")
    for event, name, type in rows.values_list("event_name__name", "name", "type"):
        (of_events.setdefault(event, {}) if event else properties)[name] = type
    names = EventName.objects.filter(site=site).order_by("name").values_list("name", "pk")
    segments = Segment.objects.filter(site=site).order_by("name")
    return Context(
        site_id=site.pk,
        zone=ZoneInfo(site.time_zone),
        now=now or timezone.now(),
        properties=properties,
        events=dict(names),
        event_properties=of_events,
        segments={
            pk: KnownSegment(id=pk, name=name, rule=rule if kind == Segment.Kind.RULE else None)
            for pk, name, kind, rule in segments.values_list("pk", "name", "kind", "rule")
        },
    )
