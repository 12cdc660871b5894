"""The back office as a marketer uses it, by clicking."""

import pytest

from tests.browser.desk import PASSWORD
from tests.browser.office import follow, has_words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ONBOARDING = (
    "from apps.journeys.models import Journey; print(Journey.objects.get("
    "site__name='Fernweh Outfitters', name='Ask for push permission').pk)"
)


@pytest.fixture
def desk(browser_name, desk_of_one_site):
    """Where a form asks for no site, and a list shows no other's."""
    return desk_of_one_site


@pytest.fixture
def page(office, desk):
    office.goto(f"{desk.origin}/admin/")
    return office


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

        has_words(page, "}} is missing: {{ has no end.")
        has_words(page, "Write https://… or a path on the site that begins with /.")
        kept = page.evaluate(
            "['name', 'title', 'url'].map(n => document.getElementsByName(n)[0].value)"
        )
        assert kept == ["Winter", "Hello {{ state.first_name", "javascript:alert(1)"]


class TestJourneyPage:
    def test_it_shows_the_flow_and_can_be_paused_and_resumed(self, page, desk):
        follow(page, "Journeys")
        # Other tests have made many, and sites that have one of this name.
        number = desk.run(ONBOARDING)
        page.goto(f"{desk.origin}/admin/journeys/journey/?q=Ask+for+push+permission")
        page.click(f"a[href^='/admin/journeys/journey/{number}/change/']")
        has_words(page, "waiting now")

        for button, done in (("Pause", "is paused"), ("Resume", "is resumed")):
            page.click("[data-focus=more]")
            page.click(f"[data-dialog='do/{button.lower()}/']")
            page.click("#flow-dialog [type=submit]")
            has_words(page, done)

        assert page.errors == []


class TestWithoutAMouse:
    def test_filters_open_take_the_focus_and_give_it_back(self, page, desk):
        page.goto(f"{desk.origin}/admin/assets/push/")
        # The theme's script has to know the button before anybody presses it.
        page.wait_for("document.querySelector('.opens-filters')?._x_attributeCleanups")
        page.evaluate("document.querySelector('.opens-filters').focus()")

        page.press("Enter")
        page.wait_for("document.getElementById('filter-form').contains(document.activeElement)")
        page.press("Escape")

        page.wait_for("document.activeElement.matches('.opens-filters')")
        assert page.errors == []


class TestOnAPhone:
    def test_save_stays_in_reach_wherever_the_page_is(self, page, desk):
        page.set_viewport(390, 700)
        page.goto(f"{desk.origin}/admin/assets/push/add/")
        page.wait_for("document.querySelector('[name=_save]')")

        for place in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
            page.evaluate(f"scrollTo(0, {place})")
            page.wait_for(
                "(() => { const box = document.querySelector('[name=_save]')"
                ".getBoundingClientRect(); return box.top > 0 && box.bottom <= innerHeight; })()"
            )
