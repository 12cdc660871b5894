"""VAPID key pairs of sites (RFC 8292): making one, replacing it, giving up an old one.

A subscription is bound to the key that it was made with, for as long as it lives. So a site has
several: the newest makes new subscriptions, the others go on signing for theirs until each
browser has come by and moved over.
"""

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from apps.accounts.models import Site
from apps.devices import subscriptions
from apps.devices.models import Subscription, VapidKey

PACE_DAYS = 7
END_AT_ONCE = 500
# What somebody who has pressed a button is made to wait.
RETIRING_SECONDS = 5


class KeyInUse(ValueError):
    """The key is the one that new subscriptions are made with."""


class KeyReplaced(ValueError):
    """The key is not the current one any more: somebody was quicker."""


def create_for_site(site: Site) -> VapidKey:
    """Make a fresh P-256 pair that signs the site's new subscriptions from now on."""
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return VapidKey.objects.create(
        site=site,
        public_key=base64.urlsafe_b64encode(point).rstrip(b"=").decode(),
        private_key=pem.decode(),
    )


def current(site: Site) -> VapidKey:
    """Return the key that new subscriptions are made with: the newest that is the site's own."""
    return VapidKey.objects.filter(site=site, imported_at=None, retired_at=None).latest("id")


def older(site: Site, *, than: VapidKey) -> list[str]:
    """Return the public keys whose subscriptions still get pushes but are to move to `than`."""
    rows = VapidKey.objects.filter(site=site, retired_at=None).exclude(pk=than.pk)
    return list(rows.values_list("public_key", flat=True))


@transaction.atomic
def rotate(key: VapidKey) -> VapidKey:
    """Replace the site's current key by a fresh one; subscriptions made with it keep working.

    Raises KeyReplaced when it is not the current one: asked twice, it is replaced once.
    """
    site = Site.objects.select_for_update(no_key=True).get(pk=key.site_id)
    if current(site).pk != key.pk:
        raise KeyReplaced("This key was replaced already.")
    return create_for_site(site)


def retire(key: VapidKey) -> int:
    """Give a key up: it signs nothing from now on, and its live subscriptions end.

    Returns how many ended at once; of very many the rest ends in the background. Raises KeyInUse,
    and changes nothing, for the current key.
    """
    _mark_retired(key)
    return end_retired(seconds=RETIRING_SECONDS)


@transaction.atomic
def _mark_retired(key: VapidKey) -> None:
    site = Site.objects.select_for_update(no_key=True).get(pk=key.site_id)
    if current(site).pk == key.pk:
        raise KeyInUse("New subscriptions are made with this key. Make a new one first.")
    VapidKey.objects.filter(pk=key.pk, retired_at=None).update(retired_at=timezone.now())


def end_retired(*, seconds: float) -> int:
    """End live subscriptions of retired keys, a set at a time, until none is left or the time is
    over; returns how many were ended.

    Called again and again: a browser may be subscribing at the moment in which its key is retired.
    """
    until = time.monotonic() + seconds
    # Read first: by their ids, what is left of them is found in the index.
    retired = list(VapidKey.objects.exclude(retired_at=None).values_list("pk", flat=True))
    live = Subscription.objects.live().filter(key__in=retired).order_by()
    ended = 0
    while time.monotonic() < until:
        ids = list(live.values_list("pk", flat=True)[:END_AT_ONCE])
        rows = Subscription.objects.filter(pk__in=ids)
        if not ids or not subscriptions.end(rows, Subscription.EndReason.RETIRED):
            break
        ended += len(ids)
    return ended


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the site's subscriptions have moved away from a key."""

    key: VapidKey
    is_current: bool
    live: int
    share: float  # of all live subscriptions of the site
    moved: int  # to another subscription, in the last PACE_DAYS days
    left: int  # in all in that time: moved, or ended for another reason
    is_unused: bool  # it was brought in, and nothing was ever made with it

    @property
    def can_go_on(self) -> date | None:
        """The day on which nothing will be left of it, at the pace of the last days."""
        if self.is_current or not self.live or not self.left:
            return None
        days = self.live * PACE_DAYS / self.left
        return timezone.localdate() + timedelta(days=round(days)) if days < 3650 else None


def progress(site: Site) -> Iterator[Progress]:
    """Yield the site's keys, the newest first, in three queries over an index."""
    used = Exists(Subscription.objects.filter(key=OuterRef("pk")))
    rows = list(VapidKey.objects.filter(site=site).annotate(is_used=used))
    of_site = Subscription.objects.filter(key__in=rows).order_by()
    live = dict(of_site.live().values_list("key").annotate(n=Count("*")))
    recent = of_site.filter(ended_at__gt=timezone.now() - timedelta(days=PACE_DAYS))
    left: dict[int, int] = {}
    moved: dict[int, int] = {}
    reasons = Subscription.EndReason
    for key, reason, count in recent.values_list("key", "end_reason").annotate(n=Count("*")):
        left[key] = left.get(key, 0) + count
        if reason in (reasons.REPLACED, reasons.MOVED):
            moved[key] = moved.get(key, 0) + count
    total = sum(live.values())
    newest = next((row for row in rows if not row.imported_at and not row.retired_at), None)
    for row in rows:
        yield Progress(
            key=row,
            is_current=row == newest,
            live=live.get(row.pk, 0),
            share=live.get(row.pk, 0) / total if total else 0.0,
            moved=moved.get(row.pk, 0),
            left=left.get(row.pk, 0),
            is_unused=bool(row.imported_at) and not row.is_used,
        )
