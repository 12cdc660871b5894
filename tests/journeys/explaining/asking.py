"""Asking why, and reading the answer."""

from apps.journeys.explaining import explain
from apps.journeys.explaining.asking import in_zone
from apps.journeys.models import Journey
from apps.journeys.primitives.local_time import zone_of


def of(version, contact, **options):
    journey = Journey.objects.select_related("site", "live_version").get(pk=version.journey_id)
    return explain(journey, contact, **options)


def gate(version, contact, name, **options):
    """Whether the gate is met, what it asks and what was found."""
    row = next(row for row in of(version, contact, **options).gates if row.name == name)
    return (row.is_met, row.asked, row.found)


def when(version, moment):
    """The moment in words, by the clocks of the site."""
    return in_zone(moment, zone_of("", version.journey.site.time_zone))
