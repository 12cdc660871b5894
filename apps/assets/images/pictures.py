"""Pictures from outside: known by their bytes, bounded, and drawn anew from their pixels.

The decoder (Pillow) only ever sees what the first frame of a picture is made of, see
`apps.assets.images.essentials`; what leaves here was written by us from pixels, so nothing else
that was in the file does: no metadata, no scripts in comments, no second file behind the first.
"""

import contextlib
import hashlib
import io
import threading
from dataclasses import dataclass
from typing import BinaryIO

import PIL.Image
from django.core.exceptions import ValidationError
from PIL import ImageCms

from apps.assets.images import essentials
from apps.assets.images.essentials import Essentials

MAX_BYTES = 5_000_000
MAX_SIDE, MAX_PIXELS = 6_000, 24_000_000
# Twice what the largest notification shows, and what a popup shows on a dense screen.
MAX_STORED_SIDE = 1_440
QUALITY = 85
MAX_PROFILE_BYTES = 1_000_000

# Pillow refuses by itself what has twice as many; frames of a GIF may grow while it reads them.
PIL.Image.MAX_IMAGE_PIXELS = MAX_PIXELS

# The largest take 300 MB for a few seconds: as many are decoded at once in each process.
_turns = threading.BoundedSemaphore(2)

WRITTEN = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
# By what is read, what it is written as; of a GIF that is its first frame.
KEPT_AS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "png"}
TURNED = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as we wrote it; `extension` is png, jpg or webp, width and height are pixels."""

    data: bytes
    extension: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read(file: BinaryIO) -> Picture:
    """Return the picture in the file, written anew and at most 1,440 pixels wide and high.

    Raises ValidationError, in words for who uploaded it, for anything but a PNG, JPEG, WebP or
    GIF within the bounds.
    """
    data = file.read(MAX_BYTES + 1)
    if not data:
        raise ValidationError("The file is empty.")
    if len(data) > MAX_BYTES:
        raise ValidationError("The file is too large: at most 5 MB.")
    found = essentials.of(data)
    _check_size(found.width, found.height)
    try:
        with _turns:
            return _written(_drawn(found), KEPT_AS[found.kind])
    except PIL.Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # What is broken on purpose makes decoders raise whatever Python has.
        raise ValidationError(essentials.BROKEN) from error


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise _too_many_pixels(f" It has {width:,} × {height:,}.")


def _too_many_pixels(said: str = "") -> ValidationError:
    return ValidationError(
        f"The picture has too many pixels: at most {MAX_SIDE:,} wide or high, and "
        f"{MAX_PIXELS // 1_000_000} million in all.{said}"
    )


def _drawn(found: Essentials) -> PIL.Image.Image:
    """Return the first frame: upright, small enough, in the colours of the web."""
    with PIL.Image.open(io.BytesIO(found.data), formats=[found.kind]) as opened:
        if opened.size != (found.width, found.height):
            raise ValueError("The header says another size than the decoder.")
        profile = opened.info.get("icc_profile")
        side = (MAX_STORED_SIDE, MAX_STORED_SIDE)
        # A JPEG can be decoded at a half or a quarter, which is cheaper than to shrink it after.
        opened.draft(None, side)
        opened.load()
        shown = _in_web_mode(opened, profile)
        shown.thumbnail(side, PIL.Image.Resampling.LANCZOS)
    shown = _in_srgb(shown, profile)
    turn = TURNED.get(found.orientation)
    return shown if turn is None else shown.transpose(turn)


def _in_web_mode(picture: PIL.Image.Image, profile: bytes | None) -> PIL.Image.Image:
    """Return it as RGB or RGBA; as CMYK where its profile will tell what those inks look like."""
    if picture.mode.startswith("I"):
        # 16 bits a pixel, which a conversion would cut off instead of scaling.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode == "CMYK" and _space(profile) == "CMYK":
        return picture
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _space(profile: bytes | None) -> str:
    """Return the colour space that an ICC profile is for (ICC.1:2022, 7.2.6)."""
    if not profile or len(profile) > MAX_PROFILE_BYTES:
        return ""
    return profile[16:20].decode("ascii", "replace").strip()


def _in_srgb(picture: PIL.Image.Image, profile: bytes | None) -> PIL.Image.Image:
    """Convert its colours where it is simple; a profile that cannot be followed is left out."""
    if _space(profile) == picture.mode.removesuffix("A"):
        alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
        colors = picture.convert("RGB") if alpha else picture
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
            target = ImageCms.createProfile("sRGB")
            colors = ImageCms.profileToProfile(colors, source, target, outputMode="RGB")
            if alpha:
                colors.putalpha(alpha)
            picture = colors
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def _written(picture: PIL.Image.Image, extension: str) -> Picture:
    if extension == "jpg" and picture.mode != "RGB":
        picture = picture.convert("RGB")
    # A bare copy: Pillow would write what the first file said about itself into the next one.
    bare = PIL.Image.new(picture.mode, picture.size)
    bare.paste(picture)
    to = io.BytesIO()
    options = {} if extension == "png" else {"quality": QUALITY, "optimize": True}
    bare.save(to, WRITTEN[extension], **options)
    width, height = bare.size
    return Picture(data=to.getvalue(), extension=extension, width=width, height=height)
