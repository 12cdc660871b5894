import pytest

from apps.assets.models import Image
from tests.assets.lint.finding import found, looked_at
from tests.factories import a_push, a_site

pytestmark = pytest.mark.django_db


class TestPictures:
    @pytest.mark.parametrize(
        ("name", "width", "height", "size", "words"),
        [
            ("icon", 192, 192, 9000, None),
            ("image", 720, 360, 9000, None),
            ("badge", 96, 96, 9000, None),
            (
                "icon", 300, 100, 9000,
                "Icon: its shape does not fit, so it is cropped: 300 × 100 pixels; best is "
                "square, 192 px.",
            ),
            (
                "icon", 48, 48, 9000,
                "Icon: small, so it is blurred: 48 × 48 pixels; best is square, 192 px.",
            ),
            (
                "image", 400, 800, 9000,
                "Image: its shape does not fit, so it is cropped: 400 × 800 pixels; best is "
                "2:1, 720 px wide.",
            ),
            (
                "image", 720, 360, 2_500_000,
                "Image: 2.5 MB load slowly; keep it below 1 MB.",
            ),
            ("image", None, None, None, None),
        ],
    )  # fmt: skip
    def test_what_was_found_elsewhere_is_judged(self, name, width, height, size, words):
        site = a_site()
        address = "https://shop.example/a.png"
        looked_at(site, address, content_type="image/png", width=width, height=height, size=size)

        rows = found(a_push(site, **{name: address}))

        assert rows == ([("warning", name, words)] if words else [])

    def test_one_of_the_library_is_known_by_its_file(self):
        site, other = a_site(), a_site()
        values = {"name": "b.png", "width": 100, "height": 400, "size": 10}
        for owner in (site, other):
            Image.objects.create(
                site=owner, file="images/7/abc.png", digest=f"{owner.pk}", **values
            )
        address = "https://desk.example/media/images/7/abc.png"
        looked_at(site, address, content_type="image/png")

        assert found(a_push(site, image=address)) == [
            (
                "warning",
                "image",
                "Image: its shape does not fit, so it is cropped: 100 × 400 pixels; best is 2:1, "
                "720 px wide.",
            )
        ]
