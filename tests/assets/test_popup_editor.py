"""The preview of a popup while it is written."""

import json

import pytest

from apps.assets.models import Button, LabelTag, Popup
from tests.assets.popup_pages import CONTACTS, PREVIEW, TAGS, a_known_site, a_page, asked
from tests.assets.test_popup_forms import a_form
from tests.assets.varied import GERMAN, a_button, a_variation
from tests.factories import a_contact, a_popup, a_property

ADD = "/admin/assets/popup/add/?starter=blank"
pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_known_site()


class TestPreview:
    def test_it_draws_what_has_not_been_saved(self, marketer, site):
        row = {"label": "Go", "action": "open", "url": "/sale"}

        found = asked(marketer, a_form(site, row, title="Hi", layout="slide"))

        popup = found["popup"]
        assert (popup["title"], popup["layout"], popup["preview"]) == ("Hi", "slide", "")
        assert [(button["url"], button["does"]) for button in popup["buttons"]] == [
            ("https://shop.example/sale", "Preview: opens https://shop.example/sale")
        ]
        assert (found["variation"], found["met"], found["labels"]) == (
            *("Default content", "Default content"),
            {},
        )
        assert found["problem"] == ""
        assert not Popup.objects.filter(name="News").exists()

    def test_somebody_made_up_has_a_value_for_everything(self, marketer, site):
        a_property(site, "total", "number", event="purchase")
        text = "{{ event.total }} {{ journey.code }}"

        found = asked(marketer, a_form(site, title="Hi {{ state.first_name }}", text=text))

        assert (found["popup"]["title"], found["popup"]["text"]) == ("Hi Anna", "20 Code")
        assert found["viewer"] == {"id": None, "name": "a made-up contact", "about": ""}
        assert found["values"] == {
            "state": {"first_name": "Anna"},
            "event": {"total": "20"},
            "journey": {"code": "Code"},
        }

    def test_what_is_typed_comes_before_what_is_made_up(self, marketer, site):
        title = "{{ state.first_name | default: 'you' }} in {{ state.city }}"
        values = json.dumps({"state": {"first_name": ""}, "event": [], "journey": 1})

        found = asked(marketer, a_form(site, title=title, **{"preview-values": values}))

        assert found["popup"]["title"] == "you in Lisbon"

    def test_a_contact_has_only_what_it_has(self, marketer, site):
        ben = a_contact(site, external_id="ben-1", state={"first_name": "Ben"})
        title = "{{ state.first_name }} in {{ state.city | default: 'no town' }}"

        found = asked(marketer, a_form(site, title=title, **{"preview-contact": ben.pk}))

        assert found["popup"]["title"] == "Ben in no town"
        assert found["viewer"] == {"id": ben.pk, "name": "ben-1", "about": "Ben"}
        assert found["values"] == {"event": {}, "journey": {}}

    def test_a_field_in_error_keeps_what_was_good(self, marketer, site):
        row = {"label": "Go {{", "action": "open", "url": "javascript:alert(1)"}
        good = {"title": "Good", "buttons-0-label": "Go"}

        found = asked(
            marketer,
            a_form(
                *(site, row),
                title="{{ x",
                image="javascript:x",
                delay="-1",
                **{"preview-good": json.dumps(good)},
            ),
        )

        popup = found["popup"]
        assert (popup["title"], popup["image"], popup["delay"]) == ("Good", None, 0)
        assert [(button["label"], button["url"]) for button in popup["buttons"]] == [("Go", None)]
        assert sorted(found["errors"]) == [
            *("buttons-0-label", "buttons-0-url", "delay", "image", "title")
        ]

    def test_without_anything_good_it_is_what_a_new_popup_has(self, marketer, site):
        row = {"label": "Go {{", "action": "open", "url": "/sale"}

        popup = asked(marketer, a_form(site, row, title="{{ x"))["popup"]

        assert (popup["title"], popup["buttons"][0]["label"]) == ("", "1")

    def test_a_colour_that_is_hard_to_read_is_drawn_with_a_warning(self, marketer, site):
        colors = {"background_color": "#ffffff", "text_color": "#aaaaaa"}
        good = json.dumps({"text_color": "#000000"})

        found = asked(marketer, a_form(site, **colors, **{"preview-good": good}))

        assert "2.3 to 1" in found["problem"]
        assert found["errors"] == {"text_color": [found["problem"]]}
        assert found["popup"]["colors"] == {"background": "#ffffff", "text": "#aaaaaa"}

    def test_it_draws_the_buttons_of_a_stored_popup_in_their_new_order(self, marketer, site):
        popup = a_popup(site)
        for position, label in enumerate(("One", "Two")):
            Button.objects.create(asset=popup, label=label, action="close", position=position)
        one, two = popup.buttons.all()
        form = a_form(
            site,
            {"id": one.pk, "label": "One", "action": "close", "position": "1"},
            {"id": two.pk, "label": "Two", "action": "close", "position": "0"},
            **{"buttons-INITIAL_FORMS": "2", "title": "New", "asset": popup.pk},
        )

        shown = asked(marketer, form)["popup"]

        assert shown["title"] == "New"
        assert [button["label"] for button in shown["buttons"]] == ["Two", "One"]
        popup.refresh_from_db()
        assert popup.title == "Hello"
        assert [button.position for button in popup.buttons.order_by("pk")] == [0, 1]

    def test_without_a_site_it_asks_for_one(self, marketer, site):
        found = asked(marketer, {**a_form(site), "site": ""})

        assert found == {
            "errors": {},
            "problem": "Choose the site first: it decides what can be shown.",
        }


