"""Other journeys in which the contacts of a dry run are, or were lately."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from apps.accounts.id_lists import listed
from apps.journeys.dry_runs.world import World
from apps.journeys.models import Enrolment, Journey


@dataclass(kw_only=True)
class Other:
    """A live journey: who of the sample is inside now, and who entered within the last days, as
    many as are tried."""

    journey: int
    name: str
    inside: set[int] = field(default_factory=set)
    lately: set[int] = field(default_factory=set)


def read(world: World) -> list[Other]:
    """Return the other live journeys of the site, in two queries."""
    terms, options = world.draft.terms, world.options
    rows = Journey.objects.filter(
        site=terms.journey.site_id, live_version__isnull=False, status__in=Journey.RUNNING
    ).exclude(pk=terms.journey_id)
    found = {pk: Other(journey=pk, name=name) for pk, name in rows.values_list("pk", "name")}
    since = world.now - timedelta(days=options.days)
    times = Enrolment.objects.filter(
        Q(left_at=None) | Q(entered_at__gte=since),
        contact__in=listed(world.sample.ids),
        journey__in=found,
        is_control=False,
    ).order_by()
    for journey, contact, entered, left in times.values_list(
        "journey", "contact", "entered_at", "left_at"
    ).iterator(chunk_size=5_000):
        other = found[journey]
        if left is None:
            other.inside.add(contact)
        if entered >= since:
            other.lately.add(contact)
    return sorted(found.values(), key=lambda other: other.journey)
