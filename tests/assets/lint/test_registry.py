from dataclasses import replace

import pytest

from apps.assets import lint
from apps.assets.audience import Crowd
from apps.assets.lint import Finding, Level, Subject, registry
from apps.assets.models import Popup, Push
from apps.assets.previews import drafts
from tests.assets.lint.finding import found, looked_at, subject_of
from tests.assets.test_admin import a_form
from tests.factories import a_push, a_segment, a_site

pytestmark = pytest.mark.django_db

BUTTON = {
    "buttons-TOTAL_FORMS": "1",
    "buttons-INITIAL_FORMS": "0",
    "buttons-0-label": "Go",
    "buttons-0-url": "nowhere",
    "buttons-0-position": "0",
}


class TestRegistry:
    def test_the_worst_comes_first_and_each_once(self, monkeypatch):
        monkeypatch.setattr(registry, "_checks", [])

        @lint.register(Push)
        def check(subject):
            hint = Finding(level=Level.HINT, field="title", message="b")
            return [hint, hint, Finding(level=Level.ERROR, field="title", message="a")]

        @lint.register(Popup)
        def other(subject):
            raise AssertionError

        assert found(a_push()) == [("error", "title", "a"), ("hint", "title", "b")]

    def test_a_good_push_has_nothing_to_be_said(self):
        site = a_site()
        looked_at(site, "https://shop.example/sale")

        assert found(a_push(site, url="/sale"), without=()) == []

    def test_what_the_form_says_is_said_too(self):
        push = a_push()
        draft = drafts.read(
            Push, {**a_form(push.site, title="{{", url="nowhere"), **BUTTON}, asset=push
        )
        subject = replace(subject_of(push), source=draft.source, errors=draft.errors)

        rows = [(row.field, row.message) for row in lint.findings(subject) if row.level == "error"]

        assert rows == [
            (
                "title",
                "Title: }} is missing: {{ has no end. (line 1, character 1)",
            ),
            ("url", "Click address: Write https://… or a path on the site that begins with /."),
            (
                "buttons-0-url",
                "A button, address: Write https://… or a path on the site that begins with /.",
            ),
        ]

    def test_a_name_that_is_taken_is_said_once_and_as_saving_says_it(self):
        push = a_push(name="Sale")
        draft = drafts.read(Push, a_form(push.site, name="Sale"))
        subject = replace(
            subject_of(push), source=draft.source, errors=draft.errors, missing=draft.missing
        )

        assert draft.errors == {"name": ["Another asset of this site has this resource name."]}
        assert [row.message for row in lint.findings(subject) if row.level == "error"] == [
            "Resource name: Another asset of this site has this resource name."
        ]

    def test_what_is_not_written_yet_is_no_mistake(self):
        site = a_site()
        draft = drafts.read(Push, a_form(site, name="", title=""))
        crowd = Crowd.of(site)
        subject = Subject(
            source=draft.source, crowd=crowd, errors=draft.errors, missing=draft.missing
        )

        rows = [(row.level.value, row.field, row.message) for row in lint.findings(subject)]

        assert rows == [
            ("missing", "name", "Resource name"),
            ("missing", "title", "Title"),
            (
                "hint",
                "url",
                "Click address: empty, so a click opens the home page, https://shop.example/.",
            ),
        ]

    def test_what_was_saved_and_is_empty_now_is_one(self):
        push = a_push()
        draft = drafts.read(Push, a_form(push.site, title=""), asset=push)
        subject = replace(subject_of(push), errors=draft.errors, missing=draft.missing)

        rows = [row for row in lint.findings(subject) if row.field == "title"]

        assert [(row.level.value, row.message) for row in rows] == [
            ("error", "Title: This field is required.")
        ]

    def test_a_segment_that_cannot_be_asked_is_said_and_the_rest_is_checked(self):
        site = a_site()
        segment = a_segment(site, rule={"field": "state.gone", "op": "is", "value": 1})
        push = a_push(site, title="AN OFFER FOR EVERYBODY")

        assert found(push, segment=segment) == [
            ("hint", "title", "Title: all in capitals reads as shouting."),
            ("hint", "", registry.BROKEN),
        ]
