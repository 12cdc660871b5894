import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.assets import exchange
from apps.assets.exchange import waiting
from apps.assets.models import Asset, Image, Push
from tests.assets.drawing import SVG, a_jpeg, a_png
from tests.assets.full_assets import a_full_push, exported, words
from tests.assets.pictured import a_file_of, a_picture, address_of, at, everywhere, pixels
from tests.factories import a_push, a_site, a_user

pytestmark = pytest.mark.usefixtures("media", "waiting_files")
ADDRESS = "/admin/assets/asset/import_assets/"


@pytest.fixture
def data(db):
    site = a_site()
    a_full_push(site)
    return exported(site)


def upload(client, site, content, **more):
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    file = SimpleUploadedFile("assets.json", content, "application/json")
    return client.post(ADDRESS, {"site": site.pk, "file": file, **more})


class TestImporting:
    def test_it_shows_what_it_would_do_and_writes_nothing(self, marketer, data):
        site = a_site()

        page = upload(marketer, site, data)

        assert "Everything arrives as a draft." in words(page)
        assert "There is no segment “VIP” here." in words(page)
        assert not Asset.objects.filter(site=site).exists()
        assert not site.label_tags.exists()

    def test_then_it_does_it(self, marketer, data):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]

        answer = marketer.post(ADDRESS, {"waiting": sent})

        assert answer.url == "/admin/assets/asset/"
        assert Push.objects.get(site=site).revisions.get().note == "Imported from assets.json"
        assert "2 new" in words(marketer.get(answer.url))

    def test_what_is_taken_is_chosen_for_each(self, marketer, data):
        site = a_site()
        ours = a_push(site, name="Summer sale")
        page = upload(marketer, site, data)
        assert 'name="asset-0"' in page.content.decode()

        marketer.post(ADDRESS, {"waiting": page.context["waiting"], "asset-0": "replace"})

        assert Push.objects.get(pk=ours.pk).message == "Until Sunday."

    def test_statuses_are_kept_when_told_so(self, marketer, data):
        site = a_site()
        data["assets"][0]["content"]["title"] = "Hello"
        sent = upload(marketer, site, data, keeps_status="on").context["waiting"]

        marketer.post(ADDRESS, {"waiting": sent})

        assert Push.objects.get(site=site).status == "active"

    @pytest.mark.parametrize("content", [b"{", b"x" * 2_000_001, b"[" * 50_000])
    def test_a_file_that_is_none_is_refused_at_the_field(self, marketer, content):
        page = upload(marketer, a_site(), content)

        assert list(page.context["form"].errors) == ["file"]

    def test_what_is_wrong_is_listed_by_asset_and_field(self, marketer, data):
        site = a_site()
        data["assets"][0]["content"]["url"] = "javascript:alert(1)"

        page = upload(marketer, site, data)

        assert "Cannot be imported" in words(page)
        assert "Click address : Write https://… or a path on the site" in words(page)

    def test_what_was_not_shown_is_not_imported(self, marketer, data):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]

        answer = marketer.post(ADDRESS, {"waiting": sent[:-3] + "abc"}, follow=True)

        assert "This is not what the page before has sent. Choose the file again." in words(answer)
        assert answer.context["form"].errors == {}
        assert not Asset.objects.filter(site=site).exists()

    def test_what_somebody_else_was_shown_is_not_imported(self, marketer, client, data):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]

        client.force_login(a_user("Marketer"))
        answer = client.post(ADDRESS, {"waiting": sent}, follow=True)

        assert "Nothing was imported. Somebody else has uploaded this file." in words(answer)
        assert 'type="file"' in answer.content.decode()
        assert not Asset.objects.filter(site=site).exists()

    def test_a_second_click_imports_nothing_and_says_why(self, marketer, data, waiting_files):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]
        assert len(waiting_files()) == 1
        marketer.post(ADDRESS, {"waiting": sent})
        assert waiting_files() == []

        answer = marketer.post(ADDRESS, {"waiting": sent, "asset-0": "copy"}, follow=True)

        assert "This file has been imported already" in words(answer)
        assert Asset.objects.filter(site=site).count() == 1

    def test_a_click_while_it_is_imported_imports_nothing_more(self, marketer, data, monkeypatch):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]
        run, answers = exchange.run, []

        def clicked_again(*args, **options):
            monkeypatch.setattr(exchange, "run", run)
            again = {"waiting": sent, "asset-0": "copy"}
            answers.append(marketer.post(ADDRESS, again, follow=True))
            return run(*args, **options)

        monkeypatch.setattr(exchange, "run", clicked_again)
        marketer.post(ADDRESS, {"waiting": sent})

        assert "This file is being imported at this moment." in words(answers[0])
        assert Asset.objects.filter(site=site).count() == 1

    def test_a_click_as_it_has_just_been_imported_imports_nothing_more(
        self, marketer, data, monkeypatch
    ):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]
        claimed = waiting.claimed

        def claimed_after_another(token):
            monkeypatch.setattr(waiting, "claimed", claimed)
            marketer.post(ADDRESS, {"waiting": sent})
            return claimed(token)

        monkeypatch.setattr(waiting, "claimed", claimed_after_another)
        again = {"waiting": sent, "asset-0": "copy"}
        answer = marketer.post(ADDRESS, again, follow=True)

        assert "This file has been imported already" in words(answer)
        assert Asset.objects.filter(site=site).count() == 1

    def test_it_waits_for_another_look_when_somebody_was_faster(
        self, marketer, data, monkeypatch, waiting_files
    ):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]

        def overtaken(*args, **options):
            raise exchange.Overtaken

        monkeypatch.setattr(exchange, "run", overtaken)
        answer = marketer.post(ADDRESS, {"waiting": sent})

        assert "Somebody changed the same assets meanwhile." in words(answer)
        assert answer.context["waiting"] == sent
        assert len(waiting_files()) == 1

    def test_a_site_that_went_meanwhile_is_said(self, marketer, data):
        site = a_site()
        sent = upload(marketer, site, data).context["waiting"]
        site.delete()

        answer = marketer.post(ADDRESS, {"waiting": sent}, follow=True)

        assert "The site is not there any more." in words(answer)

    def test_an_analyst_may_not(self, marketer, client, data):
        sent = upload(marketer, a_site(), data).context["waiting"]
        client.force_login(a_user("Analyst"))

        assert client.get(ADDRESS).status_code == 403
        assert upload(client, a_site(), data).status_code == 403
        assert client.post(ADDRESS, {"waiting": sent}).status_code == 403
        assert "import_assets" not in client.get("/admin/assets/asset/").content.decode()

    def test_each_list_leads_there(self, marketer):
        assert ADDRESS.replace("asset/i", "push/i") in (
            marketer.get("/admin/assets/push/").content.decode()
        )
        assert marketer.get("/admin/assets/push/import_assets/").status_code == 200


