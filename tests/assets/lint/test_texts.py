import pytest

from tests.assets.lint.finding import found
from tests.assets.test_audience import CHROME, IPHONE, a_browser
from tests.factories import a_contact, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


class TestTexts:
    @pytest.mark.parametrize("title", ["BIG SALE TODAY", "ALLES MUSS RAUS {{ state.x | hey }}"])
    def test_shouting_is_a_hint(self, title):
        assert found(a_push(title=title)) == [
            ("hint", "title", "Title: all in capitals reads as shouting.")
        ]

    @pytest.mark.parametrize("title", ["🎉🎉", "!!!"])
    def test_a_title_without_a_word_is_a_hint(self, title):
        assert found(a_popup(title=title)) == [
            ("hint", "title", "Title: no word in it; a screen reader has little to say.")
        ]

    @pytest.mark.parametrize(
        "title", ["SALE", "Big sale", "{{ state.x | hey }}", "今日はセール", "50"]
    )
    def test_others_are_fine(self, title):
        assert found(a_push(title=title)) == []

    def test_a_long_title_is_cut_for_some(self):
        site = a_site()
        for kind in (CHROME, CHROME, CHROME, IPHONE):
            a_browser(site, kind)

        assert found(a_push(site, title="x" * 60)) == [
            (
                "warning",
                "title",
                "Title: up to 60 characters, cut off after 50 on Safari on iOS (25 % of the "
                "browsers).",
            )
        ]

    def test_a_title_that_is_long_for_nobody_who_is_there_is_fine(self):
        site = a_site()
        a_browser(site, CHROME)

        assert found(a_push(site, title="x" * 60, message="y" * 140)) == []

    def test_where_nobody_is_yet_all_are_named(self):
        assert found(a_push(title="x" * 52)) == [
            (
                "warning",
                "title",
                "Title: up to 52 characters, cut off after 43 on Chrome on macOS, 40 on Chrome "
                "on Android, 40 on Firefox on Android, 49 on Safari on macOS, 50 on Safari on "
                "iOS.",
            )
        ]

    def test_it_is_the_length_with_the_tags_filled(self):
        site = a_site()
        device = a_browser(site, IPHONE)
        device.contact.refresh_from_db()
        device.contact.state = {"name": "x" * 60}
        device.contact.save()
        push = a_push(site, message="y" * 179)
        push.variations.create(name="All", status="active", content={"title": "{{ state.name }}"})

        assert found(push) == [
            (
                "warning",
                "variations",
                "“All”, title: up to 60 characters, cut off after 50 on Safari on iOS (100 % of "
                "the browsers).",
            ),
            (
                "hint",
                "message",
                "Message: up to 179 characters, cut off after 178 on Safari on iOS (100 % of the "
                "browsers).",
            ),
        ]

    def test_a_tag_that_is_empty_for_some_asks_for_a_fallback(self):
        site = a_site()
        a_contact(site, is_reachable=True, state={"first_name": "Anna"})
        a_contact(site, is_reachable=True)

        assert found(a_push(site, title="Hi {{ state.first_name }}")) == [
            (
                "warning",
                "title",
                "Title: {{ state.first_name }} is empty for 50 % of those who can be reached: add "
                "a fallback, for example {{ state.first_name | my friend }}.",
            )
        ]

    def test_for_a_popup_everybody_counts(self):
        site = a_site()
        a_contact(site)

        assert found(a_popup(site, text="Hi {{ state.first_name }}")) == [
            (
                "warning",
                "text",
                "Text: {{ state.first_name }} is empty for 100 % of all contacts: add a "
                "fallback, for example {{ state.first_name | my friend }}.",
            )
        ]

    def test_what_cannot_be_filled_is_an_error(self):
        site = a_site()
        a_contact(site, is_reachable=True, state={"price": 0})

        assert found(a_push(site, message="{{ 10 | divided_by: state.price }}")) == [
            (
                "error",
                "message",
                "Message: its tags cannot be filled for 100 % of those who can be reached, who "
                "get nothing.",
            )
        ]
