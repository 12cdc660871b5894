import pytest

from apps.assets.compatibility import clients
from apps.assets.models import Button, LabelTag, Popup, Push
from apps.assets.previews import made_up, showing
from apps.assets.previews.showing import Viewer
from apps.assets.tags import NotFilled
from tests.assets.previews.test_drafts import BUTTONS
from tests.assets.test_admin import a_form
from tests.assets.test_popup_forms import a_form as a_popup_form
from tests.factories import a_contact, a_popup, a_property, a_push, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def push():
    push = a_push(title="Hello {{ state.first_name | default: 'you' }}")
    a_property(push.site, "first_name")
    push.variations.create(
        name="German",
        status="active",
        rule={"field": "language", "op": "is", "value": "de"},
        content={"title": "Hallo {{ label.bonus }}"},
    )
    LabelTag.objects.create(site=push.site, name="bonus", value="20 %")
    return push


def title(push, viewer):
    return showing.render(showing.stored(push).source, viewer).shown["title"]


class TestRead:
    def test_a_field_in_error_has_its_last_good_value(self):
        site = a_site()
        form = a_form(site, title="Hi {{", url="nowhere", **BUTTONS)

        draft = showing.read(Push, form, {"title": "Hi", "message": "Old"})

        assert sorted(draft.errors) == ["title", "url"]
        content = draft.source.content
        assert (content["title"], content["message"], content["url"]) == ("Hi", "Until Sunday.", "")
        assert form["title"] == "Hi {{"

    def test_a_button_in_error_has_its_last_good_label(self):
        form = a_form(a_site(), **{**BUTTONS, "buttons-1-label": "{{ state.x }}"})

        draft = showing.read(Push, form, {"buttons-1-label": "Show me"})

        assert list(draft.errors) == ["buttons-1-label"]
        labels = [each["label"] for each in draft.source.content["buttons"]]
        assert labels == ["Show me", "Later"]

    def test_what_is_said_to_be_good_is_checked_as_well(self):
        draft = showing.read(Push, a_form(a_site(), title="{{"), {"title": "{{ bad"})

        assert draft.source.content["title"] == ""

    def test_a_colour_that_is_hard_to_read_is_drawn_whatever_was_good(self):
        form = a_popup_form(a_site(), background_color="#ffffff", text_color="#aaaaaa")

        draft = showing.read(Popup, form, {"text_color": "#000000"})

        assert (list(draft.errors), draft.faint) == (["text_color"], ("text_color",))
        assert draft.source.content["text_color"] == "#aaaaaa"

    def test_what_is_no_colour_has_its_last_good_value(self):
        form = a_popup_form(a_site(), background_color="red", text_color="#aaaaaa")

        draft = showing.read(Popup, form, {"background_color": "#ffffff"})

        assert (list(draft.errors), draft.faint) == (["background_color"], ())
        content = draft.source.content
        assert (content["background_color"], content["text_color"]) == ("#ffffff", "#aaaaaa")


class TestRender:
    def test_a_contact_gets_the_variation_that_is_met(self, push):
        german = a_contact(push.site, language="de")
        other = a_contact(push.site, state={"first_name": "Anna"})

        assert title(push, Viewer(contact=german)) == "Hallo 20 %"
        assert title(push, Viewer(contact=other)) == "Hello Anna"

    def test_a_made_up_contact_gets_the_variation_that_is_met(self, push):
        german = made_up.contact(push.site, {"first_name": "Eve", "language": "de"})
        other = made_up.contact(push.site, {"first_name": "Eve"})

        assert title(push, Viewer(contact=german)) == "Hallo 20 %"
        assert title(push, Viewer(contact=other)) == "Hello Eve"

    def test_a_variation_can_be_named_for_anybody(self, push):
        german = push.variations.get().pk
        nobody = made_up.contact(push.site, {})
        stored = a_contact(push.site)

        assert title(push, Viewer(contact=nobody, version=german)) == "Hallo 20 %"
        assert title(push, Viewer(contact=stored, version=german)) == "Hallo 20 %"
        assert title(push, Viewer(contact=stored, version=german + 1)) == "Hello you"

    def test_the_default_content_can_be_named_and_what_is_met_is_told_all_the_same(self, push):
        german = push.variations.get()
        contact = a_contact(push.site, language="de")
        source = showing.stored(push).source

        default = showing.render(source, Viewer(contact=contact, version=showing.DEFAULT))
        other = showing.render(source, Viewer(contact=a_contact(push.site), version=german.pk))

        assert (default.shown["title"], default.version) == ("Hello you", None)
        assert default.met.key == german.pk
        assert (other.version.key, other.met) == (german.pk, None)

    def test_an_event_and_a_journey_can_be_made_up(self, push):
        push.title = "{{ event.price }} {{ journey.code }}"
        viewer = Viewer(
            contact=a_contact(push.site), more={"event": {"price": 20}, "journey": {"code": "X"}}
        )

        assert title(push, viewer) == "20 X"

    def test_what_cannot_be_filled_is_said(self, push):
        push.title = "{{ state.first_name }}{{ state.first_name }}"
        contact = a_contact(push.site, state={"first_name": "x" * 15_000})

        with pytest.raises(NotFilled):
            title(push, Viewer(contact=contact))


