"""Files whose pictures somebody made to do harm, or that are none."""

import base64
import json

import pytest

from apps.assets import exchange
from apps.assets.exchange import Verdict
from apps.assets.models import Asset, Image, Push
from tests.assets.drawing import HOSTILE, HTML, a_jpeg, a_png, drawn, encoded
from tests.assets.pictured import NEW, a_file_of, a_picture, address_of, at
from tests.factories import a_site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
AS_IT_IS = " It is not brought in, and its address stays as it is."
SMALL = {name: data for name, data in HOSTILE.items() if name not in ("nothing", "6 MB")}


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.PUBLIC_URL = NEW


def notes(plan):
    return [[(each.field, each.message) for each in row.notes] for row in plan.assets]


def written(entry):
    """A file whose only picture is written so."""
    return a_file_of(b"", images={address_of(0): entry})


class TestPictures:
    @pytest.mark.parametrize("data", SMALL.values(), ids=SMALL)
    def test_what_is_none_is_said_where_it_is_named_and_stops_nothing(self, data, stored):
        site = a_site()
        content = exchange.read(a_file_of(data, a_png()))

        plan = exchange.plan(content, site)
        exchange.run(content, site, None)

        assert [each.verdict for each in plan.assets] == [Verdict.NEW, Verdict.NEW]
        [(place, message)], none = notes(plan)
        assert (place, none, plan.coming_pictures) == ("Picture “sale.png”", [], 1)
        assert message.endswith(AS_IT_IS)
        good = Image.objects.get(site=site)
        icons = Push.objects.filter(site=site).order_by("name").values_list("icon", flat=True)
        assert list(icons) == [address_of(0), at(good, NEW)]
        assert stored() == [good.file.name]

    def test_one_that_is_too_large_is_said(self):
        content = exchange.read(a_file_of(HOSTILE["6 MB"]))

        assert notes(exchange.plan(content, a_site())) == [
            [("Picture “sale.png”", f"The file is too large: at most 5 MB.{AS_IT_IS}")]
        ]

    def test_what_stands_behind_a_picture_does_not_come(self):
        site = a_site()
        content = exchange.read(a_file_of(a_png() + HTML, a_jpeg() + HTML))

        exchange.run(content, site, None)

        files = [image.file.open().read() for image in Image.objects.filter(site=site)]
        assert len(files) == 2
        assert not any(b"script" in data for data in files)

    @pytest.mark.parametrize(
        "data",
        ["", "AAA", "AAAA\n", " AAAA", "AA==AAAA", "AB==", "AAAA====", "é", "-_-_", "data:,x"],
    )
    def test_what_is_not_strictly_base64_is_none(self, data):
        site = a_site()
        content = exchange.read(written({"name": "sale.png", "data": data}))

        exchange.run(content, site, None)

        words = "Its data is not Base64." if data else "The file is empty."
        assert notes(exchange.plan(content, a_site())) == [
            [("Picture “sale.png”", words + AS_IT_IS)]
        ]
        assert Push.objects.get(site=site).icon == address_of(0)
        assert not Image.objects.filter(site=site).exists()

    @pytest.mark.parametrize(
        "entry",
        [
            None,
            7,
            "x",
            [],
            {},
            {"name": "a"},
            {"data": "AAAA"},
            {"name": "a", "data": 7},
            {"name": "a", "data": "AAAA", "more": 1},
            {"same_as": address_of(0)},
            {"same_as": "https://nowhere.example/a.png"},
            {"same_as": []},
        ],
    )
    def test_a_picture_of_any_shape_is_only_noted(self, entry):
        site = a_site()
        content = exchange.read(written(entry))

        outcome = exchange.run(content, site, None)

        assert outcome.words == "1 new"
        assert [len(each) for each in notes(exchange.plan(content, a_site()))] == [1]
        assert not Image.objects.filter(site=site).exists()

    def test_a_name_that_is_a_path_or_turns_words_around_is_only_shown_harmless(self):
        site = a_site()
        data = base64.b64encode(a_png()).decode()
        names = "../../etc/\u202epasswd.png"

        exchange.run(exchange.read(written({"name": names, "data": data})), site, None)

        image = Image.objects.get(site=site)
        assert image.name == "passwd.png"
        assert image.file.name == f"assets/{image.digest[:2]}/{image.digest}.png"

    def test_many_pictures_of_many_pixels_are_drawn_up_to_a_bound(self, monkeypatch):
        pictures = [encoded(drawn(size=(100, 100 + each)), "PNG") for each in range(3)]
        monkeypatch.setattr("apps.assets.exchange.bringing.MAX_IMAGE_PIXELS", 20_200)

        plan = exchange.plan(exchange.read(a_file_of(*pictures)), a_site())

        assert [len(each) for each in notes(plan)] == [0, 0, 1]
        assert plan.coming_pictures == 2

    def test_a_thousand_pictures_are_refused_before_any_is_looked_at(self):
        with pytest.raises(exchange.Unreadable, match="more than 200 pictures"):
            exchange.read(_thousand())

    def test_pictures_that_nothing_names_are_not_looked_at(self, monkeypatch):
        content = json.loads(a_file_of(a_png()))
        content["images"]["https://old.example/b.png"] = {"name": "b", "data": "AAAA"}
        site = a_site()

        exchange.run(exchange.read(json.dumps(content).encode()), site, None)

        assert Image.objects.filter(site=site).count() == 1

    def test_an_address_of_another_sites_image_brings_what_the_file_holds(self):
        other, site = a_site(), a_site()
        theirs = a_picture(other)
        content = json.loads(a_file_of(a_png()))
        content["assets"][0]["content"]["icon"] = at(theirs)
        content["images"] = {at(theirs): content["images"][address_of(0)]}

        exchange.run(exchange.read(json.dumps(content).encode()), site, None)

        ours = Image.objects.get(site=site)
        assert ours.digest != theirs.digest
        assert Push.objects.get(site=site).icon == at(ours, NEW)
        assert list(Image.objects.filter(site=other)) == [theirs]

    def test_an_address_of_another_sites_image_without_a_picture_stays(self):
        other, site = a_site(), a_site()
        theirs = a_picture(other)
        content = json.loads(a_file_of(b""))
        content["assets"][0]["content"]["icon"] = at(theirs)
        content["images"] = {}

        exchange.run(exchange.read(json.dumps(content).encode()), site, None)

        assert Push.objects.get(site=site).icon == at(theirs)
        assert not Image.objects.filter(site=site).exists()


