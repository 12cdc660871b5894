import json

import pytest

from apps.assets.images import storing
from apps.assets.models import Button, Image
from tests.accounts.test_uniqueness import NO_ORIGINS, SITE
from tests.assets.drawing import a_jpeg
from tests.factories import a_file, a_popup, a_push, a_site, a_user, an_image

LIBRARY = "/admin/assets/image/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def analyst(client):
    client.force_login(a_user("Analyst"))
    return client


class TestLibrary:
    def test_it_says_where_each_is_used(self, marketer):
        site = a_site()
        used, unused = an_image(site, name="used.png"), an_image(site, name="unused.png")
        a_push(site, name="Summer", icon=f"https://desk.example{used.file.url}")

        page = marketer.get(LIBRARY).content.decode()

        cards = page.split('class="image-card"')[1:]
        assert "unused.png" in cards[0] and "Not used" in cards[0]
        assert "Used in one place" in cards[1] and "Summer" in cards[1]
        assert all('loading="lazy"' in card for card in cards)
        assert unused.file.url in cards[0]

    def test_one_that_is_used_cannot_be_deleted(self, marketer):
        image = an_image(name="hero.png")
        push = a_push(name="Summer", image=f"https://desk.example{image.file.url}")

        answer = marketer.post(f"{LIBRARY}{image.pk}/delete/", {"post": "yes"})

        assert [str(words) for words in answer.context["protected"]] == [
            f"“hero.png” is used by the push "
            f'<a class="text-link" href="/admin/assets/push/{push.pk}/change/">Summer</a>'
        ]
        assert "It is in use, so it cannot be deleted" in answer.content.decode()
        assert Image.objects.filter(pk=image.pk).exists()

    def test_several_are_deleted_at_once_or_none(self, marketer):
        used, unused = an_image(), an_image()
        push = a_push(icon=f"https://desk.example{used.file.url}")
        form = {"action": "delete_selected", "post": "yes"}
        both = {**form, "_selected_action": [used.pk, unused.pk]}

        marketer.post(LIBRARY, both)
        assert Image.objects.count() == 2

        push.delete()
        marketer.post(LIBRARY, both)
        assert not Image.objects.exists()

    def test_its_name_can_be_changed_and_nothing_else(self, marketer):
        image = an_image()

        marketer.post(
            f"{LIBRARY}{image.pk}/change/", {"name": "Hero", "digest": "x", "file": "../x"}
        )

        before = (image.digest, image.file.name)
        image.refresh_from_db()
        assert (image.name, image.digest, image.file.name) == ("Hero", *before)

    def test_the_page_of_uploads_chooses_the_only_site(self, marketer):
        site = a_site()

        page = marketer.get(f"{LIBRARY}add/").content.decode()

        assert f'<option value="{site.pk}" selected>' in page
        assert marketer.post(f"{LIBRARY}add/").status_code == 405

    def test_who_may_only_look_sees_no_way_to_upload(self, analyst):
        an_image()

        assert analyst.get(LIBRARY).status_code == 200
        assert analyst.get(f"{LIBRARY}add/").status_code == 403


class TestFields:
    def settings_of(self, form, name):
        context = form.fields[name].widget.get_context(name, "", {})
        return json.loads(context["images"])

    def test_a_new_asset_chooses_its_site_in_the_form(self, marketer):
        a_site(), a_site()
        form = marketer.get("/admin/assets/push/add/").context["adminform"].form

        found = {name: self.settings_of(form, name) for name in ("icon", "image", "badge")}

        assert {name: each["ratio"] for name, each in found.items()} == {
            "icon": 1,
            "image": 2,
            "badge": 1,
        }
        assert [each["site"] for each in found.values()] == [None] * 3
        assert found["badge"]["is_badge"] and not found["icon"]["is_badge"]

    @pytest.mark.parametrize(("make", "kind"), [(a_push, "push"), (a_popup, "popup")])
    def test_a_stored_asset_offers_the_images_of_its_site(self, marketer, make, kind):
        asset = make()
        Button.objects.create(asset=asset, label="Open")

        page = marketer.get(f"/admin/assets/{kind}/{asset.pk}/change/")

        form = page.context["adminform"].form
        settings = self.settings_of(form, "image")
        assert (settings["site"], settings["home"]) == (asset.site_id, "https://shop.example/")
        if kind == "push":
            formset = page.context["inline_admin_formsets"][0].formset
            for row in [*formset.forms, formset.empty_form]:
                assert self.settings_of(row, "icon")["site"] == asset.site_id

    def test_what_is_written_there_comes_out_as_text(self, marketer):
        push = a_push(icon='https://shop.example/"><script>alert(1)</script>')

        page = marketer.get(f"/admin/assets/push/{push.pk}/change/").content.decode()

        assert "<script>alert(1)" not in page

    def test_an_address_that_was_chosen_is_stored_as_it_is(self, marketer, media):
        site = a_site()
        image = storing.store(a_file(a_jpeg()), site, None)
        address = f"https://desk.example{image.file.url}"

        marketer.post(
            "/admin/assets/push/add/",
            {
                **{"name": "Sale", "status": "draft", "site": site.pk, "title": "20 %"},
                **{"image": address, "ttl": "3600", "urgency": "normal", "direction": "auto"},
                **{"data": "{}", "buttons-TOTAL_FORMS": "0", "buttons-INITIAL_FORMS": "0"},
            },
        )

        assert site.assets.get(name="Sale").image == address


class TestPicturesOfASite:
    """Of pushes that have none of their own: the page is that of an app to the left."""

    @pytest.fixture
    def superuser(self, client):
        client.force_login(a_user(is_superuser=True))
        return client

    def test_they_are_chosen_among_the_images_of_the_site(self, superuser):
        site = a_site()

        form = superuser.get(f"/admin/accounts/site/{site.pk}/change/").context["adminform"].form

        for name, is_badge in (("icon", False), ("badge", True)):
            settings = json.loads(form.fields[name].widget.get_context(name, "", {})["images"])
            assert (settings["site"], settings["is_badge"]) == (site.pk, is_badge)
            assert 'class="image-address"' in str(form[name])

    def test_a_new_site_has_no_images_to_choose_from(self, superuser):
        page = superuser.get("/admin/accounts/site/add/").content.decode()

        assert "<image-address" not in page

    def test_what_was_chosen_is_stored_and_a_bad_address_refused(self, superuser):
        site = a_site()
        image = f"https://desk.example{an_image(site).file.url}"
        url = f"/admin/accounts/site/{site.pk}/change/"
        form = {**SITE, **NO_ORIGINS, "name": site.name, "icon": image}

        superuser.post(url, {**form, "badge": image})
        page = superuser.post(url, {**form, "icon": "ftp://desk.example/a.png"})

        words = "Browsers open only https:// and http://: write one of these."
        assert page.context["adminform"].form.errors == {"icon": [words]}
        site.refresh_from_db()
        assert (site.icon, site.badge) == (image, image)
