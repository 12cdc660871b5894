"""Asking for pushes."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.utils import timezone

from apps.accounts import wakeups
from apps.accounts.id_lists import listed
from apps.accounts.inserting import FreshUUID, insert_from
from apps.assets import models as assets
from apps.delivery import caps, holds, judging
from apps.delivery.judging import Why
from apps.delivery.models import Category, Push
from apps.delivery.wanted import Selection, Wanted
from apps.devices.models import Subscription

SEND = holds.SEND


class Devices(models.TextChoices):
    """To which of a contact's devices a push goes."""

    ALL = "all", "All devices"
    LATEST = "latest", "The one used last"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On which terms a push is asked for. What ignores caps is counted, but never held back."""

    category: str = Category.MARKETING
    devices: str = Devices.ALL
    ignores_consent: bool = False
    ignores_caps: bool = False


@dataclass(kw_only=True)
class Answer:
    """Ids of the rows of the selection: who was reached, and of the others why not."""

    reached: list[int] = field(default_factory=list)
    others: dict[Why, list[int]] = field(default_factory=dict)


@transaction.atomic
def queue(asset: assets.Push, wanted: Selection | Wanted, terms: Terms | None = None) -> Answer:
    """Queue the push to the live devices of each contact asked for, in a constant number of
    queries: to be called with a batch, as the ids of its rows go through memory.

    Asking again with the same key queues nothing and gives the same answer. A cap holds exactly,
    within one call and among calls at the same time: under a cap they follow one another until
    the transaction of each ends.
    """
    terms = terms or Terms()
    selection = wanted.selection() if isinstance(wanted, Wanted) else wanted
    rows = selection.rows.order_by()
    answer = Answer()
    if not asset.is_active:
        answer.others[Why.NOT_ACTIVE] = list(rows.values_list("pk", flat=True))
        return answer
    cap = None
    if not terms.ignores_caps:
        cap = caps.of_site(asset.site_id, terms.category, waits=True)
    _judge(selection, rows, terms, cap, answer)
    if answer.reached:
        if answer.others:
            rows = rows.filter(pk__in=listed(answer.reached))
        _insert(asset, selection, rows, terms)
        wakeups.call(SEND)
    return answer


def _judge(
    selection: Selection,
    rows: QuerySet[Any, Any],
    terms: Terms,
    cap: caps.Cap | None,
    answer: Answer,
) -> None:
    """Share the rows into who can be reached and why not, in one query."""
    others: dict[Why, list[int]] = {Why.OPTED_OUT: [], Why.NO_DEVICE: []}
    possible: list[tuple[int, int, int]] = []
    for each in judging.facts(selection, rows, cap=cap):
        why = judging.unreachable(
            has_opted_out=each.has_opted_out,
            has_device=each.has_device,
            ignores_consent=terms.ignores_consent,
        )
        if why:
            others[why].append(each.row)
        else:
            possible.append((each.row, each.contact, each.sent))
    answer.reached, others[Why.CAPPED] = caps.share(cap, sorted(possible))
    answer.others = {why: ids for why, ids in others.items() if ids}


def _insert(
    asset: assets.Push, selection: Selection, rows: QuerySet[Any, Any], terms: Terms
) -> int:
    now = timezone.now()
    return insert_from(
        Push,
        _to_devices(selection, rows, terms.devices),
        {
            **selection.columns,
            "uid": FreshUUID(),
            "device": F(selection.path("devices__pk")),
            "asset": Value(asset.pk),
            "category": Value(terms.category),
            "ignores_consent": Value(terms.ignores_consent),
            "status": Value(Push.Status.QUEUED),
            "reason": Value(""),
            "left_out": Value(""),
            "answer": Value(""),
            "attempts": Value(0),
            "due_at": Value(now, models.DateTimeField()),
            "queued_at": Value(now, models.DateTimeField()),
            "expires_at": Value(now + timedelta(seconds=asset.ttl), models.DateTimeField()),
        },
        ignore_conflicts=True,
    )


def _to_devices(selection: Selection, rows: QuerySet[Any, Any], devices: str) -> QuerySet[Any, Any]:
    """Return a row for each live subscription that a row's push goes to."""
    way = selection.path("devices__subscriptions")
    meant = {f"{way}__isnull": False, f"{way}__ended_at": None}
    if devices == Devices.LATEST:
        own = Subscription.objects.live().filter(device__contact=OuterRef(selection.path("pk")))
        latest = own.order_by("-device__last_seen_at", "-device").values("pk")[:1]
        meant[way] = Subquery(latest)
    # In one call: of one and the same subscription.
    return rows.filter(**meant)
