import io
import tracemalloc
import zlib

import PIL.Image
import pytest
from django.core.exceptions import ValidationError

from apps.assets.images import essentials, pictures
from tests.assets.drawing import (
    HOSTILE,
    HTML,
    SVG,
    a_gif,
    a_jpeg,
    a_photo,
    a_png,
    a_webp,
    chunk,
    drawn,
    encoded,
    exif_bomb,
    gif_of_frames,
    jpeg_with,
    orientation,
    png_of,
    png_with,
    swapped_profile,
    with_corner,
)

TOO_MANY = "The picture has too many pixels: at most 6,000 wide or high, and 24 million in all."

SAID_BY_US = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density"),
    *("loop", "background", "timestamp", "duration"),
}


def read(data):
    return pictures.read(io.BytesIO(data))


def opened(picture):
    return PIL.Image.open(io.BytesIO(picture.data))


def refusal(data):
    with pytest.raises(ValidationError) as refused:
        read(data)
    return refused.value.message


class TestReading:
    @pytest.mark.parametrize(
        ("data", "extension", "kind"),
        [
            (a_png(), "png", "PNG"),
            (a_jpeg(), "jpg", "JPEG"),
            (a_webp(), "webp", "WEBP"),
            (a_gif(), "png", "PNG"),
        ],
        ids=["PNG", "JPEG", "WebP", "GIF"],
    )
    def test_it_keeps_what_a_picture_is(self, data, extension, kind):
        picture = read(data)

        assert (picture.extension, picture.width, picture.height) == (extension, 300, 200)
        assert (opened(picture).format, opened(picture).size) == (kind, (300, 200))
        red, green, blue = opened(picture).convert("RGB").getpixel((150, 100))
        assert red > 250 and green < 6 and blue < 6

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
    def test_it_takes_every_kind_of_png(self, mode):
        color = {"1": 1, "I;16": 65_535, "P": 0}.get(mode, "white")
        data = encoded(drawn(mode, (20, 10), color), "PNG")

        shown = opened(read(data))

        assert shown.convert("RGB").getpixel((5, 5)) == ((0,) * 3 if mode == "P" else (255,) * 3)

    def test_it_takes_the_inks_of_printers(self):
        shown = opened(read(encoded(drawn("CMYK", (20, 10), (0, 255, 255, 0)), "JPEG")))

        red, green, blue = shown.getpixel((5, 5))
        assert shown.mode == "RGB" and red > 200 and green < 60 and blue < 60

    def test_it_keeps_transparency(self):
        data = encoded(drawn("RGBA", (20, 10), (255, 255, 255, 0)), "PNG")

        assert opened(read(data)).getpixel((5, 5))[3] == 0

    def test_it_shrinks_to_what_screens_can_show(self):
        wide, high = read(a_png(size=(3_000, 1_000))), read(a_jpeg(size=(500, 5_000)))

        assert (wide.width, wide.height) == (1_440, 480)
        assert (high.width, high.height) == (144, 1_440)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_it_stands_upright(self, kind):
        data = encoded(with_corner(), kind, exif=orientation(6))

        picture = read(data)

        assert (picture.width, picture.height) == (200, 300)
        corner, middle = (opened(picture).convert("RGB").getpixel(at) for at in
                          ((180, 20), (100, 150)))  # fmt: skip
        assert corner[2] > 240 and middle[0] > 240

    @pytest.mark.parametrize("mode", ["RGB", "RGBA"])
    def test_its_colours_are_those_of_the_web(self, mode):
        data = encoded(drawn(mode), "PNG", icc_profile=swapped_profile())

        red, _, blue = opened(read(data)).getpixel((5, 5))[:3]

        assert red < 10 and blue > 245

    def test_a_profile_that_cannot_be_followed_is_left_out(self):
        data = encoded(drawn(), "PNG", icc_profile=bytes(16) + b"RGB " + bytes(200))

        assert opened(read(data)).getpixel((5, 5)) == (255, 0, 0)

    def test_the_same_picture_becomes_the_same_bytes(self):
        with_words = encoded(drawn(), "JPEG", comment=b"made on Monday")

        assert read(a_jpeg()).digest == read(with_words).digest != read(a_png()).digest


class TestWhatIsLeftBehind:
    @pytest.mark.parametrize(
        "data",
        [
            encoded(drawn(), "GIF", comment=HTML),
            encoded(drawn(), "JPEG", comment=HTML),
            encoded(drawn(), "JPEG", exif=b"Exif\0\0" + HTML),
            encoded(drawn(), "WEBP", xmp=HTML),
            png_with(chunk(b"tEXt", b"Comment\0" + HTML)),
            a_png() + HTML,
            a_jpeg() + b"PK\x03\x04" + HTML,
            a_gif() + HTML,
        ],
        ids=["GIF comment", "JPEG comment", "EXIF", "XMP", "PNG text", "after a PNG",
             "after a JPEG", "after a GIF"],
    )  # fmt: skip
    def test_only_pixels_come_through(self, data):
        assert HTML in data

        picture = read(data)

        assert b"script" not in picture.data
        assert {*opened(picture).info} <= SAID_BY_US

    def test_texts_that_unpack_to_gigabytes_are_never_unpacked(self):
        bomb = b"Comment\0\0" + zlib.compress(bytes(30_000_000))

        tracemalloc.start()
        picture = read(png_with(chunk(b"zTXt", bomb) * 20))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert (picture.width, picture.height) == (300, 200)
        assert most < 20_000_000

    def test_an_exif_directory_that_asks_for_everything_gets_nothing(self):
        found = essentials.of(jpeg_with(exif_bomb()))

        assert (found.orientation, b"Exif" in found.data) == (6, False)
        assert read(jpeg_with(exif_bomb())).height == 300

    def test_of_many_frames_only_the_first_is_looked_at(self):
        data = gif_of_frames(20_000)

        assert len(essentials.of(data).data) < 2_000 < len(data)
        assert read(data).width == 20


class TestRefusing:
    @pytest.mark.parametrize("what", HOSTILE)
    def test_it_says_so_and_nothing_else_happens(self, what):
        assert refusal(HOSTILE[what])

    def test_it_says_what_is_wrong(self):
        assert refusal(b"") == "The file is empty."
        assert refusal(HOSTILE["6 MB"]) == "The file is too large: at most 5 MB."
        assert refusal(SVG) == essentials.SVG
        assert refusal(HTML) == essentials.UNKNOWN
        assert refusal(png_of(30_000, 30_000)) == f"{TOO_MANY} It has 30,000 × 30,000."
        assert refusal(png_of(6_000, 5_000)) == f"{TOO_MANY} It has 6,000 × 5,000."
        assert refusal(HOSTILE["half a JPEG"]) == essentials.BROKEN

    def test_it_takes_what_is_just_within(self):
        rows = b"".join(b"\0" + bytes(750) for _ in range(4_000))

        assert read(png_of(6_000, 4_000, pixels=rows)).width == 1_440

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
    def test_whatever_is_broken_in_it_is_refused_or_drawn(self, kind):
        """Every tenth byte in turn says something else."""
        data = encoded(a_photo((24, 16)), kind)
        for at in range(4, len(data), 10):
            broken = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
            try:
                picture = read(broken)
            except ValidationError:
                continue
            assert max(picture.width, picture.height) <= 1_440
