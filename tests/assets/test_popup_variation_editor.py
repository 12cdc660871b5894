"""The preview of a popup's variation while it is written."""

import json

import pytest

from apps.assets.models import Variation
from tests.assets.popup_pages import PREVIEW, a_known_site, a_variation_page, asked
from tests.assets.varied import GERMAN, a_button, a_variation, variation_page
from tests.factories import a_contact, a_popup, a_push

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_known_site()


class TestVariationPage:
    @pytest.fixture
    def popup(self, site):
        popup = a_popup(site, title="Hello", text="News")
        a_button(popup, label="Go", url="/sale")
        return popup

    @pytest.fixture
    def german(self, popup):
        return a_variation(popup, status="draft", content={"title": "Hallo"})

    def test_it_draws_the_variation_as_it_is_written_on_top_of_the_stored_popup(
        self, marketer, popup, german
    ):
        form = a_variation_page(popup, german, title="Guten Tag {{ state.first_name }}")

        found = asked(marketer, form)

        shown = found["popup"]
        assert (shown["title"], shown["text"]) == ("Guten Tag Anna", "News")
        assert [button["label"] for button in shown["buttons"]] == ["Go"]
        assert (found["variation"], found["errors"]) == ("German", {})
        german.refresh_from_db()
        assert german.content == {"title": "Hallo"}

    def test_it_draws_the_buttons_of_its_own(self, marketer, popup, german):
        rows = {
            "buttons-TOTAL_FORMS": "1",
            "buttons-0-label": "Ja",
            "buttons-0-action": "ask_permission",
            "buttons-0-position": "0",
        }

        found = asked(marketer, {**a_variation_page(popup, german, has_own_buttons="on"), **rows})

        buttons = found["popup"]["buttons"]
        assert [(each["label"], each["action"]) for each in buttons] == [("Ja", "ask_permission")]
        assert list(popup.buttons.values_list("label", flat=True)) == ["Go"]

    def test_a_new_one_is_drawn_before_it_is_saved(self, marketer, popup):
        found = asked(marketer, a_variation_page(popup, title="Bonjour", name="French"))

        assert (found["popup"]["title"], found["variation"]) == ("Bonjour", "French")
        assert not Variation.objects.filter(asset=popup).exists()

    def test_it_says_what_a_contact_would_get_instead(self, marketer, site, popup, german):
        rule = json.dumps(GERMAN)
        contacts = [a_contact(site, language=language).pk for language in ("de", "en")]

        found = [
            asked(marketer, a_variation_page(popup, german, rule=rule, **{"preview-contact": each}))
            for each in contacts
        ]

        assert [(each["variation"], each["met"]) for each in found] == [
            ("German", "German"),
            ("German", "Default content"),
        ]

    @pytest.mark.parametrize("kind", [a_popup, a_push])
    def test_its_page_has_the_preview_of_its_kind(self, marketer, site, kind):
        asset = kind(site, name="Other")
        page = marketer.get(variation_page(a_variation(asset))).content.decode()

        name = asset._meta.model_name
        assert f'data-kind="{name}" data-asset="{asset.pk}"' in page
        assert f"/admin/assets/{name}/editor/preview/" in page
        assert ("/admin/assets/popup/stage/" in page) == (name == "popup")

    def test_a_variation_of_another_popup_is_not_there(self, marketer, popup, german):
        other = a_popup(popup.site, name="Other")

        answer = marketer.post(PREVIEW, a_variation_page(other, german))

        assert (answer.status_code, answer.json()) == (
            404,
            {"message": "There is no such variation."},
        )
