"""Base64url as Web Push uses it: without padding on the way out, with or without on the way in."""

import base64
import re

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*={0,2}")


def encode(octets: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The octets of base64url text. Raises ValueError for any other alphabet."""
    if not _ALPHABET.fullmatch(text):
        raise ValueError(f"not base64url: {text[:40]!r}")
    bare = text.rstrip("=")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
