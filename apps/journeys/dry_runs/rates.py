"""How contacts answer popups: as they did, or as is assumed."""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from django.db.models import Count, Q

from apps.assets.models import Button
from apps.delivery.models import Popup
from apps.journeys.dry_runs.options import ANSWERS

# So many must have been shown before what they said counts.
ENOUGH = 50
# Nobody has measured these: they are Pushdesk's own guess, and every result says so.
ASSUMED = {
    "allowed": 10.0,
    "blocked": 3.0,
    "dismissed": 5.0,
    "clicked": 2.0,
    "declined": 30.0,
    "closed": 50.0,
}
# Only who is asked for permission can answer so.
OF_PERMISSION = frozenset({"allowed", "blocked", "dismissed"})


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Percents by outcome, of those who see it; what is left to 100 closes it, unanswered.

    `source` is `given`, `measured` or `assumed`; `shown` is how many of it were shown.
    """

    percents: dict[str, float]
    source: str
    shown: int = 0


def asking(assets: Collection[int]) -> set[int]:
    """Return which of the popups ask for permission."""
    buttons = Button.objects.filter(
        asset__in=assets, variation=None, action=Button.Action.ASK_PERMISSION
    )
    return set(buttons.values_list("asset", flat=True))


def of_popups(
    assets: Collection[int], given: dict[str, float], *, asking: Collection[int]
) -> dict[int, Rates]:
    """Return the rates of each popup by the id of its asset, in one query; `asking` are those
    that ask for permission."""
    counts = {pk: dict.fromkeys(ANSWERS, 0) for pk in assets}
    if not given:
        ended = Popup.objects.filter(asset__in=assets, shown_at__isnull=False)
        rows = ended.filter(Q(answered_at__isnull=False) | Q(status__in=ANSWERS))
        for pk, status, number in (
            rows.order_by().values_list("asset", "status").annotate(n=Count("pk"))
        ):
            if status in counts[pk]:
                counts[pk][status] += number
    return {pk: _of(found, given, asks=pk in asking) for pk, found in counts.items()}


def _of(counts: dict[str, int], given: dict[str, float], *, asks: bool) -> Rates:
    shown = sum(counts.values())
    if not given and shown >= ENOUGH:
        measured = {name: 100 * number / shown for name, number in counts.items()}
        return Rates(percents=measured, source="measured", shown=shown)
    percents = {
        name: rate for name, rate in (given or ASSUMED).items() if asks or name not in OF_PERMISSION
    }
    return Rates(percents=percents, source="given" if given else "assumed", shown=shown)


def drawn(percents: dict[str, float], random: Random, *, otherwise: str) -> str:
    """Return an outcome, each as likely as its percents say, and `otherwise` with what is left."""
    left = random.random() * 100
    for name, percent in percents.items():
        if left < percent:
            return name
        left -= percent
    return otherwise
