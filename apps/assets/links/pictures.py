"""How large a picture is, from the first bytes of it; no pixel is decoded."""

import io
import struct

from PIL import Image

# Those whose headers Pillow reads without a decoder; WebP is read here.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "ICO")
# A side longer than this is no picture's.
MAX_PIXELS = 100_000


def size_of(start: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels; None when the bytes do not say, or say too much."""
    is_webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    size = _webp(start) if is_webp else _by_pillow(start)
    return size if size and max(size) <= MAX_PIXELS else None


def _by_pillow(start: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(start), formats=FORMATS) as image:
            return image.size
    except Exception:  # hostile bytes make plugins raise whatever they like
        return None


def _webp(start: bytes) -> tuple[int, int] | None:
    """Read the first chunk (Google's WebP container specification)."""
    kind, body = start[12:16], start[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None