class TestPictures:
    def test_they_come_with_the_assets_under_the_address_of_this_install(self, marketer):
        site, other = a_site(), a_site()
        image = a_picture(site)
        everywhere(site, image)

        page = upload(marketer, other, exported(site))
        assert ("Pictures", 1) in page.context["summary"]
        assert "Pictures go into the images of the site" in words(page)
        assert not Image.objects.filter(site=other).exists()
        marketer.post(ADDRESS, {"waiting": page.context["waiting"]})

        new = Image.objects.get(site=other)
        assert pixels(new.file.name) == pixels(image.file.name)
        assert (new.name, str(new.by.pk)) == ("sale.png", marketer.session["_auth_user_id"])
        assert Push.objects.get(site=other).icon == at(new, "http://testserver")

    def test_a_file_of_many_megabytes_passes_between_the_pages(self, marketer):
        site = a_site()
        pictures = [a_png() + bytes(4_900_000), a_jpeg() + bytes(4_900_000)]

        page = upload(marketer, site, a_file_of(*pictures))
        marketer.post(ADDRESS, {"waiting": page.context["waiting"]})

        assert Image.objects.filter(site=site).count() == 2

    def test_what_is_none_is_said_at_the_asset_that_names_it(self, marketer):
        site = a_site()

        page = upload(marketer, site, a_file_of(SVG))
        marketer.post(ADDRESS, {"waiting": page.context["waiting"]})

        assert "Picture “sale.png” : SVG pictures are not taken" in words(page)
        assert Push.objects.get(site=site).icon == address_of(0)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [(b" " * 29_000_000, "2 MB and 20 MB of pictures"), (b"[" * 2_100_000, "beside pictures")],
    )
    def test_a_file_that_is_too_large_is_refused_at_the_field(
        self, marketer, content, reason, waiting_files
    ):
        page = upload(marketer, a_site(), content)

        assert reason in page.context["form"].errors["file"][0]
        assert waiting_files() == []
