"""What the first frame of a picture file is made of, without the rest.

Everything that a decoder might be led astray by goes before it looks: texts and colour tables
that unpack to gigabytes, EXIF directories that name the same megabytes a thousand times (Pillow
reads them while it opens a JPEG), frames by the thousand, comments. Sizes are read from the
header, so that they are known before anybody makes room for pixels.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError

BROKEN = "The picture is broken: only a part of it can be read. Save it anew and try again."
UNKNOWN = "This is no picture that we take: PNG, JPEG, WebP or GIF."
SVG = "SVG pictures are not taken: most browsers do not show them in a push. Save it as PNG."

# PNG (third edition), 5.6 and 11: what decoding needs, and the profile of its colours.
PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND")
# ITU T.81, B.1.1.3: the frame headers of what decoders read.
JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# An ordinary progressive JPEG has ten; each costs a walk over all of its blocks.
MAX_SCANS = 40
ORIENTATION = 0x0112
MAX_EXIF_ENTRIES = 200


@dataclass(frozen=True, kw_only=True)
class Essentials:
    """`kind` is Pillow's name of the format; `orientation` as EXIF writes it, 1 is upright."""

    kind: str
    data: bytes
    width: int
    height: int
    orientation: int = 1


def of(data: bytes) -> Essentials:
    """Return what the picture is made of. Raises ValidationError for what is none of ours."""
    for begin, reader in READERS.items():
        if data.startswith(begin) and (begin != b"RIFF" or data[8:12] == b"WEBP"):
            try:
                found = reader(data)
            except (struct.error, IndexError) as error:
                raise ValidationError(BROKEN) from error
            if not (found.width and found.height):
                raise ValidationError(BROKEN)
            return found
    raise ValidationError(SVG if b"<svg" in data[:4_096].lower() else UNKNOWN)


def _png(data: bytes) -> Essentials:
    kept, orientation = [data[:8]], 1
    for name, chunk in _png_chunks(data):
        if name in PNG_KEPT:
            kept.append(chunk)
        elif name == b"eXIf":
            orientation = _orientation(chunk[8:-4])
    width, height = struct.unpack_from(">II", data, 16)
    whole = b"".join(kept)
    return Essentials(kind="PNG", data=whole, width=width, height=height, orientation=orientation)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and whole of each chunk, to the end of the picture."""
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        if at == 8 and name != b"IHDR":
            raise IndexError("The header is missing.")
        end = at + length + 12
        if end > len(data):
            raise IndexError("The chunk is not whole.")
        yield name, data[at:end]
        at = end


def _jpeg(data: bytes) -> Essentials:
    kept, at, size, orientation = [data[:2]], 2, (0, 0), 1
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        begin, marker, length = struct.unpack_from(">BBH", data, at)
        if begin != 0xFF or length < 2:
            raise IndexError("There should be a segment.")
        if marker == 0xDA:
            break
        segment = data[at : at + 2 + length]
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            size = (width, height)
        if segment[4:10] == b"Exif\0\0":
            orientation = _orientation(segment[10:])
        if _is_kept_in_jpeg(marker, segment):
            kept.append(segment)
        at += 2 + length
    # Within the pixels themselves a zero follows each 0xFF.
    if data.count(b"\xff\xda", at) > MAX_SCANS:
        raise ValidationError(BROKEN)
    whole = b"".join([*kept, data[at:]])
    return Essentials(kind="JPEG", data=whole, width=size[0], height=size[1],
                      orientation=orientation)  # fmt: skip


def _is_kept_in_jpeg(marker: int, segment: bytes) -> bool:
    if marker == 0xFE or 0xE0 <= marker <= 0xEF:
        # JFIF; a colour profile; Adobe's word on how colours are written.
        return marker in (0xE0, 0xEE) or segment[4:16] == b"ICC_PROFILE\0"
    return True


def _gif(data: bytes) -> Essentials:
    """GIF89a, 17 and on: the screen, its colours, and the first image with what it says of it."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _gif_colors(flags)
    kept = [data[:at]]
    while data[at] == 0x21:
        end = _after_blocks(data, at + 2)
        if data[at + 1] == 0xF9:
            kept.append(data[at:end])
        at = end
    if data[at] != 0x2C:
        raise IndexError("There is no image.")
    left, top, own_width, own_height, flags = struct.unpack_from("<HHHHB", data, at + 1)
    end = _after_blocks(data, at + 11 + _gif_colors(flags))
    whole = b"".join([*kept, data[at:end], b";"])
    # What stands over the edge of the screen makes it larger.
    width, height = max(width, left + own_width), max(height, top + own_height)
    return Essentials(kind="GIF", data=whole, width=width, height=height)


def _gif_colors(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes) -> Essentials:
    """RFC 9649, 2.5 to 2.7. Its decoder makes room for the canvas as soon as it is opened."""
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    return Essentials(kind="WEBP", data=data, width=width, height=height,
                      orientation=_orientation(_webp_exif(data)))  # fmt: skip


def _webp_exif(data: bytes) -> bytes:
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name == b"EXIF":
            return data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0")
        at += 8 + length + length % 2
    return b""


def _orientation(exif: bytes) -> int:
    """Return what the first directory of EXIF (TIFF 6.0, section 2) says, and nothing else."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, at)
        for number in range(min(entries, MAX_EXIF_ENTRIES)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, at + 2 + 12 * number)
            if tag == ORIENTATION:
                return value
    except struct.error:
        pass
    return 1


READERS: dict[bytes, Callable[[bytes], Essentials]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8\xff": _jpeg,
    b"GIF87a": _gif,
    b"GIF89a": _gif,
    b"RIFF": _webp,
}
