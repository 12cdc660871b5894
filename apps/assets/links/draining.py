"""Looking at the addresses that wait, in short batches."""

import time
from collections import Counter
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.assets.links import looking
from apps.assets.links.looking import Seen
from apps.assets.models import CheckedAddress

# So many at once, of one host fewer: nobody's server is to feel it.
AT_ONCE, PER_HOST = 20, 3
WINDOW = 200
AGAIN = timezone.timedelta(days=7)
# A worker that died while it looked: another may.
LEASE = timezone.timedelta(minutes=5)


def due() -> QuerySet[CheckedAddress]:
    """Return the addresses that were never looked at, or not for a week."""
    now = timezone.now()
    is_left = Q(verdict=CheckedAddress.Verdict.WAITING, checked_at__lt=now - LEASE)
    is_old = Q(checked_at__lt=now - AGAIN)
    return CheckedAddress.objects.filter(Q(checked_at=None) | is_left | is_old)


def drain(*, seconds: float) -> int:
    """Look at what is due until nothing is, or no further batch fits the time; returns how many
    were looked at."""
    end, total = time.monotonic() + seconds, 0
    while time.monotonic() + looking.SECONDS < end:
        rows = claim()
        if not rows:
            break
        seen = looking.look_at([row.address for row in rows])
        for row, what in zip(rows, seen, strict=True):
            _record(row, what)
        total += len(rows)
    return total


@transaction.atomic
def claim() -> list[CheckedAddress]:
    """Take a few that are due, so that no other worker looks at them too."""
    waiting = due().order_by(F("checked_at").asc(nulls_first=True), "pk")
    rows, of_host = [], Counter()
    for row in waiting.select_for_update(skip_locked=True)[:WINDOW]:
        host = _host(row.address)
        if of_host[host] < PER_HOST and len(rows) < AT_ONCE:
            of_host[host] += 1
            rows.append(row)
    ids = [row.pk for row in rows]
    CheckedAddress.objects.filter(pk__in=ids).update(checked_at=timezone.now())
    return rows


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _record(row: CheckedAddress, seen: Seen) -> None:
    CheckedAddress.objects.filter(pk=row.pk).update(
        verdict=seen.verdict,
        problem=seen.problem[:200],
        content_type=seen.content_type[:100],
        width=seen.width,
        height=seen.height,
        size=seen.size,
        checked_at=timezone.now(),
    )
