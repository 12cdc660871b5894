import pytest

from apps.assets.images import uses
from apps.assets.images.uses import Use
from apps.assets.models import Button, LabelTag, LabelValue, Variation
from tests.factories import a_popup, a_push, a_site, an_image

pytestmark = pytest.mark.django_db


def address(image):
    return f"https://desk.example{image.file.url}"


def named_by(image):
    return [(use.kind, use.name, use.model, use.pk) for use in uses.of([image])[image.pk]]


class TestUses:
    @pytest.mark.parametrize("column", ["icon", "image", "badge", "url"])
    def test_a_push_names_it(self, column):
        image = an_image()
        push = a_push(name="Sale", **{column: address(image)})

        assert named_by(image) == [("push", "Sale", "assets.push", push.pk)]

    def test_a_popup_a_button_and_a_variation_name_it(self):
        image = an_image()
        popup = a_popup(name="News", image=address(image))
        Button.objects.create(asset=popup, label="Open", icon=address(image))
        Variation.objects.create(asset=popup, name="Anna", content={"image": address(image)})

        assert named_by(image) == [
            ("button", "News", "assets.asset", popup.pk),
            ("popup", "News", "assets.popup", popup.pk),
            ("variation", "News", "assets.asset", popup.pk),
        ]

    def test_a_label_tag_and_a_site_name_it(self):
        site, image = a_site(name="Shop"), an_image()
        site.icon = address(image)
        site.save()
        tag = LabelTag.objects.create(site=site, name="hero", value="none")
        LabelValue.objects.create(label=tag, value=address(image))

        assert named_by(image) == [
            ("label tag", "hero", "assets.labeltag", tag.pk),
            ("site", "Shop", "accounts.site", site.pk),
        ]

    def test_it_is_said_once_however_often_it_is_named(self):
        image = an_image()
        a_push(name="Sale", icon=address(image), image=address(image))

        assert [name for _, name, *_ in named_by(image)] == ["Sale"]

    def test_one_that_nobody_names_has_none(self):
        image = an_image()
        a_push(icon="https://shop.example/icon.png")

        assert named_by(image) == []

    def test_one_query_answers_for_all(self, django_assert_num_queries):
        images = [an_image() for _ in range(3)]
        pushes = [a_push(name=f"P{n}", icon=address(each)) for n, each in enumerate(images)]

        with django_assert_num_queries(1):
            found = uses.of(images)

        assert found == {
            image.pk: [Use(kind="push", name=push.name, model="assets.push", pk=push.pk)]
            for image, push in zip(images, pushes, strict=True)
        }
