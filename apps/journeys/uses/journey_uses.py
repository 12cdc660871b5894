"""Which journeys name which others: they start them, or let nobody in who is inside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, QuerySet

from apps.journeys.models import CompiledStep, Journey, StartStep
from apps.journeys.uses.audience import OVER


@dataclass(frozen=True, kw_only=True)
class Use:
    """`journey` names the other one; `place` says where, `is_live` that contacts come there."""

    journey: Journey
    place: str
    is_live: bool

    def __str__(self) -> str:
        note = "" if self.is_live else " (not published)"
        return f"“{self.journey}”: {self.place}{note}"


EXCLUDES = "does not let in who is inside"


def of(journey: Journey) -> list[Use]:
    """Return where other journeys that are not over name this one, the live places first; what
    is written as it is live is told once. Four queries."""
    others = Journey.objects.filter(site=journey.site_id).exclude(pk=journey.pk)
    others = others.exclude(status__in=OVER).order_by("name")
    found = {(use.journey.pk, use.place): use for use in _live(journey, others)}
    for use in _written(journey, others):
        found.setdefault((use.journey.pk, use.place), use)
    return list(found.values())


def _live(journey: Journey, others: QuerySet[Journey]) -> Iterator[Use]:
    steps = CompiledStep.objects.filter(
        version=F("version__journey__live_version"),
        version__journey__in=others,
        kind=StartStep.kind,
        config__journey=journey.pk,
    )
    for step in steps.select_related("version__journey"):
        yield Use(journey=step.version.journey, place=_starts(step.name), is_live=True)
    for other in others.select_related("live_version"):
        if other.live_version and journey.pk in other.live_version.excluded:
            yield Use(journey=other, place=EXCLUDES, is_live=True)


def _written(journey: Journey, others: QuerySet[Journey]) -> Iterator[Use]:
    for step in StartStep.objects.filter(target=journey, journey__in=others).select_related(
        "journey"
    ):
        yield Use(journey=step.journey, place=_starts(step.name), is_live=False)
    for other in others:
        if journey.pk in other.excluded:
            yield Use(journey=other, place=EXCLUDES, is_live=False)


def _starts(name: str) -> str:
    return f"starts it at “{name}”"
