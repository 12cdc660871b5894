import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.assets.models import Image
from tests.assets.drawing import HOSTILE, HTML, a_png
from tests.factories import a_site, a_user, an_image

UPLOAD, PICK = "/admin/assets/image/upload/", "/admin/assets/image/pick/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def analyst(client):
    client.force_login(a_user("Analyst"))
    return client


def upload(client, data, site, name="sale.png", **more):
    return client.post(UPLOAD, {"site": site, "file": SimpleUploadedFile(name, data), **more})


def pick(client, **query):
    return client.get(PICK, query).json()


def names(page):
    return [image["name"] for image in page["images"]]


class TestUploading:
    def test_it_stores_the_picture_and_tells_its_absolute_address(self, marketer, stored):
        site = a_site()

        answer = upload(marketer, a_png(), site.pk)

        image = Image.objects.get()
        assert (image.site, image.by) == (site, answer.wsgi_request.user)
        assert answer.json() == {
            "id": image.pk,
            "name": "sale.png",
            "address": f"http://testserver/media/{image.file.name}",
            "width": 300,
            "height": 200,
            "size": image.size,
        }
        assert stored() == [image.file.name]

    def test_behind_a_proxy_the_address_is_the_one_that_visitors_reach(
        self, marketer, media, settings
    ):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        settings.ALLOWED_HOSTS = ["desk.example"]
        headers = {"X-Forwarded-Proto": "https", "Host": "desk.example"}
        file = SimpleUploadedFile("sale.png", a_png())

        answer = marketer.post(UPLOAD, {"site": a_site().pk, "file": file}, headers=headers)

        assert answer.json()["address"].startswith("https://desk.example/media/assets/")

    def test_the_public_address_goes_before_the_name_that_the_desk_is_opened_by(
        self, marketer, media, settings
    ):
        settings.PUBLIC_URL = "https://push.example.com/desk"
        file = SimpleUploadedFile("sale.png", a_png())

        answer = marketer.post(UPLOAD, {"site": a_site().pk, "file": file})

        name = Image.objects.get().file.name
        assert answer.json()["address"] == f"https://push.example.com/desk/media/{name}"

    @pytest.mark.parametrize("what", HOSTILE)
    def test_it_says_why_it_refuses_and_stores_nothing(self, marketer, stored, what):
        answer = upload(marketer, HOSTILE[what], a_site().pk)

        assert answer.status_code in (400, 413) and answer.json()["message"]
        assert not Image.objects.exists() and stored() == []

    def test_a_page_that_calls_itself_a_picture_is_none(self, marketer, stored):
        answer = upload(marketer, HTML, a_site().pk, "logo.png")

        assert answer.json() == {
            "message": "This is no picture that we take: PNG, JPEG, WebP or GIF."
        }

    @pytest.mark.parametrize("site", ["", "0", "999999", "²", "9" * 30, "1 OR 1=1", "\x00"])
    def test_it_asks_for_a_site_that_there_is(self, marketer, stored, site):
        answer = upload(marketer, a_png(), site)

        assert answer.status_code == 400
        assert answer.json() == {"message": "Choose a site first: images belong to one."}
        assert stored() == []

    def test_it_asks_for_a_file(self, marketer, stored):
        answer = marketer.post(UPLOAD, {"site": a_site().pk, "file": "words"})

        assert answer.json() == {"message": "There is no file in what was sent."}

    def test_what_is_far_too_large_is_not_even_read(self, marketer, stored):
        answer = marketer.post(UPLOAD, b"", content_type="multipart/form-data; boundary=x",
                               CONTENT_LENGTH="9000000000")  # fmt: skip

        assert (answer.status_code, answer.json()) == (
            413,
            {"message": "The file is too large: at most 5 MB."},
        )

    def test_it_needs_the_token_of_the_page(self, stored):
        client, site = Client(enforce_csrf_checks=True), a_site()
        client.force_login(a_user("Marketer"))
        assert upload(client, a_png(), site.pk).status_code == 403
        assert stored() == []

        client.get("/admin/assets/push/add/")
        token = client.cookies["csrftoken"].value
        assert upload(client, a_png(), site.pk, csrfmiddlewaretoken=token).status_code == 200
        assert len(stored()) == 1

    def test_who_may_only_look_may_not(self, analyst, stored):
        assert upload(analyst, a_png(), a_site().pk).status_code == 403
        assert stored() == []

    def test_who_writes_sites_may_for_their_icons(self, client, stored):
        user = a_user()
        user.user_permissions.add(Permission.objects.get(codename="change_site"))
        client.force_login(user)

        assert upload(client, a_png(), a_site().pk).status_code == 200
        assert len(stored()) == 1

    def test_who_is_not_logged_in_may_not(self, client, stored):
        assert upload(client, a_png(), a_site().pk).url.startswith("/admin/login/")
        assert client.get(PICK).url.startswith("/admin/login/")
        assert stored() == []

    def test_it_is_no_page(self, marketer):
        assert marketer.get(UPLOAD).status_code == 405


class TestPicking:
    def test_it_offers_the_images_of_the_site_the_newest_first(self, marketer):
        site = a_site()
        an_image(site, name="old.png")
        an_image(site, name="new.png")
        an_image(name="elsewhere.png")

        page = pick(marketer, site=site.pk)

        assert names(page) == ["new.png", "old.png"]
        assert (page["page"], page["has_more"]) == (1, False)

    def test_it_finds_by_a_part_of_the_name(self, marketer):
        site = a_site()
        an_image(site, name="Summer sale.png")
        an_image(site, name="100 %.png")

        assert names(pick(marketer, site=site.pk, q=" SALE ")) == ["Summer sale.png"]
        assert names(pick(marketer, site=site.pk, q="%")) == ["100 %.png"]
        assert names(pick(marketer, site=site.pk, q="s\x00ale")) == ["Summer sale.png"]

    def test_it_goes_page_by_page(self, marketer):
        site = a_site()
        for number in range(25):
            an_image(site, name=f"{number}.png")

        first, second = (pick(marketer, site=site.pk, page=number) for number in (1, 2))

        assert (len(first["images"]), first["has_more"]) == (24, True)
        assert (names(second), second["has_more"]) == (["0.png"], False)

    @pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 40])
    def test_a_page_that_there_is_not_is_the_nearest(self, marketer, page):
        site = a_site()
        an_image(site)

        assert pick(marketer, site=site.pk, page=page)["page"] in (1, 400)

    def test_it_costs_the_same_however_many_there_are(self, marketer):
        site = a_site()
        an_image(site)
        with CaptureQueriesContext(connection) as one:
            pick(marketer, site=site.pk)
        an_image(site), an_image(site)
        with CaptureQueriesContext(connection) as three:
            pick(marketer, site=site.pk)

        assert len(one) == len(three)

    def test_who_may_look_may_look(self, analyst):
        site = a_site()
        an_image(site)

        assert len(pick(analyst, site=site.pk)["images"]) == 1

    def test_who_has_no_role_may_not(self, client):
        client.force_login(a_user())

        assert client.get(PICK, {"site": a_site().pk}).status_code == 403
