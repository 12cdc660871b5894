"""What the preview of a popup refuses, and to whom."""

import json

import pytest

from tests.assets.popup_pages import (
    CONTACTS,
    PREVIEW,
    TAGS,
    a_known_site,
    a_page,
    a_variation_page,
    asked,
    with_rights,
)
from tests.assets.test_popup_forms import a_form
from tests.assets.varied import a_variation, variation_page
from tests.factories import a_contact, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_known_site()


class TestHostile:
    @pytest.mark.parametrize("field", ["preview-values", "preview-good"])
    @pytest.mark.parametrize("text", ["{", "[]", "1", "[" * 50_000])
    def test_what_is_not_readable_is_refused(self, marketer, site, field, text):
        answer = marketer.post(PREVIEW, {**a_form(site), field: text})

        assert answer.status_code == 400
        assert "“preview-" in answer.json()["message"]

    @pytest.mark.parametrize("asset", ["0", "x", "9" * 30, "-1", "²"])
    def test_a_popup_that_is_not_there_is_refused(self, marketer, site, asset):
        answer = marketer.post(PREVIEW, {**a_form(site), "asset": asset})

        assert (answer.status_code, answer.json()) == (404, {"message": "There is no such popup."})

    def test_a_push_is_no_popup(self, marketer, site):
        answer = marketer.post(PREVIEW, {**a_form(site), "asset": a_push(site).pk})

        assert (answer.status_code, answer.json()) == (404, {"message": "There is no such popup."})

    @pytest.mark.parametrize("variation", ["x", "-1", "9" * 30, "9" * 15])
    def test_a_variation_that_is_not_there_is_refused(self, marketer, site, variation):
        form = {**a_page(a_popup(site)), "variation": variation}

        answer = marketer.post(PREVIEW, form)

        assert (answer.status_code, answer.json()) == (
            404,
            {"message": "There is no such variation."},
        )

    def test_a_form_that_is_too_long_is_refused(self, marketer, site):
        answer = marketer.post(PREVIEW, a_form(site, text="x" * 300_000))

        assert (answer.status_code, answer.json()) == (413, {"message": "This form is too long."})

    @pytest.mark.parametrize("name", ["__proto__", "constructor", "a.b", "", "x" * 5_000])
    def test_a_value_may_be_called_anything(self, marketer, site, name):
        values = json.dumps({"state": {name: "v", "first_name": "Eve", "n": 1, "l": [name]}})

        found = asked(
            marketer,
            a_form(site, title="{{ state.first_name }}", **{"preview-values": values}),
        )

        assert found["popup"]["title"] == "Eve"

    def test_markup_of_a_contact_stays_text(self, marketer, site):
        zoe = a_contact(site, state={"first_name": "<img src=x onerror=alert(1)>"})

        answer = marketer.post(
            PREVIEW, a_form(site, title="{{ state.first_name }}", **{"preview-contact": zoe.pk})
        )

        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["popup"]["title"] == "<img src=x onerror=alert(1)>"

    def test_a_contact_of_another_site_is_not_there(self, marketer, site):
        elsewhere = a_contact(a_site(), external_id="anna-1")

        answer = asked(marketer, a_form(site, **{"preview-contact": elsewhere.pk}))

        assert answer["problem"] == "This contact is not there any more: choose another one."
        assert "anna-1" not in str(answer)

    def test_what_cannot_be_filled_is_said(self, marketer, site):
        who = a_contact(site, state={"first_name": "x" * 15_000}).pk
        title = "{{ state.first_name }}{{ state.first_name }}"

        answer = asked(marketer, a_form(site, title=title, **{"preview-contact": who}))

        assert answer["problem"].startswith("The texts cannot be filled for this contact: ")
        assert "popup" not in answer


class TestAccess:
    def test_who_may_only_look_sees_what_is_stored_whatever_is_sent(self, analyst, site):
        popup = a_popup(site, title="Stored")
        german = a_variation(popup, status="draft", content={"title": "Hallo"})

        by_form = asked(analyst, a_page(popup, title="Written"))
        of_variation = asked(analyst, a_variation_page(popup, german, title="Written"))

        assert by_form["popup"]["title"] == "Stored"
        assert (of_variation["popup"]["title"], of_variation["variation"]) == ("Hallo", "German")
        for address in (f"/admin/assets/popup/{popup.pk}/change/", variation_page(german)):
            page = analyst.get(address).content.decode()
            assert 'data-stored="yes"' in page
            assert 'data-kind="popup"' in page

    def test_a_variation_is_read_from_those_who_may_change_both(self, client, site):
        popup = a_popup(site)
        german = a_variation(popup, content={"title": "Hallo"})
        with_rights(client, "view_popup", "change_popup", "view_variation")

        found = asked(client, a_variation_page(popup, german, title="Written"))

        assert found["popup"]["title"] == "Hallo"

    def test_who_may_not_see_variations_sees_no_draft_of_one(self, client, site):
        popup = a_popup(site)
        german = a_variation(popup, status="draft", content={"title": "Hallo"})
        with_rights(client, "view_popup", "change_popup")

        answer = client.post(PREVIEW, a_variation_page(popup, german))

        assert answer.status_code == 403
        assert "Hallo" not in answer.content.decode()

    def test_who_may_not_see_popups_gets_nothing(self, client, site):
        with_rights(client, "view_push", "change_push", "view_contact")

        assert client.post(PREVIEW, a_form(site)).status_code == 403
        assert client.get(f"{TAGS}?site={site.pk}").status_code == 403
        assert client.get(f"{CONTACTS}?site={site.pk}").status_code == 403

    def test_who_may_only_create_sees_nothing_of_what_is_stored(self, client, site):
        with_rights(client, "add_popup")
        popup = a_popup(site, title="Secret")

        assert asked(client, a_form(site, title="Mine"))["popup"]["title"] == "Mine"
        answer = client.post(PREVIEW, a_page(popup))
        assert answer.status_code == 403
        assert "Secret" not in answer.content.decode()

    def test_who_may_not_see_contacts_sees_no_word_of_them(self, client, site):
        with_rights(client, "view_popup", "change_popup")
        anna = a_contact(site, external_id="anna-1", state={"first_name": "Anja"})
        popup = a_popup(site)

        chosen = client.post(PREVIEW, a_page(popup, **{"preview-contact": anna.pk}))

        assert chosen.status_code == 403
        assert client.get(f"{CONTACTS}?site={site.pk}").status_code == 403
        tags = client.get(f"{TAGS}?site={site.pk}").content.decode()
        assert "first_name" in tags
        assert "Anja" not in tags
        made_up = asked(client, a_page(popup, title="{{ state.first_name }}"))
        assert made_up["popup"]["title"] == "Anna"
        page = client.get(f"/admin/assets/popup/{popup.pk}/change/").content.decode()
        assert 'data-anonymous="yes"' in page
