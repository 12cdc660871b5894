"""Which journeys send which assets: in what runs, and in what is written; and what they can send
no more."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Q

from apps.assets.library.usage import Use
from apps.assets.models import Asset
from apps.journeys.models import (
    CompiledStep,
    Journey,
    PopupStep,
    PushAlternative,
    PushStep,
)
from apps.journeys.models.enrolments import steps_with_somebody
from apps.journeys.uses.audience import OVER


def of_assets(ids: Collection[int]) -> Iterator[Use]:
    """Yield the steps that contacts come to or can still come to, then those that are only
    written, in four queries."""
    written = {(step.journey_id, step.key, pk): step for step, pk in _written(ids)}
    known: set[tuple[int, str, int]] = set()
    for step, asset_id in _sent(_running(Q()), set(ids)):
        journey = step.version.journey
        place = (journey.pk, step.key, asset_id)
        known.add(place)
        yield Use(
            asset_id=asset_id,
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


def _written(ids: Collection[int]) -> Iterator[tuple[PopupStep | PushStep, int]]:
    for step in PopupStep.objects.filter(popup__in=ids).select_related("journey"):
        yield step, step.popup_id
    for step in PushStep.objects.filter(push__in=ids).select_related("journey"):
        yield step, step.push_id
    others = PushAlternative.objects.filter(push__in=ids).select_related("step__journey")
    for row in others:
        yield row.step, row.push_id


def assets_of(step: CompiledStep) -> list[int]:
    """Return the ids of the assets that the step sends."""
    if step.kind == PushStep.kind:
        return [pk for pk, _ in step.config["pushes"]]
    return [step.config["asset"]]


def _sent(steps: Iterable[CompiledStep], ids: set[int]) -> Iterator[tuple[CompiledStep, int]]:
    return ((step, pk) for step in steps for pk in assets_of(step) if pk in ids)


def _note(step: CompiledStep) -> str:
    version = step.version
    if version.pk == version.journey.live_version_id:
        return f"live (version {version.number})"
    return f"contacts are still in version {version.number}"


def out_of_use(journeys: Iterable[Journey]) -> dict[int, list[str]]:
    """Return by the id of each journey, of those that run, why steps that contacts come to or can
    still come to send nothing: their asset is not active. Two queries."""
    steps = list(_running(Q(version__journey__in=[row.pk for row in journeys])))
    named = Asset.objects.filter(pk__in={pk for step in steps for pk in assets_of(step)})
    inactive = {row.pk: row for row in named.non_polymorphic() if not row.is_active}
    found: dict[int, list[str]] = defaultdict(list)
    for step, asset_id in _sent(steps, set(inactive)):
        asset = inactive[asset_id]
        words = f"Step “{step}”: “{asset}” is {asset.get_status_display().lower()}."
        if words not in found[step.version.journey_id]:
            found[step.version.journey_id].append(words)
    return dict(found)


def _running(which: Q) -> Iterator[CompiledStep]:
    inside = steps_with_somebody().filter(version=OuterRef("version"))
    return (
        CompiledStep.objects.filter(
            Q(version=F("version__journey__live_version")) | Exists(inside),
            which,
            kind__in=[PopupStep.kind, PushStep.kind],
            version__journey__status__in=Journey.RUNNING,
        )
        .select_related("version__journey")
        .order_by("version__journey__name", "-version__number", "position")
        .iterator()
    )
