"""How many bytes a push takes, in the words of the editor's meter."""

from dataclasses import dataclass
from typing import Any

from apps.assets import payloads
from apps.assets.payloads import AMBER_BYTES, FIREFOX_ANDROID_BYTES, GREEN_BYTES, MAX_BYTES


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`level` is green, amber or red; `left_out` what no browser gets because it is too much."""

    bytes: int
    level: str
    words: str
    left_out: tuple[str, ...]
    can_be_sent: bool


def read(notification: dict[str, Any]) -> Reading:
    """Measure a rendered notification (apps.assets.rendering) as it would be sent."""
    size = payloads.measure(notification)
    whole = payloads.fit(notification, **payloads.PLACEHOLDER)
    can_be_sent = len(whole.plaintext) <= MAX_BYTES
    return Reading(
        bytes=size,
        level="green" if size <= GREEN_BYTES else "amber" if size <= AMBER_BYTES else "red",
        words=f"{size:,} of {MAX_BYTES:,} bytes; {_verdict(notification, size, whole)}",
        left_out=whole.left_out,
        can_be_sent=can_be_sent,
    )


def _verdict(notification: dict[str, Any], size: int, whole: payloads.Payload) -> str:
    if len(whole.plaintext) > MAX_BYTES:
        return "too large for every browser: it cannot be sent. Shorten the texts or addresses."
    if size > MAX_BYTES:
        return f"too large: {_named(whole.left_out)} would be left out for every browser"
    if size > FIREFOX_ANDROID_BYTES:
        return f"too large for Firefox on Android: {_narrowest(notification)}"
    if size > GREEN_BYTES:
        return "fits every browser, with little room left"
    return "fits every browser"


def _narrowest(notification: dict[str, Any]) -> str:
    slim = payloads.fit(notification, **payloads.PLACEHOLDER, limit=FIREFOX_ANDROID_BYTES)
    if len(slim.plaintext) > FIREFOX_ANDROID_BYTES:
        return "it would get nothing. Shorten the texts or addresses."
    return f"{_named(slim.left_out)} would be left out"


def _named(parts: tuple[str, ...]) -> str:
    """Return the parts as words, each as what a marketer calls it."""
    words = ["the extra data" if part == "data" else f"the {part}" for part in parts]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
