"""Which journeys send which assets: in what runs, and in what is written; and what they can send
no more."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Q

from apps.assets.library.usage import Use
from apps.assets.models import Asset
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
    for step in _running(Q(config__asset__in=list(ids))):
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


def out_of_use(journeys: Iterable[Journey]) -> dict[int, list[str]]:
    """Return by the id of each journey, of those that run, why steps that contacts come to or can
    still come to send nothing: their asset is not active. Two queries."""
    steps = list(_running(Q(version__journey__in=[row.pk for row in journeys])))
    named = Asset.objects.filter(pk__in={step.config["asset"] for step in steps})
    inactive = {row.pk: row for row in named.non_polymorphic() if not row.is_active}
    found: dict[int, list[str]] = defaultdict(list)
    for step in steps:
        if asset := inactive.get(step.config["asset"]):
            words = f"Step “{step}”: “{asset}” is {asset.get_status_display().lower()}."
            if words not in found[step.version.journey_id]:
                found[step.version.journey_id].append(words)
    return dict(found)


def _running(which: Q) -> Iterator[CompiledStep]:
    inside = Enrolment.objects.filter(version=OuterRef("version"), left_at=None)
    return (
        CompiledStep.objects.filter(
            Q(version=F("version__journey__live_version")) | Exists(inside),
            which,
            kind__in=[model.kind for model in COLUMNS],
            version__journey__status__in=Journey.RUNNING,
        )
        .select_related("version__journey")
        .order_by("version__journey__name", "-version__number", "position")
        .iterator()
    )
