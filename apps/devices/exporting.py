"""Taking push subscriptions out: whoever has them and their VAPID key can send to them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.accounts.exporting import JSON_LINES, as_text, pages
from apps.accounts.lines import csv_lines, json_lines
from apps.accounts.models import Site
from apps.devices import private_keys
from apps.devices.models import Subscription, VapidKey

KEYS = ("p256dh", "auth")
ABOUT = ("external_id", "language", "time_zone", "browser", "os", "created_at", "last_seen_at")


def subscriptions(rows: QuerySet[Subscription], *, format_: str) -> Iterator[str]:
    """Yield the live ones as lines of the file; an import of it changes nothing.

    Not those of contacts who have unsubscribed themselves: no other place that it is brought
    into would know that. What the platform has said goes along with the contacts.

    In JSON Lines each is what `PushSubscription.toJSON()` gives, with more beside it.
    """
    wanted = rows.filter(ended_at=None, device__contact__unsubscribed_at=None)
    live = wanted.select_related("device__contact", "key")
    if format_ == JSON_LINES:
        return json_lines(_object(row) for row in pages(live))
    return csv_lines(_table(live))


def _about(row: Subscription) -> dict[str, Any]:
    device, contact = row.device, row.device.contact
    return {
        "external_id": contact.external_id,
        "language": device.language or contact.language,
        "time_zone": device.time_zone or contact.time_zone,
        "browser": device.browser,
        "os": device.os,
        "created_at": as_text(row.created_at),
        "last_seen_at": as_text(device.last_seen_at),
    }


def _object(row: Subscription) -> dict[str, Any]:
    keys = {name: getattr(row, name) for name in KEYS}
    about = {name: value for name, value in _about(row).items() if value}
    return {"endpoint": row.endpoint, "keys": keys, "vapid_key": row.key.public_key, **about}


def _table(rows: QuerySet[Subscription]) -> Iterator[list[Any]]:
    yield ["endpoint", *KEYS, "vapid_key", *ABOUT]
    for row in pages(rows):
        keys = [getattr(row, name) for name in KEYS]
        yield [row.endpoint, *keys, row.key.public_key, *_about(row).values()]


def vapid_keys(site: Site) -> list[dict[str, Any]]:
    """Return the site's key pairs, the private ones in the clear, in both usual forms."""
    rows = VapidKey.objects.filter(site=site).order_by("pk")
    pairs = [private_keys.Pair(private=row.private_key, public=row.public_key) for row in rows]
    return [
        {
            "public_key": pair.public,
            "private_key": pair.raw_private,
            "private_key_pem": pair.private,
        }
        for pair in pairs
    ]
