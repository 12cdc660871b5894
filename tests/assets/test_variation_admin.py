import json

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.assets.models import Variation
from tests.assets.varied import GERMAN, GONE, VIP, a_button, a_variation, names, no_buttons
from tests.factories import a_contact, a_popup, a_push, a_segment, a_site, a_user

PUSH = ("title", "message", "url", "icon", "image", "badge", "direction", "language", "data")
POPUP = ("title", "text", "image", "close_label", "direction", "language")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def push(db):
    return a_push(name="Sale", title="Hello")


def page_of(asset):
    return f"/admin/assets/{asset._meta.model_name}/{asset.pk}/change/"


def variation_page(variation, page="change"):
    return f"/admin/assets/variation/{variation.pk}/{page}/"


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


class TestMoving:
    def test_it_answers_with_the_table_and_the_strip(self, marketer, push):
        first, second = a_variation(push, "First"), a_variation(push, "Second")

        answer = marketer.post(
            variation_page(second, "move"), {"to": "up", "among": "everybody"}, headers=HTMX
        )

        assert names(push) == ["Second", "First"]
        rows = answer.context["content"]["rows"]
        assert [row.variation for row in rows] == [second, first, None]
        page = answer.content.decode()
        assert 'id="strip"' in page
        assert 'hx-swap-oob="true"' in page
        assert f"/shares/{push.pk}/?among=everybody" in page

    def test_it_works_without_a_script(self, marketer, push):
        first = a_variation(push, "First")
        a_variation(push, "Second")

        answer = marketer.post(variation_page(first, "move"), {"to": "down"})

        assert answer.url == f"{page_of(push)}#variations"
        assert names(push) == ["Second", "First"]

    def test_it_changes_nothing_by_being_looked_at(self, marketer, push):
        assert marketer.get(variation_page(a_variation(push), "move")).status_code == 405

    def test_it_needs_the_token_of_the_page(self, push):
        client = Client(enforce_csrf_checks=True)
        client.force_login(a_user("Marketer"))
        a_variation(push, "First")
        second = a_variation(push, "Second")

        assert client.post(variation_page(second, "move"), {"to": "up"}).status_code == 403
        assert names(push) == ["First", "Second"]


class TestTable:
    def shares(self, client, push, among=""):
        answer = client.get(
            f"/admin/assets/variation/shares/{push.pk}/", {"among": among}, headers=HTMX
        )
        return answer.context["content"]

    def test_the_page_has_it_before_anybody_is_counted(self, marketer, push):
        a_variation(push)
        a_variation(push, "Again")
        a_variation(push, "Broken", GONE)

        panels = marketer.get(page_of(push)).context["panels_above"]

        content = next(p.content for p in panels if p.title == "Who gets which variation")
        assert [(row.words, row.never, row.problem) for row in content["rows"]] == [
            ("Language is de", "", ""),
            ("Language is de", "“German” before it has the same rule.", ""),
            ("gone is x", "", "Nothing is known as “gone” here."),
            ("Everybody else", "", ""),
        ]
        assert not content["is_counted"]

    def test_an_asset_without_variations_has_none(self, marketer, push):
        titles = [panel.title for panel in marketer.get(page_of(push)).context["panels_above"]]

        assert "Who gets which variation" not in titles

    def test_it_counts_the_reachable_unless_others_are_chosen(self, marketer, push):
        a_variation(push)
        a_variation(push, "VIP", {}, status="draft")
        a_contact(push.site, language="de", is_reachable=True)
        a_contact(push.site, language="fr", is_reachable=True)
        a_contact(push.site, language="fr")
        french = a_segment(push.site, rule={"field": "language", "op": "is", "value": "fr"})

        def percents(among):
            rows = self.shares(marketer, push, among)["rows"]
            return [row.share and row.percent for row in rows]

        assert percents("") == ["50 %", None, "50 %"]
        assert percents("everybody") == ["33 %", None, "67 %"]
        assert percents(str(french.pk)) == ["0 %", None, "100 %"]

    def test_it_says_what_those_who_meet_it_get_before(self, marketer, push):
        a_variation(push)
        allowed = {"all": [GERMAN, {"field": "push_status", "op": "is", "value": "allowed"}]}
        a_variation(push, "Allowed", allowed)
        for _ in range(2):
            a_contact(push.site, language="de", push_status="allowed")

        content = self.shares(marketer, push, "everybody")

        assert [row.lost for row in content["rows"]] == [
            "",
            "All 2 who meet it get “German” before.",
            "",
        ]

    @pytest.mark.parametrize("among", ["0", "x", "9" * 40, "\x00"])
    def test_it_says_so_when_the_segment_is_gone(self, marketer, push, among):
        a_variation(push)

        assert self.shares(marketer, push, among)["problem"] == "There is no such segment any more."

    def test_it_says_so_when_the_segment_is_broken_or_of_another_site(self, marketer, push):
        a_variation(push)
        broken, foreign = a_segment(push.site, rule=GONE), a_segment(a_site())

        assert self.shares(marketer, push, str(broken.pk))["problem"].startswith(
            "This segment is broken: "
        )
        assert self.shares(marketer, push, str(foreign.pk))["problem"] == (
            "There is no such segment any more."
        )

    def test_it_is_a_page_of_its_own_without_a_script(self, marketer, push):
        a_variation(push)

        page = marketer.get(f"/admin/assets/variation/shares/{push.pk}/").content.decode()

        assert "<html" in page
        assert "Language is de" in page

    def test_an_analyst_may_look_and_is_offered_no_change(self, client, push):
        a_variation(push)
        client.force_login(a_user("Analyst"))

        content = self.shares(client, push)

        assert not content["can_change"]

    def test_others_may_not(self, client, push):
        client.force_login(a_user())

        answer = client.get(f"/admin/assets/variation/shares/{push.pk}/")

        assert answer.status_code == 403

    def test_the_pages_cost_the_same_with_one_variation_and_with_three(self, marketer, push):
        def queries(address):
            with CaptureQueriesContext(connection) as captured:
                marketer.get(address)
            return len(captured)

        german = a_variation(push)
        pages = (
            page_of(push),
            variation_page(german),
            f"/admin/assets/variation/shares/{push.pk}/",
            "/admin/assets/push/",
            "/admin/assets/asset/",
        )
        for page in pages:
            marketer.get(page)
        one = [queries(page) for page in pages]
        a_variation(push, "VIP", {"all": [GERMAN, GERMAN]})
        a_variation(push, "Draft", {}, status="draft")

        assert [queries(page) for page in pages] == one


class TestItsOwnPage:
    def nobody(self, client, variation):
        panels = client.get(variation_page(variation)).context["panels_above"]
        return next((panel.content for panel in panels if panel.title == "Nobody gets it"), None)

    def test_it_says_why_nobody_gets_it(self, marketer, push):
        german, again = a_variation(push), a_variation(push, "Again")
        broken = a_variation(push, "Broken", GONE)

        assert self.nobody(marketer, german) is None
        assert self.nobody(marketer, again)["never"] == "“German” before it has the same rule."
        assert self.nobody(marketer, broken)["problem"] == "Nothing is known as “gone” here."


class TestLists:
    def test_they_say_how_many_there_are(self, marketer, push):
        a_variation(push)
        a_variation(push, "VIP", VIP)

        for address in ("/admin/assets/push/", "/admin/assets/asset/"):
            (row,) = (
                row for row in marketer.get(address).context["cl"].result_list if row.pk == push.pk
            )
            assert row.variation_count == 2

    def test_there_is_no_list_of_variations(self, marketer):
        assert marketer.get("/admin/assets/variation/").url == "/admin/assets/asset/"
