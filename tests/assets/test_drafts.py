import pytest

from apps.assets import drafts
from apps.assets.models import Button, Popup, Push
from tests.assets.test_admin import a_form
from tests.factories import a_property, a_push, a_site

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


class TestWhatTheFormOfThePageSends:
    def test_labels_by_name_are_no_error(self):
        site = a_site()

        draft = drafts.read(Push, a_form(site, labels=["VIP"]))

        assert draft.errors == {}

    def test_a_button_taken_out_is_out_while_another_is_wrong(self):
        site = a_site()
        changes = {**BUTTONS, "buttons-0-DELETE": "on", "buttons-1-url": "nowhere"}

        draft = drafts.read(Push, a_form(site, **changes))

        assert [each["label"] for each in draft.source.content["buttons"]] == ["Show me"]
        assert list(draft.errors) == ["buttons-1-url"]

    def test_buttons_of_a_popup_are_checked_together(self):
        site = a_site()
        asking = {f"buttons-{number}-action": "ask_permission" for number in (0, 1)}
        content = {"layout": "box", "position": "center", "delay": "0", "wait_hours": "72"}
        form = a_form(site, **BUTTONS, **content, close_label="Close")

        draft = drafts.read(Popup, {**form, **asking, "buttons-1-url": ""})

        words = "One button asks for push permission already; a browser asks only once."
        assert draft.errors == {"buttons-1-action": [words]}
