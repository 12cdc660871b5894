"""What became of the messages of assets: read-only counts, a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from apps.assets.models import Asset
from apps.delivery.models import Popup, Push


@dataclass(frozen=True, kw_only=True)
class PushNumbers:
    """Messages of one push asset; `failed` counts by reason, in words; `slimmed` are those of the
    accepted that something was left out of so that they fit."""

    queued: int
    accepted: int
    shown: int
    clicked: int
    dismissed: int
    slimmed: int
    failed: dict[str, int]

    @property
    def total(self) -> int:
        return self.queued + self.accepted + sum(self.failed.values())


@dataclass(frozen=True, kw_only=True)
class PopupNumbers:
    """Popups of one popup asset; `answers` counts by how they ended, in words."""

    queued: int
    shown: int
    answers: dict[str, int]


def of_push(asset: Asset) -> PushNumbers:
    rows = Push.objects.filter(asset=asset.pk).order_by()
    counts = rows.aggregate(
        queued=Count("pk", filter=Q(status__in=[Push.Status.QUEUED, Push.Status.SENDING])),
        accepted=Count("pk", filter=Q(status=Push.Status.ACCEPTED)),
        shown=Count("shown_at"),
        clicked=Count("clicked_at"),
        dismissed=Count("dismissed_at"),
        slimmed=Count("pk", filter=Q(status=Push.Status.ACCEPTED) & ~Q(left_out="")),
    )
    failed = rows.filter(status=Push.Status.FAILED).values_list("reason").annotate(Count("pk"))
    return PushNumbers(**counts, failed=_in_words(failed, Push.Reason))


def of_popup(asset: Asset) -> PopupNumbers:
    rows = Popup.objects.filter(asset=asset.pk).order_by()
    counts = rows.aggregate(queued=Count("pk"), shown=Count("shown_at"))
    answers = rows.exclude(answered_at=None).values_list("status").annotate(Count("pk"))
    return PopupNumbers(**counts, answers=_in_words(answers, Popup.Status))


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """Messages that one step of a campaign asked for with one asset. A push is `accepted` by its
    push service, then shown, then clicked; a popup is shown, then answered."""

    accepted: int = 0
    shown: int = 0
    clicked: int = 0
    answered: int = 0


# Their time is over all the same.
_UNANSWERED = (Popup.Status.UNSEEN, Popup.Status.WITHDRAWN)

# By the key of the step and the id of the asset.
Funnels = dict[tuple[str, int], Funnel]


def pushes_of_campaign(
    campaign: str, *, since: datetime | None = None, until: datetime | None = None
) -> Funnels:
    """Return what became of its pushes, queued from `since` until before `until`. One query."""
    return _funnels(
        Push.objects.filter(campaign=campaign),
        since,
        until,
        accepted=Count("pk", filter=Q(status=Push.Status.ACCEPTED)),
        shown=Count("shown_at"),
        clicked=Count("clicked_at"),
    )


def popups_of_campaign(
    campaign: str, *, since: datetime | None = None, until: datetime | None = None
) -> Funnels:
    """Return what became of its popups, queued from `since` until before `until`. One query."""
    answered = Count("answered_at", filter=~Q(status__in=_UNANSWERED))
    rows = Popup.objects.filter(campaign=campaign)
    return _funnels(rows, since, until, shown=Count("shown_at"), answered=answered)


def _funnels(
    rows: QuerySet[Any], since: datetime | None, until: datetime | None, **counts: Count
) -> Funnels:
    if since:
        rows = rows.filter(queued_at__gte=since)
    if until:
        rows = rows.filter(queued_at__lt=until)
    found = rows.order_by().values("step", "asset").annotate(**counts)
    return {(row.pop("step"), row.pop("asset")): Funnel(**row) for row in found}


def _in_words(counts: Iterable[tuple[str, int]], choices: type) -> dict[str, int]:
    return {choices(value).label: count for value, count in sorted(counts)}
