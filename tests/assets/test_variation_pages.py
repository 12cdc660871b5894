import json

import pytest
from django.contrib.auth.models import Permission

from apps.assets.models import Variation
from tests.assets.varied import (
    GERMAN,
    GONE,
    a_button,
    a_variation,
    names,
    no_buttons,
    page_of,
    variation_page,
)
from tests.factories import a_popup, a_push, a_user

PUSH = ("title", "message", "url", "icon", "image", "badge", "direction", "language", "data")
POPUP = ("title", "text", "image", "close_label", "direction", "language")


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def push(db):
    return a_push(name="Sale", title="Hello")


def adding(asset):
    return f"/admin/assets/variation/add/?asset={asset.pk}"


def a_form(varied=PUSH, **changes):
    own = {f"same_{name}" for name in changes if name in varied}
    same = {f"same_{name}": "on" for name in varied if f"same_{name}" not in own}
    sent = {"name": "German", "status": "active", "rule": json.dumps(GERMAN), **same, **changes}
    return no_buttons(**sent)


def strip(page):
    tabs = page.context["strip"].tabs
    return [(tab.title, tab.is_draft, tab.is_current) for tab in tabs]


class TestStrip:
    def test_it_leads_from_the_asset_to_its_variations_and_back(self, marketer, push):
        german = a_variation(push)
        a_variation(push, "VIP", status="draft")

        page = marketer.get(page_of(push))

        assert strip(page) == [
            ("Default", False, True),
            ("German", False, False),
            ("VIP", True, False),
        ]
        page = marketer.get(variation_page(german))
        assert strip(page) == [
            ("Default", False, False),
            ("German", False, True),
            ("VIP", True, False),
        ]
        assert page.context["strip"].tabs[0].address == page_of(push)
        assert page.context["strip"].adding == adding(push)

    def test_it_offers_no_more_than_there_may_be(self, marketer, push, monkeypatch):
        monkeypatch.setattr("apps.assets.variations.MAX_VARIATIONS", 1)
        a_variation(push)

        assert marketer.get(page_of(push)).context["strip"].adding == ""

    def test_an_analyst_is_offered_nothing_to_add(self, client, push):
        client.force_login(a_user("Analyst"))

        assert client.get(page_of(push)).context["strip"].adding == ""

    def test_the_page_is_below_the_asset(self, marketer, push):
        page = marketer.get(variation_page(a_variation(push)))

        assert [row["title"] for row in page.context["trail"]] == [
            "Marketing",
            "Assets",
            "Push",
            "Sale",
        ]
        assert page.context["trail"][-1]["link"] == page_of(push)


class TestAdding:
    def test_it_is_a_draft_at_the_end_with_everything_the_same(self, marketer, push):
        a_variation(push, "First", position=4)

        answer = marketer.post(adding(push), a_form(status="draft"))

        made = push.variations.get(name="German")
        assert answer.url == page_of(push)
        assert (made.status, made.position, made.rule, made.content) == ("draft", 5, GERMAN, {})

    def test_the_page_shows_the_defaults(self, marketer, push):
        page = marketer.get(adding(push))

        form = page.context["adminform"].form
        assert (form["title"].value(), form["same_title"].value()) == ("Hello", True)
        assert form["status"].value() == "draft"
        assert page.context["strip"].is_adding

    def test_a_popup_has_the_fields_of_popups(self, marketer):
        popup = a_popup(title="Hello")

        answer = marketer.post(adding(popup), a_form(POPUP, text="Hallo"))

        assert answer.url == page_of(popup)
        assert popup.variations.get().content == {"text": "Hallo"}

    def test_it_takes_buttons_of_its_own(self, marketer, push):
        a_button(push, label="Default")
        sent = {
            "has_own_buttons": "on",
            "buttons-TOTAL_FORMS": "1",
            "buttons-0-label": "Zeig her",
            "buttons-0-url": "/sale",
            "buttons-0-position": "0",
        }

        marketer.post(adding(push), {**a_form(), **sent})

        german = push.variations.get()
        assert german.has_own_buttons
        assert list(german.buttons.values_list("label", "url", "asset")) == [
            ("Zeig her", "/sale", push.pk)
        ]
        assert list(push.buttons.filter(variation=None).values_list("label", flat=True)) == [
            "Default"
        ]

    def test_what_is_wrong_is_said_next_to_the_field_and_nothing_is_lost(self, marketer, push):
        buttons = {
            "buttons-TOTAL_FORMS": "1",
            "buttons-0-label": "{{ state.nope }}",
            "buttons-0-position": "0",
        }

        page = marketer.post(
            adding(push), {**a_form(title="{{ visitor.x }}", rule=json.dumps(GONE)), **buttons}
        )

        form = page.context["adminform"].form
        assert sorted(form.errors) == ["rule", "title"]
        assert form["title"].value() == "{{ visitor.x }}"
        assert page.context["inline_admin_formsets"][0].formset.errors == [
            {"label": ["“state.nope” is not known to this site. (line 1, character 4)"]}
        ]
        assert names(push) == []

    @pytest.mark.parametrize("asset", ["", "x", "9999999", "9" * 30, "²"])
    def test_without_an_asset_it_leads_to_the_list_of_assets(self, marketer, asset):
        answer = marketer.get(f"/admin/assets/variation/add/?asset={asset}")

        assert answer.url == "/admin/assets/asset/"

    def test_an_analyst_may_not(self, client, push):
        client.force_login(a_user("Analyst"))

        assert client.get(adding(push)).status_code == 403
        assert client.post(adding(push), a_form()).status_code == 403
        assert names(push) == []


