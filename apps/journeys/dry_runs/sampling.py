"""Whom a dry run is tried over: a sample drawn by chance, the same for the same seed."""

from dataclasses import dataclass

from django.db.models import QuerySet

from apps.accounts.models import Contact, Site
from apps.journeys.dry_runs.options import Options, Who
from apps.journeys.models import Version
from apps.journeys.primitives import chance
from apps.segments import catalogue, membership
from apps.segments.models import Segment


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The ids of those who are tried, and how many there are of whom they were drawn."""

    ids: list[int]
    audience: int

    @property
    def factor(self) -> float:
        """How many of the audience one of the sample stands for."""
        return self.audience / len(self.ids) if self.ids else 1.0


def draw(terms: Version, options: Options) -> Sample:
    """Return the sample. Raises rules.Broken where the rule cannot be asked."""
    asked = _audience(terms, options)
    drawn = asked.order_by(chance.expression("pk", f"dry run {options.seed}"), "pk")
    ids = list(drawn.values_list("pk", flat=True)[: options.size])
    return Sample(ids=sorted(ids), audience=asked.order_by().count())


def segment_of(site: Site, options: Options) -> Segment | None:
    """Return the segment that is meant; None where none is, or it has gone."""
    return Segment.objects.filter(site=site, pk=options.segment).first()


def _audience(terms: Version, options: Options) -> QuerySet[Contact]:
    site = terms.journey.site
    everybody = Contact.objects.filter(site=site)
    match options.who:
        case Who.SEGMENT:
            segment = segment_of(site, options)
            if segment is None:
                return everybody.none()
            return membership.matching(membership.rule_of(segment), catalogue.of_site(site))
        case Who.RULE if terms.entry_rule:
            return membership.matching(terms.entry_rule, catalogue.of_site(site))
    return everybody
