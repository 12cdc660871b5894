"""What a variation's page has in common with its asset's: the history and the live preview."""

import pytest

from tests.assets.test_variation_pages import a_form, adding
from tests.assets.varied import a_variation, variation_page
from tests.factories import a_contact, a_push, a_user

PREVIEW = "/admin/assets/push/editor/preview/"


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def push(db):
    return a_push(name="Sale", title="Hello", message="News")


class TestHistory:
    def written(self, push):
        return [
            [each["name"] for each in revision.snapshot["variations"]]
            for revision in push.revisions.order_by("number")
        ]

    def test_it_tells_of_a_variation_that_was_added_and_changed(self, marketer, push):
        marketer.post(adding(push), a_form(title="Hallo"))
        german = push.variations.get()
        marketer.post(variation_page(german), a_form(title="Guten Tag"))
        marketer.post(variation_page(german), a_form(title="Guten Tag"))

        assert self.written(push) == [[], ["German"], ["German"]]
        assert push.revisions.first().snapshot["variations"][0]["content"] == {"title": "Guten Tag"}

    def test_it_tells_of_one_that_was_moved_copied_and_deleted(self, marketer, push):
        german, _ = a_variation(push), a_variation(push, "French")
        marketer.post(variation_page(german, "move"), {"to": "down"})
        marketer.post(variation_page(german, "duplicate"))
        marketer.post(variation_page(german, "delete"), {"post": "yes"})

        assert self.written(push) == [
            ["German", "French"],
            ["French", "German"],
            ["French", "German", "German (copy)"],
            ["French", "German (copy)"],
        ]


class TestPreview:
    def asked(self, client, push, variation, **changes):
        identity = {"asset": push.pk, "variation": variation, "preview-version": variation}
        answer = client.post(PREVIEW, {**a_form(**changes), **identity})
        return answer.status_code, answer.json()

    def test_it_shows_the_variation_as_it_is_written_to_anybody(self, marketer, push):
        german = a_variation(push, content={"title": "Hallo"})
        someone = a_contact(push.site, language="fr")

        status, shown = self.asked(
            marketer, push, german.pk, title="Guten Tag", **{"preview-contact": someone.pk}
        )

        assert (status, shown["errors"], shown["variation"]) == (200, {}, "German")
        assert (shown["notification"]["title"], shown["notification"]["body"]) == (
            "Guten Tag",
            "News",
        )
        # Of the variation, with what is the same as default.
        assert shown["lengths"] == {"title": 9, "message": 4, "replace_key": 0}
        german.refresh_from_db()
        assert german.content == {"title": "Hallo"}

    def test_it_shows_a_new_one_and_says_what_is_wrong(self, marketer, push):
        status, shown = self.asked(marketer, push, 0, title="Hallo", url="nowhere")

        assert (status, list(shown["errors"])) == (200, ["url"])
        assert shown["notification"]["title"] == "Hallo"
        assert not push.variations.exists()

    def test_one_of_another_push_is_refused(self, marketer, push):
        other = a_variation(a_push())

        assert self.asked(marketer, push, other.pk)[0] == 404

    def test_the_page_has_the_preview(self, marketer, push):
        page = marketer.get(variation_page(a_variation(push))).content.decode()

        assert f'data-asset="{push.pk}" data-variation="{push.variations.get().pk}"' in page
        assert "data-draft-fragment" not in page
