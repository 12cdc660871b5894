"""The back office as a marketer uses it, by clicking."""

import pytest

from tests.browser.desk import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Before the words of a link stands the name of its icon, on a line of its own.
LINK = (
    "[...document.querySelectorAll('a, button')].find(element => element.offsetParent && "
    "element.innerText.trim().split('\\n').pop().trim() === {!r})"
)
DIALOG = (
    "[...document.querySelectorAll('form button')].filter(b => b.innerText.trim() === {!r}).at(-1)"
)
WORDS = "document.body.innerText"


@pytest.fixture
def page(office, desk):
    office.goto(f"{desk.origin}/admin/")
    return office


def follow(page, words):
    """Click the link that says so, and wait for the page that it leads to."""
    page.evaluate("document.documentElement.dataset.left = 1")
    page.click(LINK.format(words))
    page.wait_for("!document.documentElement.dataset.left && document.readyState === 'complete'")


def has_words(page, words):
    page.wait_for(f"{WORDS}.includes({words!r})")


class TestPushForm:
    def test_a_marketer_logs_in_and_gets_there_by_marketing_assets_push_create(self, browser, desk):
        page = browser.open(f"{desk.origin}/admin/")
        page.set_viewport(1440, 900)
        page.type("[name=username]", "demo")
        page.type("[name=password]", PASSWORD)
        page.press("Enter")
        page.wait_for("document.getElementById('nav-sidebar-apps')")
        follow(page, "Assets")
        follow(page, "Push")
        follow(page, "Create")

        page.type("[name=name]", f"Autumn, made with {browser.name}")
        page.type("[name=title]", "Autumn is here")
        page.click("[name=_save]")

        has_words(page, f"Autumn, made with {browser.name}")
        assert page.url.endswith("/admin/assets/push/")
        assert page.errors == []

    def test_bad_input_gets_its_error_at_the_field_and_nothing_is_lost(self, page, desk):
        page.goto(f"{desk.origin}/admin/assets/push/add/")

        page.type("[name=name]", "Winter")
        page.type("[name=title]", "Hello {{ state.first_name")
        page.type("[name=url]", "javascript:alert(1)")
        page.click("[name=_save]")

        has_words(page, "This tag is not right")
        has_words(page, "Write https://… or a path on the site that begins with /.")
        kept = page.evaluate(
            "['name', 'title', 'url'].map(n => document.getElementsByName(n)[0].value)"
        )
        assert kept == ["Winter", "Hello {{ state.first_name", "javascript:alert(1)"]


class TestJourneyPage:
    def test_it_shows_the_flow_and_can_be_paused_and_resumed(self, page):
        follow(page, "Journeys")
        follow(page, "Ask for push permission")
        has_words(page, "Numbers, over all versions")

        for button, done in (("Pause", "is paused"), ("Resume", "is resumed")):
            page.click(LINK.format(button))
            page.click(DIALOG.format(button))
            has_words(page, done)

        assert page.errors == []
