"""The numbers on the picture move while a marketer looks and visitors answer, each in a browser of
their own."""

import pytest

from tests.browser.builder import CARD
from tests.browser.drivers import BROWSERS, installed
from tests.browser.office import LOADED
from tests.browser.visitor import NO, YES, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# The demo's own onboarding would ask the same visitors.
ALONE = """
from apps.journeys import lifecycle
from apps.journeys.models import Journey
shop = Journey.objects.filter(site__name="Fernweh Outfitters")
lifecycle.pause(shop.get(name="Ask for push permission"))
"""
NOT_ALONE = """
from apps.journeys import lifecycle
from apps.journeys.models import Journey
shop = Journey.objects.filter(site__name="Fernweh Outfitters")
lifecycle.resume(shop.get(name="Ask for push permission"))
"""
STAND = """
from django.utils import timezone
from apps.accounts.models import Contact
from apps.journeys.models import Enrolment, Journey, Tally
journey = Journey.objects.get(name={name!r})
step = journey.live_version.steps.first()
contacts = [Contact(site=journey.site) for _ in range({number})]
Contact.objects.bulk_create(contacts)
Enrolment.objects.bulk_create(
    Enrolment(journey=journey, version=journey.live_version, contact=contact, step=step, number=1,
              entry_key=f"test:{{contact.pk}}", state="waiting", due_at=None)
    for contact in contacts
)
Tally.objects.add({{(step.pk, ""): {number}}}, at=timezone.now())
Tally.objects.add({{(step.pk, "done"): 12_345}}, at=timezone.now())
"""
# Of the card of that name, or of the way that it is said for.
COUNT = (
    "[...document.querySelectorAll('#flow-canvas [data-card]')].find(card => "
    "card.querySelector('.flow-name').textContent === {!r})"
    ".querySelector('[data-number$=\"/{}\"]').textContent"
)
WAY = "document.querySelector('#flow-canvas [data-number$=\"/left/{}\"]').textContent"
OTHERS = {"chromium": "firefox", "firefox": "chromium"}


@pytest.fixture
def other(browser_name, browsers, push_service, desktop):
    """The visitor's browser: another one than the marketer's."""
    wanted = OTHERS[browser_name]
    installed.require(wanted)
    if wanted not in browsers:
        kind = BROWSERS[wanted]
        browsers[wanted] = kind(push_service=push_service, notifications=desktop).start()
    yield browsers[wanted]
    browsers[wanted].forget()


@pytest.fixture
def alone(desk):
    desk.run(ALONE)
    yield
    desk.run(NOT_ALONE)


def build_onboarding(builder):
    builder.create()
    builder.add("[data-focus='add::']", "popup")
    builder.choose("popup", "Soft onboarding")
    builder.has("Soft onboarding")
    builder.add("[...document.querySelectorAll('.flow-gap [data-add]')].at(-1)", "push")
    builder.choose("push", "Welcome")
    builder.has("Soft onboarding", "Welcome")


def publish(builder):
    builder.page.click("[data-dialog='publish/']")
    builder.page.wait_for("document.querySelector('#flow-dialog [type=submit]')")
    builder.leads_on(lambda: builder.page.click("#flow-dialog [type=submit]"))
    builder.page.wait_for("document.body.innerText.includes('Version 1')")


def shows(builder, counts):
    """The open picture comes to show these, by itself."""
    for script, wanted in counts.items():
        builder.page.wait_for(f"{script} === {wanted!r}", timeout=60)


class TestVisitors:
    def test_yes_and_no_move_the_numbers_of_the_open_picture(self, builder, other, desktop, alone):
        build_onboarding(builder)
        publish(builder)
        page = builder.page
        page.evaluate("void (document.documentElement.dataset.stays = 1)")
        page.click(CARD.format("Welcome"))
        page.wait_for("document.activeElement.closest('#flow-form')")
        page.evaluate("void (window.held = document.activeElement)")

        visitor = Visitor(other, builder.desk)
        visitor.sees_popup()
        shows(builder, {COUNT.format("Soft onboarding", "entered"): "1"})
        visitor.says(YES, prompt="allow")
        desktop.click(desktop.wait_for("Welcome!"))
        shows(
            builder,
            {
                WAY.format("allowed"): "1",
                COUNT.format("Welcome", "entered"): "1",
                WAY.format("sent"): "1",
                COUNT.format("Welcome", "clicked"): "1",
            },
        )
        other.forget()
        second = Visitor(other, builder.desk)
        second.sees_popup()
        second.says(NO)

        shows(
            builder,
            {
                COUNT.format("Soft onboarding", "entered"): "2",
                WAY.format("declined"): "1",
                COUNT.format("Soft onboarding", "answered"): "2",
                "document.querySelector('[data-number=\"/entered\"]').textContent": "2",
            },
        )
        assert page.evaluate("document.documentElement.dataset.stays") == "1"
        assert page.evaluate("document.activeElement === window.held")
        builder.fine()


class TestPicture:
    @pytest.fixture
    def crowd(self, builder):
        builder.create()
        builder.add("[data-focus='add::']", "wait")
        builder.has("Wait 1 day")
        builder.waits()
        builder.page.click("[data-close]")
        publish(builder)
        builder.desk.run(STAND.format(name=builder.name, number=60))
        shows(builder, {COUNT.format("Wait 1 day", "waiting"): "60"})
        return builder

    def test_a_number_is_short_where_there_is_no_room_and_leads_to_who(self, crowd):
        page = crowd.page
        shows(crowd, {WAY.format("done"): "12 k"})
        assert page.evaluate(
            "document.querySelector('[data-number$=\"/left/done\"]').title"
        ).startswith("12,345 left after “Wait 1 day”")

        page.evaluate(
            "(() => { const { period } = document.getElementById('flow-live').elements;"
            "period.value = '7'; period.dispatchEvent(new Event('change', { bubbles: true })); })()"
        )
        assert page.evaluate("location.search") == "?period=7"
        crowd.leads_on(lambda: page.click("[data-number$='/waiting']"))
        assert page.evaluate("document.querySelectorAll('.who tbody tr').length") == 50
        crowd.leads_on(lambda: page.click(".who-pages [rel=next]"))
        assert page.evaluate("document.querySelectorAll('.who tbody tr').length") == 10
        page.click("[data-every]")
        crowd.leads_on(lambda: page.click("[name=deed][value=take_out]"))
        assert "10 contacts leave" in page.evaluate("document.body.innerText")
        crowd.leads_on(lambda: page.click(".button-primary[type=submit]"))
        page.wait_for("document.body.innerText.includes('10 contacts are out of the journey')")
        crowd.leads_on(lambda: page.click(".who-head .text-link"))

        shows(crowd, {COUNT.format("Wait 1 day", "waiting"): "50"})
        assert page.evaluate("location.search") == "?period=7"
        crowd.fine()

    def test_they_can_be_switched_off_and_stay_so(self, crowd):
        page, places = crowd.page, "document.querySelector('.flow-numbers').offsetParent"

        page.click("[data-on]")
        assert page.evaluate(f"!{places}")
        page.reload()
        page.wait_for(f"{LOADED} && document.querySelector('#flow-live')")
        page.wait_for("!document.querySelector('[data-on]').checked")
        assert page.evaluate(f"!{places}")
        page.click("[data-on]")

        assert page.evaluate(f"Boolean({places})")
        crowd.fine()
