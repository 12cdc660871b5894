"""Which journeys send which assets: in what runs, and in what is written."""

from collections.abc import Collection, Iterator

from django.db.models import Exists, F, OuterRef, Q

from apps.assets.library.usage import Use
from apps.journeys.audience import OVER
from apps.journeys.models import CompiledStep, Enrolment, Journey, PopupStep, PushStep

COLUMNS = {PopupStep: "popup_id", PushStep: "push_id"}


def of_assets(ids: Collection[int]) -> Iterator[Use]:
    """Yield the steps that contacts come to or can still come to, then those that are only
    written, in three queries."""
    written = {
        (step.journey_id, step.key, getattr(step, column)): step
        for model, column in COLUMNS.items()
        for step in model.objects.filter(**{f"{column}__in": ids}).select_related("journey")
    }
    known: set[tuple[int, str, int]] = set()
    for step in _running(ids):
        journey = step.version.journey
        place = (journey.pk, step.key, step.config["asset"])
        known.add(place)
        yield Use(
            asset_id=step.config["asset"],
            row=journey,
            kind="Journey",
            place=step.name,
            is_live=True,
            is_kept=place in written,
            note=_note(step),
        )
    for place, step in written.items():
        if place not in known and step.journey.status not in OVER:
            is_published = step.journey.live_version_id is not None
            yield Use(
                asset_id=place[-1],
                row=step.journey,
                kind="Journey",
                place=step.name,
                is_live=False,
                is_kept=True,
                note="not published yet" if is_published else "draft",
            )


def _note(step: CompiledStep) -> str:
    version = step.version
    if version.pk == version.journey.live_version_id:
        return f"live (version {version.number})"
    return f"contacts are still in version {version.number}"


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
