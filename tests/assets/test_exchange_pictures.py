"""Pictures travel with the assets that name them."""

import json

import pytest
from django.core.files.storage import default_storage

from apps.accounts import addresses
from apps.assets import exchange, snapshots
from apps.assets.exchange import Taken, Verdict
from apps.assets.exchange.files import beside_pictures
from apps.assets.models import Asset, Button, Image, LabelTag, Popup, Push, Variation
from tests.assets.drawing import a_jpeg, a_photo, encoded
from tests.assets.full_assets import verdicts
from tests.assets.pictured import (
    NEW,
    OLD,
    a_banner,
    a_picture,
    at,
    carried,
    everywhere,
    pixels,
)
from tests.factories import a_push, a_site, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("elsewhere")]


@pytest.fixture
def elsewhere(settings, media):
    """The install has moved: addresses in assets are those of the old one."""
    settings.PUBLIC_URL = NEW


@pytest.fixture
def moved(settings, tmp_path, elsewhere):
    """Leave the rows and files of the install behind, so that what is imported comes from its
    file alone; returns the file names that there are."""

    def move():
        Image.objects.all().delete()
        settings.MEDIA_ROOT = tmp_path / "new"

    return move


class TestFile:
    def test_it_carries_each_picture_once_however_often_it_is_named(self):
        site = a_site()
        image = a_picture(site)
        everywhere(site, image)

        images = carried(site)["images"]

        assert [(address, set(each)) for address, each in images.items()] == [
            (at(image), {"name", "data"}),
            (f"/media/{image.file.name}", {"same_as"}),
        ]
        assert images[at(image)]["name"] == "sale.png"

    @pytest.mark.parametrize("side", [1, 60])
    def test_what_can_be_exported_can_be_imported_to_the_last_byte(self, monkeypatch, side):
        site = a_site()
        small = a_picture(site, encoded(a_photo((side, side)), "PNG"))
        a_push(site, icon=at(small))
        rows = Push.objects.filter(site=site)
        written = exchange.text(rows, by="Anna")
        limit = beside_pictures(written.encode())

        for module in ("exporting", "files"):
            monkeypatch.setattr(f"apps.assets.exchange.{module}.MAX_BYTES", limit)
        assert exchange.text(rows, by="Anna") == written
        assert len(exchange.read(written.encode())["images"]) == 1
        for module in ("exporting", "files"):
            monkeypatch.setattr(f"apps.assets.exchange.{module}.MAX_BYTES", limit - 1)
        with pytest.raises(exchange.NotExported):
            exchange.text(rows, by="Anna")
        with pytest.raises(exchange.Unreadable):
            exchange.read(written.encode())

    def test_one_picture_under_many_addresses_is_one_to_import_too(self, monkeypatch):
        site = a_site()
        image = a_picture(site)
        for host in ("a", "b", "c"):
            a_push(site, icon=at(image, f"https://{host}.example"))
        for module in ("carrying", "files"):
            monkeypatch.setattr(f"apps.assets.exchange.{module}.MAX_IMAGES", 1)

        written = exchange.text(Push.objects.filter(site=site), by="Anna")

        assert len(exchange.read(written.encode())["images"]) == 3

    def test_it_carries_what_label_tags_name(self):
        site = a_site()
        image = a_picture(site)
        a_banner(site, image)

        assert list(carried(site)["images"]) == [at(image)]

    def test_it_leaves_pictures_of_others_where_they_are(self):
        site, other = a_site(), a_site()
        theirs = a_picture(other)
        a_push(site, icon="https://cdn.example/a.png", image=at(theirs))

        assert carried(site)["images"] == {}

    def test_a_picture_whose_file_is_lost_stays_an_address(self):
        site = a_site()
        image = a_picture(site)
        a_push(site, icon=at(image))
        default_storage.delete(image.file.name)

        assert carried(site)["images"] == {}

    @pytest.mark.parametrize(
        ("bound", "words"),
        [
            ("MAX_IMAGES", "at most 1 pictures"),
            ("MAX_IMAGE_BYTES", "MB of pictures"),
            ("MAX_IMAGE_PIXELS", "million pixels"),
        ],
    )
    def test_it_holds_no_more_than_can_be_imported(self, monkeypatch, bound, words):
        site = a_site()
        for size in ((20, 20), (30, 30)):
            a_push(site, icon=at(a_picture(site, encoded(a_photo(size), "PNG"))))
        monkeypatch.setattr(f"apps.assets.exchange.carrying.{bound}", 1)

        with pytest.raises(exchange.NotExported, match=words):
            carried(site)

    def test_it_costs_the_same_for_one_and_for_three(self, django_assert_num_queries):
        for number in (1, 3):
            site = a_site()
            for side in range(number):
                a_push(site, icon=at(a_picture(site, encoded(a_photo((20 + side, 20)), "PNG"))))
            rows = Asset.objects.filter(site=site)

            with django_assert_num_queries(9):
                assert len(exchange.export(rows)["images"]) == number


