import json

import pytest

from apps.accounts.uniqueness import told_at_fields
from apps.assets.forms import VariationForm
from apps.assets.models import Variation
from tests.assets.varied import GERMAN, GONE, a_variation
from tests.factories import a_popup, a_push

pytestmark = pytest.mark.django_db

PUSH = ("title", "message", "url", "icon", "image", "badge", "direction", "language", "data")
POPUP = ("title", "text", "image", "close_label", "direction", "language")


@pytest.fixture
def push():
    return a_push(title="Hello", message="Two\nlines", url="/sale", data={"a": 1})


def sent(varied=PUSH, **changes):
    """What the page sends: a field is there where its switch is off."""
    own = {f"same_{name}": "" for name in changes if name in varied}
    same = {f"same_{name}": "on" for name in varied}
    return {"name": "German", "status": "draft", "rule": "", **same, **own, **changes}


def a_form(asset, **changes):
    form = told_at_fields(VariationForm)
    return form(sent(type(asset).VARIED, **changes), instance=Variation(asset=asset))


class TestNew:
    def test_it_is_a_draft_for_everybody_in_which_everything_is_the_same(self, push):
        form = VariationForm(instance=Variation(asset=push))

        assert form.initial["status"] == "draft"
        assert [form.initial[f"same_{name}"] for name in PUSH] == [True] * 9
        assert form.initial["title"] == "Hello"
        assert form.fields["same_title"].widget.attrs["data-default"] == "Hello"
        assert json.loads(form.fields["same_data"].widget.attrs["data-default"]) == {"a": 1}

    def test_it_keeps_nothing_that_is_the_same(self, push):
        form = a_form(push, rule=json.dumps(GERMAN))

        assert form.is_valid(), form.errors
        assert (form.cleaned_data["content"], form.instance.content) == ({}, {})
        assert form.instance.rule == GERMAN

    def test_it_asks_the_fields_of_the_kind(self):
        form = VariationForm(instance=Variation(asset=a_popup()))

        assert [name for name in POPUP if name in form.fields] == list(POPUP)
        assert "message" not in form.fields


class TestContent:
    def test_it_holds_only_what_differs(self, push):
        form = a_form(push, title="Hallo", data='{"b": 2}')

        assert form.is_valid(), form.errors
        assert form.instance.content == {"title": "Hallo", "data": {"b": 2}}
        assert form.cleaned_data["content"] == form.instance.content

    def test_it_may_be_empty_of_its_own(self, push):
        form = a_form(push, url="", message="", data="")

        assert form.is_valid(), form.errors
        assert form.instance.content == {"url": "", "message": "", "data": {}}

    def test_it_may_be_what_the_default_is_now(self, push):
        assert a_form(push, title="Hello").instance.content == {}
        form = a_form(push, title="Hello")

        assert form.is_valid()
        assert form.instance.content == {"title": "Hello"}

    def test_what_stands_in_one_line_has_no_breaks_here_either(self, push):
        form = a_form(push, title="Hallo\nda", message="Zwei\nZeilen")

        assert form.errors == {"title": ["Write it in one line."]}

    def test_a_title_of_its_own_cannot_be_empty(self, push):
        form = a_form(push, title="")

        assert form.errors == {"title": ["This field is required."]}

    def test_the_default_counts_where_its_field_was_sent_too(self, push):
        form = a_form(push)
        form.data |= {"title": "Hello", "message": "Two\r\nlines ", "data": '{"a": 1}'}

        assert form.is_valid(), form.errors
        assert form.instance.content == {}

    def test_it_loses_nothing_that_was_written_beside_a_switch_that_is_on(self, push):
        form = a_form(push)
        form.data |= {"message": "Other"}

        assert form.errors == {
            "message": ["It differs from the default. Switch “Same as default” off to keep it."]
        }
        assert form["message"].value() == "Other"

    def test_it_shows_the_default_again_when_something_else_is_wrong(self, push):
        form = a_form(push, name="")

        assert list(form.errors) == ["name"]
        assert form["title"].value() == "Hello"
        assert form["message"].value() == "Two\nlines"

    def test_it_takes_back_what_was_its_own(self, push):
        stored = a_variation(push, content={"title": "Hallo", "url": ""})

        form = VariationForm(sent(url=""), instance=stored)

        assert form.is_valid(), form.errors
        assert form.save().content == {"url": ""}

    def test_what_was_not_on_the_page_stays_as_it_is(self, push):
        stored = a_variation(push, content={"title": "Hallo", "data": {"b": 2}})
        data = {"name": "German", "status": "draft", "same_url": "on", "image": "/a.png"}

        form = VariationForm(data, instance=stored)

        assert form.is_valid(), form.errors
        assert form.instance.content == {"title": "Hallo", "data": {"b": 2}, "image": "/a.png"}

    @pytest.mark.parametrize(
        ("field", "text", "message"),
        [
            ("title", "{{ visitor.name }}", "“visitor” is unknown"),
            ("title", "{{ state.nmae }}", "“state.nmae” is not known to this site."),
            ("url", "/p/{{ label.gone }}", "“label.gone” is not known to this site."),
            ("url", "javascript:alert(1)", "Write https://"),
            ("data", "[1]", "Write a JSON object"),
            ("language", "!", "Write a language code"),
        ],
    )
    def test_it_checks_as_the_asset_is_checked(self, push, field, text, message):
        form = a_form(push, **{field: text})

        assert list(form.errors) == [field]
        assert form.errors[field][0].startswith(message)

    def test_it_does_not_check_what_is_the_same(self, push):
        push.title = "{{ state.nmae }}"
        push.save()

        assert a_form(push).is_valid()


class TestRest:
    def test_its_rule_asks_for_what_the_site_knows(self, push):
        assert list(a_form(push, rule=json.dumps(GONE)).errors) == ["rule"]

    def test_its_name_is_its_own_within_the_asset(self, push):
        a_variation(push)
        a_variation(a_push(push.site), "French")

        assert a_form(push).errors == {"name": ["Another variation of this asset has this name."]}
        assert a_form(push, name="French").is_valid()

    def test_it_refuses_more_than_there_may_be(self, push, monkeypatch):
        monkeypatch.setattr("apps.assets.variations.MAX_VARIATIONS", 1)
        stored = a_variation(push)

        assert "An asset has at most 1 variations." in a_form(push, name="B").non_field_errors()
        assert VariationForm(sent(), instance=stored).is_valid()
