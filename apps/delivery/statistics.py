"""What became of the messages of assets: read-only counts, a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

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


def _in_words(counts: Iterable[tuple[str, int]], choices: type) -> dict[str, int]:
    return {choices(value).label: count for value, count in sorted(counts)}
