"""One message on its way: a rendered push made to fit a browser, encrypted (RFC 8291) and signed,
as the request that its push service gets (RFC 8030)."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from pywebpush import WebPusher

from apps.accounts.models import Site
from apps.assets import models as assets
from apps.assets import payloads
from apps.delivery import transport, vapid
from apps.devices import endpoints
from apps.devices.models import LinkedBrowser, Subscription

# Whatever holds an endpoint, the browser's keys and the key that it was made with.
Receiver = Subscription | LinkedBrowser


class TooLarge(ValueError):
    """The message does not fit, whatever is left out of it."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that fits; `topic` is what one that still waits at its push service is replaced
    by."""

    payload: payloads.Payload
    topic: str


def limit_of(browser: str, os: str) -> int:
    """Return how many bytes a message to such a browser may have before encryption."""
    if browser.startswith("Firefox") and os == "Android":
        return payloads.FIREFOX_ANDROID_BYTES
    return payloads.MAX_BYTES


def make(shown: dict[str, Any], *, site_id: int, id: str, token: str = "", limit: int) -> Message:
    """Return the message of a rendered push called `id`, 32 hex digits, with as much left out as
    `limit` asks for. Raises TooLarge."""
    payload = payloads.fit(shown, id=id, token=token, limit=limit)
    if payload.size > limit:
        raise TooLarge(f"{payload.size} bytes are too many: at most {limit}.")
    return Message(payload=payload, topic=_topic(site_id, shown.get("tag")) or id)


def _topic(site_id: int, replace_key: str | None) -> str:
    """Return the topic of a replace key (RFC 8030, section 5.4: at most 32 characters of the
    URL-safe alphabet)."""
    if not replace_key:
        return ""
    digest = hashlib.sha256(f"{site_id} {replace_key}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:32]


def request(
    message: Message, receiver: Receiver, asset: assets.Push, *, site: Site, ttl: int
) -> transport.Request:
    """Encrypt the message for the browser and sign it with the key that it subscribed with.

    `ttl` is in seconds. Raises endpoints.EndpointRefused, before anything is called.
    """
    origin = endpoints.check(receiver.endpoint)
    keys = {"p256dh": receiver.p256dh, "auth": receiver.auth}
    pusher = WebPusher({"endpoint": receiver.endpoint, "keys": keys})
    headers = {
        "TTL": str(max(ttl, 0)),
        "Urgency": asset.urgency,
        "Topic": message.topic,
        "Content-Type": "application/octet-stream",
        "Authorization": vapid.authorization(receiver.key, site.vapid_subject, origin),
    }
    body = pusher.encode(message.payload.plaintext, content_encoding="aes128gcm")["body"]
    return transport.Request(endpoint=receiver.endpoint, body=body, headers=headers)
