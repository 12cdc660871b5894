"""Asking for addresses to be looked at, and what was found there."""

import hashlib
from collections.abc import Collection, Iterable

from django.utils import timezone

from apps.accounts import wakeups
from apps.accounts.models import Site
from apps.assets.models import CheckedAddress

CHECK = "apps.assets.tasks.check_addresses"
MAX_LENGTH = 2_000
# A person who types makes an address of every stroke: no more of a site's wait than these.
MOST_WAITING, MOST_AT_ONCE = 200, 60
# What was broken may be mended by now.
BROKEN_AGAIN = timezone.timedelta(minutes=10)
SEEN_EVERY = timezone.timedelta(days=1)
Verdict = CheckedAddress.Verdict


def digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def found(site: Site, addresses: Iterable[str]) -> dict[str, CheckedAddress]:
    """Return what is known of the addresses, in one query."""
    digests = {digest(address) for address in addresses}
    rows = CheckedAddress.objects.filter(site=site, digest__in=digests) if digests else ()
    return {row.address: row for row in rows}


def ask(site: Site, addresses: Collection[str]) -> dict[str, CheckedAddress]:
    """Have the addresses (whole, without tags) looked at soon that were not lately; returns what
    is known of each by now. A constant number of queries.

    Of more than are sensible only so many are taken; the others are asked for another time.
    """
    wanted = dict.fromkeys(each for each in addresses if len(each) <= MAX_LENGTH)
    wanted = list(wanted)[:MOST_AT_ONCE]
    known = found(site, wanted)
    is_new = _add(site, [address for address in wanted if address not in known])
    if is_new:
        known = found(site, wanted)
    again = _ask_again(known.values())
    if is_new or again:
        wakeups.call(CHECK)
    return known


def _add(site: Site, addresses: list[str]) -> bool:
    if not addresses:
        return False
    rows = CheckedAddress.objects.filter(site=site, verdict=Verdict.WAITING)
    room = max(0, MOST_WAITING - rows.count())
    added = CheckedAddress.objects.bulk_create(
        [
            CheckedAddress(site=site, digest=digest(address), address=address)
            for address in addresses[:room]
        ],
        ignore_conflicts=True,
    )
    return bool(added)


def _ask_again(rows: Iterable[CheckedAddress]) -> bool:
    """Note that the addresses are in use, and have the broken ones looked at anew."""
    now = timezone.now()
    rows = list(rows)
    broken = [
        row.pk
        for row in rows
        if row.verdict == Verdict.BROKEN and row.checked_at and row.checked_at < now - BROKEN_AGAIN
    ]
    if broken:
        CheckedAddress.objects.filter(pk__in=broken).update(checked_at=None)
    old = [row.pk for row in rows if row.asked_at < now - SEEN_EVERY]
    if old:
        CheckedAddress.objects.filter(pk__in=old).update(asked_at=now)
    return bool(broken)
