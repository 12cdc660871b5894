"""How many a rule means: at once by a sample, exactly a moment later.

Every contact has a random `bucket` of 0 to 99. One bucket, times 100, is off by 1 to 2.5 % for
100,000 members and more (95 of 100 times by at most 6 %), and by more for fewer; it is there
before a marketer can look up.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q

from apps.accounts.models import Contact
from apps.segments import rules
from apps.segments.membership import matching
from apps.segments.rules import Context, Rule

BUCKETS = 100
SAMPLED = 0
# A site of so few in the bucket is counted whole as fast.
FEW = 300


class TooSlow(Exception):
    """The count was not there in the time that it may take."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    contacts: int
    reachable: int
    is_exact: bool


def count(rule: Rule, context: Context, *, seconds: float = 20) -> Numbers:
    """Count exactly who meets the rule. Raises TooSlow after `seconds`, Broken for a bad rule."""
    with at_most(seconds):
        found = matching(rule, context).aggregate(
            contacts=Count("pk"), reachable=Count("pk", filter=Q(is_reachable=True))
        )
    return Numbers(**found, is_exact=True)


def estimate(rule: Rule, context: Context) -> Numbers:
    """Return about how many meet the rule, from one bucket; exactly where the site is small."""
    if is_small(context.site_id):
        return count(rule, context)
    bucket = Contact.objects.filter(site=context.site_id, bucket=SAMPLED)
    with at_most(5, few=True):
        met = rules.compile(rule, context, among=bucket.values("pk"))
        found = bucket.filter(met).aggregate(
            contacts=Count("pk"), reachable=Count("pk", filter=Q(is_reachable=True))
        )
    return Numbers(
        contacts=found["contacts"] * BUCKETS,
        reachable=found["reachable"] * BUCKETS,
        is_exact=False,
    )


def is_small(site_id: int) -> bool:
    """Return whether the site has so few contacts that all of them are asked as fast as some."""
    return Contact.objects.filter(site=site_id, bucket=SAMPLED).count() < FEW


@contextmanager
def at_most(seconds: float, *, few: bool = False) -> Iterator[None]:
    """Run the queries inside with the memory that counting a million takes, and end them after
    `seconds` with TooSlow. `few` says that they are about some contacts only."""
    on_postgresql = connection.vendor == "postgresql"
    try:
        with _postgresql(seconds, few=few) if on_postgresql else _sqlite(seconds):
            yield
    except OperationalError as error:
        cancelled = getattr(error.__cause__, "sqlstate", "") == "57014"
        if cancelled or "interrupted" in str(error):
            raise TooSlow from error
        raise


@contextmanager
def _postgresql(seconds: float, *, few: bool) -> Iterator[None]:
    settings = {
        # Hash tables over a million rows want more than the stock 4 MB.
        "work_mem": "'64MB'",
        # Compiling costs more than these queries take.
        "jit": "off",
        # Every process that helps adds up the same events once more: one helper, not two.
        "max_parallel_workers_per_gather": 1,
        "statement_timeout": int(seconds * 1000),
    }
    if few:
        # Or it reads whole tables for the rows of ten thousand contacts: three times as slow.
        settings["random_page_cost"] = 1.1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
        yield
        cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in settings))


@contextmanager
def _sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    end = time.monotonic() + seconds
    connection.connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, 0)