class TestChanging:
    def test_it_stores_what_differs_and_leads_to_the_asset(self, marketer, push):
        german = a_variation(push, content={"title": "Alt", "image": ""})

        answer = marketer.post(variation_page(german), a_form(title="Hallo"))

        german.refresh_from_db()
        assert answer.url == page_of(push)
        assert german.content == {"title": "Hallo"}

    def test_it_stays_on_its_own_page_when_asked(self, marketer, push):
        german = a_variation(push)

        answer = marketer.post(variation_page(german), a_form(_continue="1"))

        assert answer.url == variation_page(german)

    def test_it_keeps_the_buttons_of_the_default_and_of_others(self, marketer, push):
        german, other = a_variation(push, has_own_buttons=True), a_variation(push, "Other")
        mine = a_button(push, german, "Mine")
        a_button(push, None, "Default")
        a_button(push, other, "Other")
        sent = {
            "has_own_buttons": "on",
            "buttons-TOTAL_FORMS": "1",
            "buttons-INITIAL_FORMS": "1",
            "buttons-0-id": str(mine.pk),
            "buttons-0-variation": str(german.pk),
            "buttons-0-label": "Mine",
            "buttons-0-position": "0",
            "buttons-0-DELETE": "on",
        }

        marketer.post(variation_page(german), {**a_form(), **sent})

        assert sorted(push.buttons.values_list("label", flat=True)) == ["Default", "Other"]
        german.refresh_from_db()
        assert german.has_own_buttons

    def test_an_analyst_reads_it_in_words(self, client, push):
        german = a_variation(push, content={"title": "<b>Hallo</b>", "image": ""})
        client.force_login(a_user("Analyst"))

        page = client.get(variation_page(german)).content.decode()

        assert "Language is de" in page
        assert "<p><b>Title</b>: &lt;b&gt;Hallo&lt;/b&gt;</p><p><b>Image</b>: –</p>" in page
        assert client.post(variation_page(german), a_form()).status_code == 403

    def test_who_may_not_change_pushes_may_not_change_their_variations(self, client, push):
        german = a_variation(push)
        user = a_user("Analyst")
        user.user_permissions.set(
            Permission.objects.filter(
                content_type__app_label="assets", codename__contains="variation"
            )
        )
        client.force_login(user)

        assert client.post(variation_page(german), a_form()).status_code == 403
        assert client.post(variation_page(german, "delete"), {"post": "yes"}).status_code == 403
        assert client.post(variation_page(german, "move"), {"to": "up"}).status_code == 403
        assert client.post(variation_page(german, "duplicate")).status_code == 403
        assert client.get(adding(push)).status_code == 403
        assert names(push) == ["German"]


class TestDeleting:
    def test_it_asks_first_and_leads_to_the_asset(self, marketer, push):
        german = a_variation(push)
        a_button(push, german)

        page = marketer.get(variation_page(german, "delete"))
        assert page.status_code == 200
        assert names(push) == ["German"]

        answer = marketer.post(variation_page(german, "delete"), {"post": "yes"})
        assert answer.url == page_of(push)
        assert (names(push), push.buttons.count()) == ([], 0)


class TestDuplicating:
    def test_it_leads_to_the_copy(self, marketer, push):
        answer = marketer.post(variation_page(a_variation(push), "duplicate"))

        assert answer.url == variation_page(Variation.objects.get(name="German (copy)"))

    def test_it_changes_nothing_by_being_looked_at(self, marketer, push):
        german = a_variation(push)

        assert marketer.get(variation_page(german, "duplicate")).status_code == 405
        assert names(push) == ["German"]
