"""Recomputing what is kept beside its source, and comparing: is the audience true?

Everything is set-based: a check is one query that finds the rows in which the kept value differs
from the recomputed one, and repairing works on a page of such rows at a time.
"""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import (
    CharField,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import SHA256
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.devices import sessions, subscriptions
from apps.devices.models import Subscription

EXAMPLES = 10
AT_ONCE = 1000


class EndpointHash(SHA256):
    """The hash of an endpoint as Python makes it; PostgreSQL has it without an extension."""

    def as_postgresql(
        self, compiler: SQLCompiler, connection: object, **context: object
    ) -> tuple[str, list[object]]:
        template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
        return Func.as_sql(self, compiler, connection, template=template, **context)


class Check(enum.Enum):
    """What can be untrue, in the words in which it is reported."""

    REACHABLE = "“reachable” does not say whether there is a live subscription and consent"
    STATUS = "the push status is not that of the last session"
    LAST_SEEN = "“last seen” is not that of the last session"
    DEVICE_TWICE = "a device has more than one live subscription"
    ENDPOINT_TWICE = "an endpoint is live more than once"
    HASH = "the hash is not that of the endpoint"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found: how many rows, and the ids of a few of them."""

    check: Check
    model: type[Model]
    count: int
    examples: list[int]


def verify(site: Site | None = None) -> Iterator[Finding]:
    """Yield what is untrue, of one site or of all, one finding for each check that found any."""
    for check, find in CHECKS.items():
        rows = find(site)
        count = rows.count()
        if count:
            examples = list(rows.order_by("pk").values_list("pk", flat=True)[:EXAMPLES])
            yield Finding(check=check, model=rows.model, count=count, examples=examples)


def repair(site: Site | None = None) -> int:
    """Make everything true again; returns how many rows were changed.

    Hashes first, then what is live twice, then what is kept of both in the contacts.
    """
    repaired = 0
    for check in (Check.HASH, Check.ENDPOINT_TWICE, Check.DEVICE_TWICE):
        repaired += _in_pages(CHECKS[check](site), REPAIRS[check])
    for check in (Check.REACHABLE, Check.STATUS, Check.LAST_SEEN):
        repaired += _in_pages(CHECKS[check](site), REPAIRS[check])
    return repaired


def _in_pages(rows: QuerySet[Model], act: Callable[[list[int]], None]) -> int:
    """Have `act` repair the rows a page at a time, each page in a transaction of its own."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            act(ids[start : start + AT_ONCE])
    return len(ids)


def _contacts(site: Site | None) -> QuerySet[Contact]:
    return Contact.objects.filter(site=site) if site else Contact.objects.all()


def _live(site: Site | None) -> QuerySet[Subscription]:
    live = Subscription.objects.live()
    return live.filter(device__contact__site=site) if site else live


def _untrue_reachable(site: Site | None) -> QuerySet[Contact]:
    return _contacts(site).exclude(is_reachable=subscriptions.reachable())


def _untrue_status(site: Site | None) -> QuerySet[Contact]:
    return (
        _contacts(site)
        .annotate(true=sessions.of_last_session("push_status"))
        .filter(true__isnull=False)
        .exclude(true=F("push_status"))
    )


def _untrue_last_seen(site: Site | None) -> QuerySet[Contact]:
    return (
        _contacts(site)
        .annotate(true=sessions.of_last_session("last_seen_at"))
        .filter(true__isnull=False)
        .filter(Q(last_seen_at=None) | ~Q(true=F("last_seen_at")))
    )


def _doubled(site: Site | None, column: str) -> QuerySet[Subscription]:
    """Return the live ones of which a newer live one has the same value in the column."""
    newer = Subscription.objects.live().filter(**{column: OuterRef(column)}, pk__gt=OuterRef("pk"))
    return _live(site).filter(Exists(newer))


def _untrue_hash(site: Site | None) -> QuerySet[Subscription]:
    rows = Subscription.objects.all()
    if site:
        rows = rows.filter(device__contact__site=site)
    true = EndpointHash("endpoint", output_field=CharField())
    return rows.annotate(true=true).exclude(true=F("endpoint_hash"))


def _hash_again(ids: list[int]) -> None:
    rows = Subscription.objects.filter(pk__in=ids)
    true = EndpointHash("endpoint", output_field=CharField())
    # Where the endpoint is live under its true hash too, or under another wrong one, it is one.
    others = Subscription.objects.live().exclude(pk=OuterRef("pk"))
    known = Exists(others.filter(endpoint_hash=OuterRef("true")))
    newer = Exists(others.filter(pk__in=ids, endpoint=OuterRef("endpoint"), pk__gt=OuterRef("pk")))
    doubled = rows.live().annotate(true=true).filter(known | newer)
    _end(list(doubled.values_list("pk", flat=True)))
    rows.update(endpoint_hash=true)


def _end(ids: list[int]) -> None:
    """End subscriptions that another live one has replaced; nobody has unsubscribed."""
    Subscription.objects.filter(pk__in=ids).update(
        ended_at=timezone.now(), end_reason=Subscription.EndReason.REPLACED
    )


CHECKS: dict[Check, Callable[[Site | None], QuerySet[Model]]] = {
    Check.REACHABLE: _untrue_reachable,
    Check.STATUS: _untrue_status,
    Check.LAST_SEEN: _untrue_last_seen,
    Check.DEVICE_TWICE: lambda site: _doubled(site, "device"),
    Check.ENDPOINT_TWICE: lambda site: _doubled(site, "endpoint_hash"),
    Check.HASH: _untrue_hash,
}
REPAIRS: dict[Check, Callable[[list[int]], None]] = {
    Check.REACHABLE: subscriptions.keep_reachable,
    Check.STATUS: sessions.keep_last_session,
    Check.LAST_SEEN: sessions.keep_last_session,
    Check.DEVICE_TWICE: _end,
    Check.ENDPOINT_TWICE: _end,
    Check.HASH: _hash_again,
}
