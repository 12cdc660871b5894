import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.assets import starters
from apps.assets.models import Button, Popup
from tests.assets.test_popup_forms import a_form
from tests.factories import a_contact, a_popup, a_site, a_user

ADD = "/admin/assets/popup/add/"
STAGE = "/admin/assets/popup/stage/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def analyst(client):
    client.force_login(a_user("Analyst"))
    return client


def link_of(popup):
    return reverse("admin:assets_popup_link", args=[popup.pk])


class TestGallery:
    def test_it_offers_every_starter_and_keeps_what_the_address_said(self, marketer):
        page = marketer.get(f"{ADD}?_popup=1").content.decode()

        for starter in starters.STARTERS:
            assert f'href="?_popup=1&amp;starter={starter.slug}"' in page
        assert "Will you join us?" in page

    def test_who_may_not_create_gets_none(self, analyst):
        assert analyst.get(ADD).status_code == 403

    def test_choosing_fills_the_form_and_saves_nothing(self, marketer):
        a_site()
        before = Popup.objects.count()

        page = marketer.get(f"{ADD}?starter=promotion")

        form = page.context["adminform"].form
        formset = page.context["inline_admin_formsets"][0].formset
        assert (form["title"].value(), form["background_color"].value()) == (
            "20 % off all tents",
            "#fff4dc",
        )
        assert [row["label"].value() for row in formset.forms] == ["See the offers", "No, thanks"]
        assert Popup.objects.count() == before

    @pytest.mark.parametrize("slug", ["blank", "nonsense"])
    def test_blank_is_empty(self, marketer, slug):
        page = marketer.get(f"{ADD}?starter={slug}")

        assert page.context["adminform"].form["title"].value() is None
        assert page.context["inline_admin_formsets"][0].formset.forms == []

    def test_buttons_that_were_filled_in_are_stored_as_they_are(self, marketer):
        rows = [
            {"label": "Yes, please", "action": "ask_permission"},
            {"label": "Not now", "action": "close"},
        ]

        marketer.post(f"{ADD}?starter=onboarding-box", a_form(a_site(), *rows))

        stored = Button.objects.filter(asset__name="News").values_list("label", "action")
        assert list(stored) == [("Yes, please", "ask_permission"), ("Not now", "close")]


class TestForm:
    def test_the_buttons_come_after_the_content(self, marketer):
        page = marketer.get(f"{ADD}?starter=blank").content.decode()

        places = [
            page.index(mark)
            for mark in ('name="title"', 'id="buttons-group"', 'name="layout"', 'name="pages"')
        ]
        assert places == sorted(places)
        assert page.count('id="buttons-group"') == 1
        assert "Text (optional)" in page

    def test_each_input_of_a_button_has_a_name(self, marketer):
        page = marketer.get(f"{ADD}?starter=onboarding-box")

        [formset] = [each.formset for each in page.context["inline_admin_formsets"]]
        names = {name: str(formset.forms[0][name]) for name in ("label", "action", "url", "event")}
        for name, label in (("label", "Label"), ("action", "Does"), ("url", "Address")):
            assert f'aria-label="{label}"' in names[name]
        assert 'aria-label="' in names["event"]

    def test_a_colour_has_a_picker_beside_it(self, marketer):
        page = marketer.get(f"{ADD}?starter=promotion").content.decode()

        assert 'type="color" value="#fff4dc"' in page
        assert 'data-picks="background_color"' in page


class TestStage:
    def test_it_is_for_those_who_have_to_do_with_popups(self, client):
        client.force_login(a_user())

        assert client.get(STAGE).status_code == 403

    def test_who_may_only_create_has_it_as_well(self, client):
        user = a_user()
        rights = Permission.objects.filter(content_type__app_label="assets")
        user.user_permissions.add(rights.get(codename="add_popup"))
        client.force_login(user)

        assert client.get(STAGE).status_code == 200

    def test_it_is_framed_by_the_desk_only_and_loads_the_sites_script(self, analyst):
        stage = analyst.get(STAGE)

        assert stage.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in stage.headers["Content-Security-Policy"]
        assert '<script src="/pushdesk.js" data-preview>' in stage.content.decode()
        assert analyst.get("/admin/assets/popup/").headers["X-Frame-Options"] == "DENY"


class TestLinkToTheSite:
    def test_it_is_made_for_the_home_page_unless_another_is_chosen(self, analyst):
        popup = a_popup()
        page = analyst.get(f"/admin/assets/popup/{popup.pk}/change/").content.decode()

        answer = analyst.post(link_of(popup), {"page": "https://shop.example/sale"})

        assert 'value="https://shop.example/"' in page
        assert "https://shop.example/sale#pushdesk-preview=" in answer.content.decode()

    @pytest.mark.parametrize(
        ("page", "words"),
        [
            ("https://evil.example/", "It allows: https://shop.example."),
            ("https://evil.example\\@shop.example/", "Write the whole address"),
            ("/sale", "Write the whole address"),
            ("", "This field is required."),
        ],
    )
    def test_it_leads_to_pages_of_the_site_only(self, marketer, page, words):
        answer = marketer.post(link_of(a_popup()), {"page": page}).content.decode()

        assert words in answer
        assert "pushdesk-preview=" not in answer

    def test_it_takes_a_contact_of_the_site(self, marketer):
        popup = a_popup()
        a_contact(popup.site, external_id="anna")
        a_contact(external_id="zoe")
        form = {"page": popup.site.home}

        made = marketer.post(link_of(popup), {**form, "contact": "anna"}).content.decode()
        refused = marketer.post(link_of(popup), {**form, "contact": "zoe"}).content.decode()

        assert "pushdesk-preview=" in made
        assert "Nobody on this site has this external id." in refused
        assert "pushdesk-preview=" not in refused

    def test_it_offers_the_variations_where_there_are_any(self, marketer):
        popup = a_popup()
        variation = popup.variations.create(name="German")

        page = marketer.get(f"/admin/assets/popup/{popup.pk}/change/").content.decode()
        form = {"page": popup.site.home, "variation": str(variation.pk)}
        made = marketer.post(link_of(popup), form).content.decode()
        refused = marketer.post(link_of(popup), {**form, "variation": "0x"}).content.decode()

        assert ">German</option>" in page
        assert "pushdesk-preview=" in made
        assert "pushdesk-preview=" not in refused

    def test_it_is_for_those_who_may_see_popups(self, client):
        client.force_login(a_user())
        popup = a_popup()

        assert client.post(link_of(popup), {"page": popup.site.home}).status_code == 403
