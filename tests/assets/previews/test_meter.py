import pytest

from apps.assets import payloads
from apps.assets.previews import meter

BARE = {"title": "Hi", "navigate": "https://shop.example/"}
IMAGE = {"image": f"https://shop.example/{'i' * 900}.png"}


def of_size(size, **more):
    """A notification that takes exactly so many bytes."""
    missing = size - payloads.measure({**BARE, **more, "body": ""})
    return {**BARE, **more, "body": "x" * missing}


class TestRead:
    @pytest.mark.parametrize(
        ("size", "level", "words"),
        [
            (1204, "green", "1,204 of 3,993 bytes; fits every browser"),
            (2000, "green", "2,000 of 3,993 bytes; fits every browser"),
            (2001, "amber", "2,001 of 3,993 bytes; fits every browser, with little room left"),
            (2600, "amber", "2,600 of 3,993 bytes; fits every browser, with little room left"),
            (2641, "red", "2,641 of 3,993 bytes; fits every browser, with little room left"),
        ],
    )
    def test_it_says_how_much_is_used(self, size, level, words):
        reading = meter.read(of_size(size))

        assert (reading.bytes, reading.level, reading.words) == (size, level, words)
        assert (reading.left_out, reading.can_be_sent) == ((), True)

    def test_it_names_what_firefox_on_android_would_not_get(self):
        reading = meter.read(of_size(2642, **IMAGE))

        assert reading.words == (
            "2,642 of 3,993 bytes; too large for Firefox on Android: the image would be left out"
        )
        assert (reading.left_out, reading.can_be_sent) == ((), True)

    def test_it_says_when_firefox_on_android_would_get_nothing(self):
        assert meter.read(of_size(3000)).words == (
            "3,000 of 3,993 bytes; too large for Firefox on Android: it would get nothing. "
            "Shorten the texts or addresses."
        )

    def test_above_the_limit_it_names_what_nobody_gets(self):
        reading = meter.read(of_size(4500, **IMAGE, data={"order": 7}))

        assert reading.words == (
            "4,500 of 3,993 bytes; too large: the extra data and the image would be left out for "
            "every browser"
        )
        assert (reading.level, reading.left_out) == ("red", ("data", "image"))
        assert reading.can_be_sent

    def test_it_says_what_can_never_be_sent(self):
        reading = meter.read(of_size(3994))

        assert reading.words == (
            "3,994 of 3,993 bytes; too large for every browser: it cannot be sent. Shorten the "
            "texts or addresses."
        )
        assert not reading.can_be_sent
