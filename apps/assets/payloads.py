"""What goes into one encrypted message: one JSON for all browsers, in bytes that fit.

It is a declarative web push message (explainer "DeclarativeWebPush" of WebKit): Safari 18.4 can
show it without our worker, every other browser hands it to the worker as it is.
"""

import json
from dataclasses import dataclass
from typing import Any

# RFC 8188: a record of 4,096 bytes holds 3,993 of plaintext besides header, padding and tag.
MAX_BYTES = 3993
# Firefox on Android gets messages through a bridge that takes 2,744 bytes of body (autopush,
# docs/src/http.md); 103 of them are the header, the padding and the tag.
FIREFOX_ANDROID_BYTES = 2641
# What is tried once more where a push service refuses what should fit: the least that any of them
# has been seen to take.
CAUTIOUS_BYTES = 2000
# What the meter of the editor calls good, and bearable: the narrowest browser takes it.
GREEN_BYTES, AMBER_BYTES = 2000, 2600
# What goes first when a message is too large; each is missed less than the next.
SLIMMED = ("data", "button icons", "badge", "image")
# Of the same length as those that delivery fills in, for measuring.
PLACEHOLDER = {"id": "0" * 32, "token": "0" * 32}


@dataclass(frozen=True, kw_only=True)
class Payload:
    """`plaintext` is what is encrypted; `size` counts its bytes with a receipt's; `left_out` names
    what was dropped of it, in the order of SLIMMED. It is too large when `size` is above the limit
    that it was made for."""

    plaintext: bytes
    size: int
    left_out: tuple[str, ...] = ()


def build(notification: dict[str, Any], *, id: str, token: str = "") -> bytes:
    """Return the plaintext for one push; without a tag of its own its id is the tag, so that a
    push sent twice replaces itself on the screen. Without a token (a test) nothing is reported."""
    receipt = {"pushdesk": {"id": id, "token": token}} if token else {}
    data = {**notification.get("data", {}), **receipt}
    shown = {**notification, "tag": notification.get("tag") or id, "data": data}
    message = {"web_push": 8030, "notification": shown, "mutable": True}
    # Half a character in the data would stop the message; texts have none.
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode(errors="replace")


def fit(
    notification: dict[str, Any], *, id: str, token: str = "", limit: int = MAX_BYTES
) -> Payload:
    """Return the payload with as much left out as `limit` bytes ask for.

    One without a token has as much left out as if it had one: a test shows what visitors get.
    """
    size = measure(notification)
    left_out: list[str] = []
    for name in SLIMMED:
        if size <= limit:
            break
        slimmer = _without(name, notification)
        if slimmer != notification:
            notification = slimmer
            left_out.append(name)
            size = measure(notification)
    plaintext = build(notification, id=id, token=token)
    return Payload(plaintext=plaintext, size=size, left_out=tuple(left_out))


def measure(notification: dict[str, Any]) -> int:
    """Return how many bytes the push takes before encryption."""
    return len(build(notification, **PLACEHOLDER))


def _without(name: str, notification: dict[str, Any]) -> dict[str, Any]:
    if name != "button icons":
        return {key: value for key, value in notification.items() if key != name}
    actions = [
        {key: value for key, value in action.items() if key != "icon"}
        for action in notification.get("actions", [])
    ]
    return {**notification, **({"actions": actions} if actions else {})}
