"""Which journeys send which assets: in what runs, and in what is written."""

from collections.abc import Collection, Iterator

from django.db.models import Exists, F, OuterRef, Q

from apps.assets.usage import Use
from apps.journeys.audience import OVER
from apps.journeys.models import CompiledStep, Enrolment, Journey, PopupStep, PushStep

COLUMNS = {PopupStep: "popup_id", PushStep: "push_id"}


def of_assets(ids: Collection[int]) -> Iterator[Use]:
    """Yield the steps that contacts come to or can still come to, then those that are only
    written, in three queries."""
    known: set[tuple[int, str, int]] = set()
    for step in _running(ids):
        journey, asset = step.version.journey, step.config["asset"]
        is_newest = step.version_id == journey.live_version_id
        known.add((journey.pk, step.key, asset))
        yield Use(
            asset_id=asset,
            row=journey,
            kind="Journey",
            place=step.name,
            is_live=True,
            note=f"live (version {step.version.number})"
            if is_newest
            else f"contacts are still in version {step.version.number}",
        )
    for model, column in COLUMNS.items():
        steps = model.objects.filter(**{f"{column}__in": ids})
        for step in steps.exclude(journey__status__in=OVER).select_related("journey"):
            asset = getattr(step, column)
            if (step.journey_id, step.key, asset) not in known:
                is_published = step.journey.live_version_id is not None
                yield Use(
                    asset_id=asset,
                    row=step.journey,
                    kind="Journey",
                    place=step.name,
                    is_live=False,
                    note="not published yet" if is_published else "draft",
                )


def _running(ids: Collection[int]) -> Iterator[CompiledStep]:
    inside = Enrolment.objects.filter(version=OuterRef("version"), left_at=None)
    return (
        CompiledStep.objects.filter(
            Q(version=F("version__journey__live_version")) | Exists(inside),
            kind__in=[model.kind for model in COLUMNS],
            config__asset__in=list(ids),
            version__journey__status__in=Journey.RUNNING,
        )
        .select_related("version__journey")
        .order_by("version__journey__name", "-version__number", "position")
        .iterator()
    )
