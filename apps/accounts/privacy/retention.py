"""How long what grows with traffic is kept; the settings say which table by which rule.

Removed in short transactions, so that nobody waits: whatever ends this, what is committed is
done, and the next run goes on with the rest.
"""

import time
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.accounts.privacy.relations import remove

BATCH = 2_000
# SQLite lets a busy writer starve the others: every pause lets the web in.
PAUSE_SECONDS = 0.05


def too_old() -> Iterator[tuple[str, QuerySet[Any]]]:
    """Yield, per table, its name in words and the rows of it that may go now."""
    for rule in settings.RETENTION:
        if rule["days"]:
            model = apps.get_model(rule["model"])
            yield str(model._meta.verbose_name_plural), _rows(rule)


def _rows(rule: dict[str, Any]) -> QuerySet[Any]:
    manager = apps.get_model(rule["model"])._default_manager
    rows = getattr(manager, rule.get("only", "all"))()
    for path in rule.get("unless", []):
        label, _, field = path.rpartition(".")
        pointing = apps.get_model(label)._default_manager.filter(**{field: OuterRef("pk")})
        rows = rows.exclude(Exists(pointing))
    before = timezone.now() - timezone.timedelta(days=rule["days"])
    return rows.filter(**{f"{rule['date']}__lt": before})


def days_kept(model: str) -> int:
    """Return for how many days rows of the model, such as `accounts.Event`, are kept; 0 for
    ever."""
    return next((rule["days"] for rule in settings.RETENTION if rule["model"] == model), 0)


def oldest_kept(model: str) -> timezone.datetime | None:
    """Return the date before which rows of the model are removed; None when none is."""
    days = days_kept(model)
    return timezone.now() - timezone.timedelta(days=days) if days else None


def clean(*, seconds: float | None = None) -> tuple[dict[str, int], bool]:
    """Remove what is too old until nothing is, or the time is over.

    Returns how many rows of which table went, and whether that was all.
    """
    end = None if seconds is None else time.monotonic() + seconds
    removed: dict[str, int] = {}
    for name, rows in too_old():
        removed[name], is_all = _remove_in_batches(rows, end)
        if not is_all:
            return removed, False
    return removed, True


def _remove_in_batches(rows: QuerySet[Any], end: float | None) -> tuple[int, bool]:
    """Go through `rows` by their numbers; returns how many went, and whether that was all."""
    total, last = 0, 0
    while end is None or time.monotonic() < end:
        batch = rows.order_by("pk").filter(pk__gt=last)
        ids = list(batch.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return total, True
        # Asked again with the rule: a row may have come into use since it was read.
        total += remove(rows.order_by().filter(pk__in=ids))
        last = ids[-1]
        if connection.vendor == "sqlite":
            time.sleep(PAUSE_SECONDS)
    return total, False
