"""The journey builder in sight: on small screens, with long names, and after looking elsewhere."""

import secrets

import pytest

from tests.browser.builder import CARD, FOCUS, Builder
from tests.browser.test_back_office import ONBOARDING

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
SHARES = """
from apps.journeys.models import Journey, SplitStep
journey = Journey.objects.get(name={name!r})
paths = [{{"key": f"p{{n}}", "name": f"Path {{n}}", "weight": 1}} for n in range({number})]
SplitStep.objects.create(journey=journey, name="Apart", position=1, paths=paths)
"""
LINE = """
from apps.journeys.models import Journey, Lead, WaitStep
journey, last = Journey.objects.get(name={name!r}), None
for number in range({number}):
    step = WaitStep.objects.create(journey=journey, name=f"Wait {{number}}", position=number)
    if last:
        Lead.objects.create(step=last, outcome="done", target=step)
    last = step
"""
DRAFT = """
from apps.assets.models import Push
from apps.accounts.models import Site
site = Site.objects.get(name="Fernweh Outfitters")
print(Push.objects.create(site=site, name={name!r}, title="T", status="draft").pk)
"""
# Another tab was looked at, and now this one again.
COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"
PROBLEMS = "[...document.querySelectorAll('#flow-canvas .flow-problems li')].length"
IS_WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def name():
    return f"{LONG} {secrets.token_hex(3)}"


@pytest.fixture
def builder(office, desk, name):
    builder = Builder(office, desk, name)
    yield builder
    builder.ends()


class TestPhone:
    def test_a_long_name_makes_no_page_wider(self, builder):
        builder.create()
        page = builder.page
        page.set_viewport(390, 844)

        page.click("[data-focus=more]")
        page.click("[data-dialog='clone/']")
        builder.leads_on(lambda: page.click("#flow-dialog [type=submit]"))

        page.wait_for("document.body.innerText.includes('This is the copy of')")
        assert not page.evaluate(IS_WIDER)
        page.goto(f"{builder.desk.origin}/admin/journeys/journey/")
        assert not page.evaluate(IS_WIDER)
        builder.fine()

    def test_the_form_says_that_it_is_not_saved(self, builder):
        builder.create()
        page = builder.page
        page.set_viewport(390, 844)
        builder.add("[data-focus='add::']", "webhook")

        page.type("[name=url]", "shop.example")

        page.wait_for("document.querySelector('#flow-saving').dataset.state === 'unsaved'")
        assert page.evaluate(
            "(({left, right, bottom}) => document.elementFromPoint((left + right) / 2,"
            " bottom - 8).closest('#flow-saving') !== null)"
            "(document.querySelector('#flow-saving').getBoundingClientRect())"
        )
        builder.fine()

    def test_what_the_numbers_are_of_stands_in_two_rows(self, office, desk):
        office.set_viewport(390, 844)
        number = desk.run(ONBOARDING)
        days = "period=own&from=2026-11-01&to=2026-11-30"
        office.goto(f"{desk.origin}/admin/journeys/journey/{number}/change/?{days}")

        middles = office.evaluate(
            "['data-on', 'name=period', 'name=version', 'name=from', 'name=to'].map(name =>"
            " (box => (box.top + box.bottom) / 2)"
            "(document.querySelector(`#flow-live [${name}]`).getBoundingClientRect()))"
        )

        first = middles[0]
        assert [abs(middle - first) < 8 for middle in middles[1:]] == [True, True, False, False]
        assert middles[3] == middles[4]
        assert not office.evaluate(IS_WIDER)


class TestZoom:
    def test_a_wide_picture_fits_as_a_whole(self, builder):
        builder.create()
        builder.desk.run(SHARES.format(name=builder.name, number=20))
        page = builder.page
        page.reload()
        page.wait_for("document.querySelectorAll('.flow-branch').length === 20")

        page.click("[data-zoom=fit]")

        page.wait_for(
            "(scroll => scroll.scrollWidth <= scroll.clientWidth + 1 &&"
            " scroll.scrollHeight <= scroll.clientHeight + 1)"
            "(document.getElementById('flow-scroll'))"
        )
        builder.fine()


class TestElsewhere:
    def test_the_focus_comes_back_to_the_menu_that_a_dialog_came_from(self, builder):
        builder.create()
        page = builder.page
        page.click("[data-focus=more]")
        page.click("[data-dialog='clone/']")
        page.wait_for("document.querySelector('#flow-dialog').open")

        page.press("Escape")

        page.wait_for(f"{FOCUS} === 'more'")
        builder.fine()

    def test_what_was_put_right_in_another_tab_is_no_problem_here_any_more(self, builder):
        push = builder.name[-12:]
        number = builder.desk.run(DRAFT.format(name=push))
        builder.create()
        page = builder.page
        builder.add("[data-focus='add::']", "push")
        builder.choose("push", f"{push} (draft)")
        page.wait_for(f"{PROBLEMS} === 1")
        told = "document.querySelector('#flow-panel [data-problems]').innerText"
        assert "is a draft; make it active first." in page.evaluate(told)
        link = page.evaluate("document.querySelector('[data-open-one]').href")
        assert link == f"{builder.desk.origin}/admin/assets/push/{number}/change/"

        builder.desk.run(
            "from apps.assets.models import Push;"
            f"Push.objects.filter(pk={number}).update(status='active')"
        )
        page.evaluate(COME_BACK)

        page.wait_for(f"{PROBLEMS} === 0")
        page.wait_for("document.querySelector('#flow-panel [data-problems]').hidden")
        builder.fine()

    def test_a_card_is_brought_into_sight_and_the_toolbar_stays(self, builder):
        builder.create()
        builder.desk.run(LINE.format(name=builder.name, number=12))
        page = builder.page
        page.set_viewport(1440, 700)
        page.reload()
        page.wait_for(CARD.format("Wait 11"))
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(f"{CARD.format('Wait 11')}.focus({{ preventScroll: true }})")

        page.press("Enter")

        page.wait_for("document.querySelector('#flow-form')")
        page.wait_for(
            f"((card, scroll) => card.bottom < scroll.bottom && card.top > scroll.top)"
            f"({CARD.format('Wait 11')}.getBoundingClientRect(),"
            " document.getElementById('flow-scroll').getBoundingClientRect())"
        )
        assert page.evaluate("scrollY") == 0
        builder.fine()


class TestPeriod:
    def test_days_in_the_wrong_order_are_said_and_not_asked_for(self, office, desk):
        number = desk.run(ONBOARDING)
        office.goto(f"{desk.origin}/admin/journeys/journey/{number}/change/?period=own")
        office.wait_for("document.querySelector('.flow-zone')")

        office.evaluate(
            "(() => { const { period, from, to } = document.getElementById('flow-live').elements;"
            "period.value = 'own'; from.value = '2026-11-30'; to.value = '2026-11-01';"
            "to.dispatchEvent(new Event('change', { bubbles: true })); })()"
        )

        said = "document.querySelector('.flow-live-said').textContent"
        office.wait_for(f"{said} === 'The first day is after the last one.'")
        assert office.evaluate("document.querySelector('.flow-zone').innerText") == (
            "in Europe/Berlin"
        )
        assert office.errors == []
