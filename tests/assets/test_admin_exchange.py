import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.assets.models import Asset, Push
from tests.assets.full_assets import (
    a_full_push,
    an_empty_site,
    exported,
    words,
)
from tests.factories import a_push, a_user

ADDRESS = "/admin/assets/asset/import_assets/"


@pytest.fixture
def data(db):
    site = an_empty_site()
    a_full_push(site)
    return exported(site)


def upload(client, site, content, **more):
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    file = SimpleUploadedFile("assets.json", content, "application/json")
    return client.post(ADDRESS, {"site": site.pk, "file": file, **more})


class TestImporting:
    def test_it_shows_what_it_would_do_and_writes_nothing(self, marketer, data):
        site = an_empty_site()

        page = upload(marketer, site, data)

        assert "Everything arrives as a draft." in words(page)
        assert "There is no segment “VIP” here." in words(page)
        assert not Asset.objects.filter(site=site).exists()
        assert not site.label_tags.exists()

    def test_then_it_does_it(self, marketer, data):
        site = an_empty_site()
        sent = upload(marketer, site, data).context["waiting"]

        answer = marketer.post(ADDRESS, {"waiting": sent})

        assert answer.url == "/admin/assets/asset/"
        assert Push.objects.get(site=site).revisions.get().note == "Imported from assets.json"
        assert "2 new" in words(marketer.get(answer.url))

    def test_what_is_taken_is_chosen_for_each(self, marketer, data):
        site = an_empty_site()
        ours = a_push(site, name="Summer sale")
        page = upload(marketer, site, data)
        assert 'name="asset-0"' in page.content.decode()

        marketer.post(ADDRESS, {"waiting": page.context["waiting"], "asset-0": "replace"})

        assert Push.objects.get(pk=ours.pk).message == "Until Sunday."

    def test_statuses_are_kept_when_told_so(self, marketer, data):
        site = an_empty_site()
        data["assets"][0]["content"]["title"] = "Hello"
        sent = upload(marketer, site, data, keeps_status="on").context["waiting"]

        marketer.post(ADDRESS, {"waiting": sent})

        assert Push.objects.get(site=site).status == "active"

    @pytest.mark.parametrize("content", [b"{", b"x" * 2_000_001, b"[" * 50_000])
    def test_a_file_that_is_none_is_refused_at_the_field(self, marketer, content):
        page = upload(marketer, an_empty_site(), content)

        assert list(page.context["form"].errors) == ["file"]

    def test_what_is_wrong_is_listed_by_asset_and_field(self, marketer, data):
        site = an_empty_site()
        data["assets"][0]["content"]["url"] = "javascript:alert(1)"

        page = upload(marketer, site, data)

        assert "Cannot be imported" in words(page)
        assert "Click address : Write https://… or a path on the site" in words(page)

    def test_what_was_not_shown_is_not_imported(self, marketer, client, data):
        site = an_empty_site()
        sent = upload(marketer, site, data).context["waiting"]

        marketer.post(ADDRESS, {"waiting": sent[:-3] + "abc"})
        client.force_login(a_user("Marketer"))
        client.post(ADDRESS, {"waiting": sent})

        assert not Asset.objects.filter(site=site).exists()

    def test_an_analyst_may_not(self, client, data):
        client.force_login(a_user("Analyst"))

        assert client.get(ADDRESS).status_code == 403
        assert upload(client, an_empty_site(), data).status_code == 403
        assert "import_assets" not in client.get("/admin/assets/asset/").content.decode()

    def test_each_list_leads_there(self, marketer):
        assert ADDRESS.replace("asset/i", "push/i") in (
            marketer.get("/admin/assets/push/").content.decode()
        )
        assert marketer.get("/admin/assets/push/import_assets/").status_code == 200