class TestStored:
    def test_the_variation_that_is_looked_at_is_there_even_as_a_draft(self, push):
        french = push.variations.create(name="French", content={"title": "Salut"})
        push.variations.create(name="Dutch", content={"title": "Hoi"})

        names = [version.name for version in showing.stored(push, french).source.versions]

        assert names == ["German", "French"]
        assert [version.name for version in showing.stored(push).source.versions] == ["German"]


class TestViewer:
    def test_of_a_contact_only_an_event_and_a_journey_are_made_up(self, push):
        push.title = "{{ state.first_name }} {{ event.price }} {{ journey.code }}"
        source = showing.stored(push).source
        anna = a_contact(push.site, state={"first_name": "Anja"})

        viewer = showing.viewer(source, contact=anna, given={"event": {"price": 5}})

        assert (viewer.contact, viewer.more) == (
            anna,
            {"event": {"price": 5}, "journey": {"code": "Code"}},
        )
        assert viewer.made_up == {
            "event": {"price": "Price"},
            "journey": {"code": "Code"},
        }


class TestShown:
    def test_it_is_the_notification_with_its_size_and_who_says_what(self, push):
        Button.objects.create(asset=push, label="Go", url="/sale")
        push.icon = "/icon.png"
        contact = a_contact(push.site, language="de")
        draft = showing.stored(push)

        shown = showing.shown(showing.render(draft.source, Viewer(contact=contact)), draft)

        size = shown["meter"]["bytes"]
        assert shown == {
            "notification": {
                "title": "Hallo 20 %",
                "navigate": "https://shop.example/",
                "lang": "de",
                "icon": "https://shop.example/icon.png",
                "actions": [
                    {"action": "1", "title": "Go", "navigate": "https://shop.example/sale"}
                ],
            },
            "site": {"name": push.site.name, "icon": push.site.icon, "host": "shop.example"},
            "own": ["icon"],
            # Of the default content, which the form writes: “Hello you”.
            "lengths": {"title": 9, "message": 0, "replace_key": 0},
            "variation": "German",
            "met": "German",
            "labels": {"bonus": "20 %"},
            "texts": {
                each.name: {"title": "Hallo 20 %", "body": "", "cut": []} for each in clients()
            },
            "meter": {
                "bytes": size,
                "level": "green",
                "words": f"{size} of 3,993 bytes; fits every browser",
                "left_out": [],
                "can_be_sent": True,
            },
        }

    def test_what_no_browser_gets_is_not_shown(self, push):
        push.message = "x" * 3_000
        push.image = f"/{'i' * 900}.png"
        contact = a_contact(push.site)

        draft = showing.stored(push)

        seen = showing.render(draft.source, Viewer(contact=contact))

        assert "image" in seen.shown
        assert "image" not in showing.shown(seen, draft)["notification"]

    def test_of_a_popup_it_is_the_dialog_whose_buttons_say_what_they_do(self):
        popup = a_popup(title="Hello")
        Button.objects.create(asset=popup, label="No", action="close")
        draft = showing.stored(popup)

        shown = showing.shown(showing.render(draft.source, showing.viewer(draft.source)), draft)

        dialog = shown.pop("popup")
        assert shown == {"variation": "Default content", "met": "Default content", "labels": {}}
        assert (dialog["title"], dialog["preview"]) == ("Hello", "")
        assert dialog["buttons"][0]["does"] == "Preview: closes, and counts as “no”"
