import pytest

from apps.assets.models import Button, Popup, Push, Variation
from apps.assets.previews import drafts
from tests.assets.test_admin import a_form
from tests.factories import a_popup, a_property, a_push, a_site

pytestmark = pytest.mark.django_db

BUTTONS = {
    "buttons-TOTAL_FORMS": "2",
    "buttons-INITIAL_FORMS": "0",
    "buttons-0-label": "Later",
    "buttons-0-position": "1",
    "buttons-1-label": "Show me",
    "buttons-1-url": "/sale",
    "buttons-1-position": "0",
}


class TestRead:
    def test_it_is_what_saving_would_make(self):
        site = a_site()

        draft = drafts.read(Push, a_form(site, **BUTTONS))

        assert draft.errors == {}
        assert (draft.source.site, draft.source.content["title"]) == (site, "20 % off")
        assert [each["label"] for each in draft.source.content["buttons"]] == ["Show me", "Later"]
        assert not Push.objects.filter(name="Summer sale").exists()

    def test_a_field_in_error_is_as_it_was_stored(self):
        push = a_push(title="Before")
        Button.objects.create(asset=push, label="Old")
        changes = {**BUTTONS, "buttons-0-url": "nowhere"}

        draft = drafts.read(Push, a_form(push.site, title="{{", **changes), asset=push)

        assert draft.source.content["title"] == "Before"
        assert draft.source.content["message"] == "Until Sunday."
        assert sorted(draft.errors) == ["buttons-0-url", "title"]
        push.refresh_from_db()
        assert (push.title, push.message) == ("Before", "")

    def test_it_holds_the_variations_that_count(self):
        push = a_push()
        a_property(push.site, "vip", "yes_no")
        push.variations.create(name="German", status="active", content={"title": "Hallo"})
        push.variations.create(name="French", content={"title": "Salut"})

        draft = drafts.read(Push, a_form(push.site), asset=push)

        assert [version.name for version in draft.source.versions] == ["German"]

    def test_without_a_site_there_is_nothing_yet(self):
        assert drafts.read(Push, {**a_form(a_site()), "site": ""}) is None

    def test_it_takes_a_form_without_rows_of_buttons(self):
        form = {name: v for name, v in a_form(a_site()).items() if not name.startswith("buttons")}

        assert drafts.read(Push, form).source.content["buttons"] == []


class TestReadVariation:
    def a_page(self, **changes):
        switches = {f"same_{name}": "on" for name in Push.VARIED if name not in changes}
        basics = {"name": "German", "status": "draft", "rule": "", "has_own_buttons": ""}
        return {**basics, **switches, **BUTTONS, **changes}

    def test_it_is_the_asset_with_the_variation_as_it_is_written(self):
        push = a_push(title="Hello", message="News")
        german = push.variations.create(name="German", content={"title": "Hallo"})
        german.asset = push

        draft = drafts.read_variation(german, self.a_page(title="Guten Tag", has_own_buttons="on"))

        assert draft.errors == {}
        content = draft.source.content_of(german.pk)
        assert (content["title"], content["message"]) == ("Guten Tag", "News")
        assert [each["label"] for each in content["buttons"]] == ["Show me", "Later"]
        german.refresh_from_db()
        assert german.content == {"title": "Hallo"}

    def test_a_field_in_error_is_as_it_was_stored(self):
        push = a_push(title="Hello")
        german = push.variations.create(name="German", content={"title": "Hallo"})
        german.asset = push

        draft = drafts.read_variation(german, self.a_page(title="{{"))

        assert list(draft.errors) == ["title"]
        assert draft.source.content_of(german.pk)["title"] == "Hallo"

    def test_a_new_one_has_the_key_nought_and_the_buttons_of_the_default(self):
        push = a_push(title="Hello")
        Button.objects.create(asset=push, label="Go")

        draft = drafts.read_variation(Variation(asset=push), self.a_page(title="Hallo"))

        content = draft.source.content_of(0)
        assert (content["title"], [each["label"] for each in content["buttons"]]) == (
            "Hallo",
            ["Go"],
        )
        assert not push.variations.exists()

    def test_it_keeps_its_place_among_those_that_count(self):
        push = a_push()
        for position, name in enumerate(("First", "German", "Last")):
            push.variations.create(name=name, position=position, status="active")
        german = push.variations.get(name="German")
        german.asset = push

        written = drafts.read_variation(german, self.a_page(name="Deutsch"))
        new = drafts.read_variation(Variation(asset=push), self.a_page(name="New"))

        names = [version.name for version in written.source.versions]
        assert names == ["First", "Deutsch", "Last"]
        names = [version.name for version in new.source.versions]
        assert names == ["First", "German", "Last", "New"]

    def test_the_buttons_of_a_popup_are_checked_as_saving_does(self):
        popup = a_popup(position="top")
        rows = {"buttons-0-action": "ask_permission", "buttons-1-action": "close"}
        switches = {f"same_{name}": "on" for name in Popup.VARIED}
        page = {"name": "German", "status": "draft", "rule": "", "has_own_buttons": "on"}

        draft = drafts.read_variation(
            Variation(asset=popup), {**page, **switches, **BUTTONS, **rows}
        )

        assert list(draft.errors) == ["buttons-0-action"]
