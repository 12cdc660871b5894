"""What goes into one encrypted message: one JSON for all browsers.

It is a declarative web push message (explainer "DeclarativeWebPush" of WebKit): Safari 18.4 can
show it without our worker, every other browser hands it to the worker as it is.
"""

import json
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

# RFC 8188: a record of 4,096 bytes holds 3,993 of plaintext besides header, padding and tag.
MAX_BYTES = 3993


def build(uid: UUID, notification: dict[str, Any]) -> bytes:
    """Return the plaintext for one push; its id is the notification's tag, so that a push sent
    twice replaces itself on the screen."""
    notification = {
        **notification,
        "tag": uid.hex,
        "data": {"pushdesk": {"id": uid.hex, "token": receipt_token(uid)}},
    }
    message = {"web_push": 8030, "notification": notification, "mutable": True}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def receipt_token(uid: UUID) -> str:
    """Return what proves that a receipt comes from the browser that got the push `uid`."""
    return salted_hmac("pushdesk.receipt", uid.hex, algorithm="sha256").hexdigest()[:32]


def is_receipt_token(uid: UUID, token: str) -> bool:
    return constant_time_compare(receipt_token(uid), token)
