"""Pictures, honest and hostile, made as they are needed."""

import io
import struct
import zlib

import PIL.Image
from PIL import ImageCms, ImageDraw


def drawn(mode="RGB", size=(300, 200), color="red"):
    return PIL.Image.new(mode, size, color)


def encoded(picture, kind, **options):
    to = io.BytesIO()
    picture.save(to, kind, **options)
    return to.getvalue()


def a_png(**changes):
    return encoded(drawn(**changes), "PNG")


def a_jpeg(**changes):
    return encoded(drawn(**changes), "JPEG")


def a_webp(**changes):
    return encoded(drawn(**changes), "WEBP")


def a_gif(**changes):
    return encoded(drawn(**changes), "GIF")


def a_photo(size=(640, 480)):
    """Something that no compression makes small."""
    return PIL.Image.effect_noise(size, 80).convert("RGB")


def with_corner(size=(300, 200), mode="RGB"):
    """Red, with a blue corner at the top left."""
    picture = drawn(mode, size)
    ImageDraw.Draw(picture).rectangle((0, 0, 49, 49), fill="blue")
    return picture


def orientation(number):
    exif = PIL.Image.Exif()
    exif[0x0112] = number
    return exif


def swapped_profile():
    """A colour profile for which red is blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"-XYZ", 1).replace(b"bXYZ", b"rXYZ", 1)
    return swapped.replace(b"-XYZ", b"bXYZ", 1)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width, height, *, before=b"", pixels=b"\0"):
    """A PNG whose header says so, whatever follows."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + header + before + body + chunk(b"IEND", b"")


def png_with(extra):
    """An honest PNG with one more chunk before its pixels."""
    whole = a_png()
    at = whole.index(b"IDAT") - 4
    return whole[:at] + extra + whole[at:]


def jpeg_with(segment):
    """An honest JPEG with one more segment at its beginning."""
    whole = a_jpeg()
    return whole[:2] + segment + whole[2:]


def exif_bomb():
    """An EXIF directory of which each entry asks for all of the file."""
    entries = [struct.pack("<HHII", tag, 7, 40_000, 0) for tag in range(0x9000, 0x9000 + 3_000)]
    entries.insert(0, struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0))
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    body = b"Exif\0\0II*\0\x08\0\0\0" + directory
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def gif_of_frames(number):
    whole = a_gif(size=(20, 20))
    frame = whole[whole.index(b"\x2c", 13 + 3) : -1]
    return whole[:-1] + frame * number + b";"


def gif_larger_than_its_screen():
    whole = a_gif(size=(20, 20))
    at = whole.rindex(b"\x2c\0\0\0\0\x14\0\x14\0")
    return whole[: at + 5] + struct.pack("<HH", 30_000, 30_000) + whole[at + 9 :]


def webp_of(width, height):
    """A WebP whose canvas is said to be so large."""
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + canvas + a_webp()[12:]
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)

# What is never stored, by what it is.
HOSTILE = {
    "nothing": b"",
    "HTML": HTML,
    "SVG with a script": SVG,
    "an old bitmap": encoded(drawn(), "BMP"),
    "a TIFF": encoded(drawn(), "TIFF"),
    "half a JPEG": encoded(a_photo(), "JPEG")[:9_000],
    "half a PNG": encoded(a_photo((80, 80)), "PNG")[:9_000],
    "half a WebP": encoded(a_photo(), "WEBP")[:9_000],
    "half a GIF": encoded(a_photo(), "GIF")[:9_000],
    "only the beginning of a PNG": b"\x89PNG\r\n\x1a\n",
    "only the beginning of a JPEG": b"\xff\xd8\xff",
    "only the beginning of a GIF": b"GIF89a",
    "only the beginning of a WebP": b"RIFF\0\0\0\0WEBPVP8 ",
    "a PNG of 30,000 × 30,000": png_of(30_000, 30_000),
    "a PNG without width": png_of(0, 30),
    "a PNG with fewer pixels than it says": png_of(3_000, 3_000),
    "a PNG whose colour profile unpacks to 20 MB": png_with(
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(20_000_000)))
    ),
    "a WebP of 16,000 × 16,000": webp_of(16_000, 16_000),
    "a WebP that says it is small": webp_of(10, 10),
    "a GIF whose frame is larger than its screen": gif_larger_than_its_screen(),
    "a JPEG of a thousand layers": a_jpeg() + b"\xff\xda" * 1_000,
    "a JPEG without end": jpeg_with(b"\xff\xe1\xff\xff"),
    "6 MB": a_png() + bytes(6_000_000),
}