class TestRoundTrip:
    def test_all_places_show_the_same_pixels_from_here(self, moved):
        site, other = a_site(), a_site()
        image = a_picture(site, name="Café ☕.png")
        everywhere(site, image)
        data, before = carried(site), pixels(image.file.name)
        moved()

        exchange.run(data, other, a_user())

        new = Image.objects.get(site=other)
        push = Push.objects.get(site=other)
        here = at(new, NEW)
        assert (new.name, pixels(new.file.name)) == ("Café ☕.png", before)
        assert (push.icon, push.image, push.url) == (here, here, f"{here}?from=push")
        assert push.data == {"pictures": [{"large": here}]}
        assert Variation.objects.get(asset=push).content == {"badge": here}
        buttons = Button.objects.filter(asset=push).order_by("id")
        assert [(each.icon, each.url) for each in buttons] == [(here, ""), ("", here)]
        assert OLD not in json.dumps(snapshots.write(push))

    def test_label_tags_name_it_here(self, moved):
        site, other = a_site(), a_site()
        a_banner(site, a_picture(site))
        data = carried(site)
        moved()

        exchange.run(data, other, None)

        here = at(Image.objects.get(site=other), NEW)
        assert LabelTag.objects.get(site=other).value == here
        assert Popup.objects.get(site=other).image == "{{ label.banner }}"

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_second_time_everything_is_the_same_already(self, moved, kind):
        site, other = a_site(), a_site()
        image = a_picture(site, encoded(a_photo((90, 60)), kind))
        everywhere(site, image)
        a_banner(site, image)
        data = carried(site)
        moved()
        exchange.run(data, other, None)

        plan = exchange.plan(data, other)
        outcome = exchange.run(data, other, None, taken=Taken.REPLACE)

        assert verdicts(plan) == [
            ("banner", Verdict.SAME),
            ("News", Verdict.SAME),
            ("Sale", Verdict.SAME),
        ]
        assert (plan.coming_pictures, outcome.words) == (0, "3 the same already")
        assert Image.objects.filter(site=other).count() == 1

    def test_within_one_install_a_photo_stays_as_it_is_to_the_byte(self, stored):
        site, other = a_site(), a_site()
        image = a_picture(site, encoded(a_photo((90, 60)), "JPEG"))
        a_push(site, icon=at(image))

        exchange.run(carried(site), other, None)

        assert Image.objects.get(site=other).file.name == image.file.name
        assert stored() == [image.file.name]

    def test_a_picture_that_the_site_has_is_not_stored_twice(self, moved):
        site, other = a_site(), a_site()
        a_push(site, name="Sale", icon=at(a_picture(site)))
        data = carried(site)
        moved()
        exchange.run(data, other, None)
        Push.objects.get(site=other).delete()

        exchange.run(data, other, None)

        assert Image.objects.filter(site=other).count() == 1


class TestPlan:
    def test_it_says_how_many_come_and_stores_none(self, moved, stored):
        site, other = a_site(), a_site()
        image = a_picture(site)
        everywhere(site, image)
        a_push(site, name="Other", icon=at(image), image=at(a_picture(site, a_jpeg())))
        data = carried(site)
        moved()

        assert exchange.plan(data, other).coming_pictures == 2
        assert not Image.objects.filter(site=other).exists()

    @pytest.mark.parametrize("verdict", ["skipped", "refused"])
    def test_what_is_not_brought_in_leaves_no_picture(self, moved, verdict):
        site, other = a_site(), a_site()
        a_push(site, name="Sale", icon=at(a_picture(site)))
        data = carried(site)
        moved()
        if verdict == "skipped":
            a_push(other, name="Sale")
        else:
            data["assets"][0]["content"]["url"] = "javascript:alert(1)"

        outcome = exchange.run(data, other, None)

        assert getattr(outcome, verdict) == ["Sale"]
        assert not Image.objects.filter(site=other).exists()

    def test_it_asks_no_more_for_three_pictures_than_for_one(self, django_assert_num_queries):
        for number in (1, 3):
            site, other = a_site(), a_site()
            for side in range(number):
                image = a_picture(site, encoded(a_photo((20 + side, 20)), "PNG"))
                a_push(site, name=f"Push {side}", icon=at(image))
            data = carried(site)

            with django_assert_num_queries(10):
                assert exchange.plan(data, other).coming_pictures == number

    def test_without_an_address_of_our_own_it_says_what_to_set(self, settings):
        site, other = a_site(), a_site()
        a_push(site, icon=at(a_picture(site)))
        data = carried(site)
        settings.PUBLIC_URL = ""

        with pytest.raises(addresses.Unknown, match="set PUBLIC_URL"):
            exchange.run(data, other, None)

        assert not Asset.objects.filter(site=other).exists()
        assert not Image.objects.filter(site=other).exists()

    def test_a_file_without_pictures_needs_none(self, settings):
        site, other = a_site(), a_site()
        a_push(site, icon="https://cdn.example/a.png")
        settings.PUBLIC_URL = ""

        assert exchange.run(carried(site), other, None).words == "1 new"

    def test_what_changes_between_the_pictures_and_the_rows_is_noticed(self, moved, monkeypatch):
        site, other = a_site(), a_site()
        a_push(site, name="Sale", icon=at(a_picture(site)))
        data = carried(site)
        moved()
        exchange.run(data, other, None)
        push = Push.objects.get(site=other)
        store = "apps.assets.exchange.bringing.Pictures.store"
        monkeypatch.setattr(store, lambda *args: Push.objects.update(message="Until Monday."))

        with pytest.raises(exchange.Overtaken, match="Somebody changed"):
            exchange.run(data, other, None, taken=Taken.REPLACE)

        assert snapshots.write(Push.objects.get(pk=push.pk))["content"]["message"] == (
            "Until Monday."
        )