class TestVariations:
    @pytest.fixture
    def popup(self, site):
        popup = a_popup(site, title="Hello")
        tag = LabelTag.objects.create(site=site, name="bonus", value="10 %")
        tag.values.create(rule=GERMAN, value="20 %")
        a_variation(popup, content={"title": "Hallo {{ label.bonus }}"})
        a_variation(popup, "Draft", status="draft", rule={})
        return popup

    def test_each_contact_gets_the_one_it_meets_and_what_the_labels_say(
        self, marketer, site, popup
    ):
        german = popup.variations.get(name="German")
        contacts = [a_contact(site, language=language) for language in ("de", "en")]
        pages = [a_page(popup, title="Hi {{ label.bonus }}", **{"preview-contact": each.pk})
                 for each in contacts]  # fmt: skip

        found = [asked(marketer, page) for page in pages]

        assert [
            (each["popup"]["title"], each["variation"], each["met"], each["labels"])
            for each in found
        ] == [
            ("Hallo 20 %", "German", "German", {"bonus": "20 %"}),
            ("Hi 10 %", "Default content", "Default content", {"bonus": "10 %"}),
        ]
        assert [each["versions"] for each in found] == [[{"id": german.pk, "name": "German"}]] * 2

    @pytest.mark.parametrize("viewer", ["contact", "made-up"])
    def test_any_can_be_looked_at_as_anybody(self, marketer, site, popup, viewer):
        german = popup.variations.get(name="German")
        who = a_contact(site, language="de").pk if viewer == "contact" else ""

        def ask(version):
            changes = {"preview-contact": who, "preview-version": version}
            found = asked(marketer, a_page(popup, title="Hi", **changes))
            return found["popup"]["title"], found["variation"]

        default = ("Hi", "Default content")
        hallo = f"Hallo {'20' if viewer == 'contact' else '10'} %", "German"
        assert ask("default") == default
        assert ask(german.pk) == hallo
        assert ask("") == (hallo if viewer == "contact" else default)

    def test_somebody_made_up_gets_the_one_that_is_met(self, marketer, site, popup):
        values = json.dumps({"state": {"language": "de"}})

        found = asked(marketer, a_page(popup, **{"preview-values": values}))

        assert (found["popup"]["title"], found["variation"], found["met"], found["labels"]) == (
            *("Hallo 20 %", "German", "German"),
            {"bonus": "20 %"},
        )

    @pytest.mark.parametrize("version", ["0", "-1", "x", "9" * 30, "9" * 15, "²"])
    def test_one_that_is_not_there_is_the_one_that_is_met(self, marketer, site, popup, version):
        who = a_contact(site, language="de").pk

        found = asked(
            marketer, a_page(popup, **{"preview-contact": who, "preview-version": version})
        )

        assert found["variation"] == "German"

    def test_it_costs_the_same_whatever_the_popup_has(
        self, marketer, site, popup, django_assert_max_num_queries, django_assert_num_queries
    ):
        who = a_contact(site, language="de").pk

        def ask():
            return asked(marketer, a_page(popup, **{"preview-contact": who}))

        with django_assert_max_num_queries(26) as first:
            assert ask()["popup"]["title"] == "Hallo 20 %"
        for number in range(3):
            tag = LabelTag.objects.create(site=site, name=f"label_{number}", value="x")
            tag.values.create(rule=GERMAN, value="y")
            variation = a_variation(
                popup,
                f"Other {number}",
                has_own_buttons=True,
                content={"title": f"{{{{ label.label_{number} }}}} {{{{ state.city }}}}"},
            )
            a_button(popup, variation, action="close")
        with django_assert_num_queries(len(first)):
            ask()

    def test_somebody_made_up_costs_one_query_for_what_is_known(
        self, marketer, site, popup, django_assert_max_num_queries, django_assert_num_queries
    ):
        with django_assert_max_num_queries(26) as first:
            asked(marketer, a_page(popup, title="{{ state.city }}"))
        a_variation(popup, "Other", content={"text": "{{ state.first_name }} {{ event.x }}"})
        with django_assert_num_queries(len(first)):
            asked(marketer, a_page(popup, title="{{ state.city }}"))


class TestPage:
    def test_tags_and_contacts_are_offered_as_for_a_push(self, marketer, site):
        a_contact(site, external_id="anna-1", state={"city": "Berlin"})

        tags = marketer.get(f"{TAGS}?site={site.pk}").json()
        found = marketer.get(f"{CONTACTS}?site={site.pk}&q=berl").json()

        city = next(item for item in tags["groups"][0]["items"] if item["path"] == "state.city")
        assert city["example"] == "Berlin"
        assert [contact["name"] for contact in found["contacts"]] == ["anna-1"]

    def test_it_names_the_fields_that_take_tags_and_no_browsers(self, marketer, site):
        settings = marketer.get(ADD).context["editor"]["settings"]

        assert settings["tagged"] == ["title", "text", "close_label", "image"]
        assert sorted(settings) == ["site", "tagged", "urls"]
        assert settings["urls"]["preview"] == PREVIEW