class TestText:
    def test_data_of_pictures_is_put_back_wherever_it_stands(self):
        long = base64.b64encode(bytes(range(256)) * 3).decode()
        content = json.loads(a_file_of(b"x", site=long))
        content["assets"][0]["content"]["data"] = {"data": long, "more": [{"data": long}]}
        content["images"]["a"] = {"name": long, "data": f"{long}\\{long}"}

        assert exchange.read(json.dumps(content).encode()) == content

    def test_text_that_only_looks_like_a_picture_is_as_large_as_it_is(self):
        content = a_file_of(b"x", site="A" * 2_000_001)

        with pytest.raises(exchange.Unreadable, match="2 MB beside pictures"):
            exchange.read(content)

    def test_data_that_is_of_no_picture_is_as_large_as_it_is(self):
        content = json.loads(a_file_of(a_png()))
        content["assets"][0]["content"]["data"] = {"data": "A" * 2_000_000}

        with pytest.raises(exchange.Unreadable, match="2 MB beside pictures"):
            exchange.read(json.dumps(content).encode())

    def test_names_are_not_rewritten(self):
        site = a_site()
        content = json.loads(a_file_of(a_png()))
        content["assets"][0]["name"] = address_of(0)
        content["assets"][0]["labels"] = ["Sale"]

        exchange.run(exchange.read(json.dumps(content).encode()), site, None)

        assert Asset.objects.get(site=site).name == address_of(0)


def _thousand():
    image = {"name": "a.png", "data": "AAAA"}
    content = json.loads(a_file_of(b"x"))
    return json.dumps({**content, "images": {address_of(n): image for n in range(1_000)}}).encode()
