"""Popups on a customer's page, as their asset says, and as only a marketer sees them."""

import pytest

from tests.browser.site import CustomerSite
from tests.browser.test_customer_site import HEAR_WARNINGS
from tests.browser.visitor import ASKED, POPUP

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAKE = """
from apps.accounts import sites
from apps.assets.models import Button, Popup
site = sites.create(
    name={name!r}, home={name!r} + "/", origins=[{name!r}], vapid_subject="mailto:a@b.example"
)
popup = Popup.objects.create(site=site, name="Sale", **{values!r})
Button.objects.create(asset=popup, label="Yes", action="ask_permission")
print(site.public_key)
"""
QUEUE = """
from apps.assets.models import Popup
from apps.delivery import popups, wanted
from apps.devices.models import Device
device = Device.objects.get(uid={device!r})
popup = Popup.objects.get(site=device.contact.site, name="Sale")
popups.queue(popup, wanted.Wanted(contact_id=device.contact_id, key={device!r}))
"""
STATUS = "from apps.delivery.models import *; print(Popup.objects.get(key={!r}).status)"
LINK = """
from apps.assets.previews import signed
from apps.assets.models import Popup
popup = Popup.objects.get(site__name={name!r}, name="Sale")
print(signed.link(popup, popup.site.home))
"""
VISITORS = (
    "from apps.accounts.models import *; print(Contact.objects.filter(site__name={!r}).count())"
)

CARD = f"{POPUP}.shadowRoot.querySelector('.card')"
MARK = f"{POPUP}.shadowRoot.querySelector('.mark').textContent"
LOOK = """(() => {
  const root = document.querySelector('pushdesk-popup').shadowRoot;
  const card = getComputedStyle(root.querySelector('.card'));
  const button = getComputedStyle(root.querySelector('.primary'));
  return [card.backgroundColor, card.color, button.backgroundColor, button.color];
})()"""
PLACE = f"(() => {{ const {{ x, y, width, height }} = {CARD}.getBoundingClientRect(); "
PLACE += "return [x, y, width, height]; })()"

COLORED = {
    "status": "active",
    "title": "20 % off",
    "background_color": "#fff4dc",
    "text_color": "#3a2a05",
    "button_color": "#8a3b12",
    "is_full_screen_on_phones": True,
}
IN_COLOR = ["rgb(255, 244, 220)", "rgb(58, 42, 5)", "rgb(138, 59, 18)", "rgb(255, 255, 255)"]


@pytest.fixture
def customer(desk):
    with CustomerSite(desk=desk.origin) as customer:
        yield customer


def has_popup(desk, customer, **values):
    customer.public_key = desk.run(MAKE.format(name=customer.origin, values=values))


def go(page, address):
    """Change the address as pages of one application do, without loading."""
    page.evaluate("(address) => history.pushState(null, '', address)", address)


class TestOnThePage:
    def meets(self, desk, page):
        """Have the visitor of the page meet the popup; returns its key."""
        page.wait_for("pushdesk('status').then(({ deviceId }) => deviceId)")
        device = page.evaluate("pushdesk('status').then(({ deviceId }) => deviceId)")
        desk.run(QUEUE.format(device=device))
        return device

    def looks_again(self, page):
        """Only where there is nothing to show: a page does not ask while it shows a popup."""
        asked = page.evaluate(ASKED)
        page.evaluate("pushdesk('suspendPopups', false)")
        page.wait_for(f"{ASKED} > {asked}")
        page.evaluate("new Promise(done => setTimeout(done, 50))")

    def test_it_shows_in_its_colours_on_its_pages_only(self, browser, desk, customer):
        has_popup(desk, customer, **COLORED, pages="/sale/*\n!/sale/old")
        page = browser.open(f"{customer.origin}/")
        key = self.meets(desk, page)
        self.looks_again(page)
        assert page.evaluate(f"!{POPUP}")

        go(page, "/sale/tents")
        page.wait_for(POPUP)
        page.wait_for(f"{CARD}.open")
        assert page.evaluate(LOOK) == IN_COLOR

        page.set_viewport(390, 700)
        page.wait_for(f"{CARD}.getAnimations().length === 0")
        assert page.evaluate(PLACE) == [0, 0, 390, 700]
        page.set_viewport(1280, 800)
        assert page.evaluate(PLACE)[2] < 500

        # Not answered: it goes with the page, and comes again with the next one of its own.
        go(page, "/sale/old")
        page.wait_for(f"!{POPUP}")
        assert desk.run(STATUS.format(key)) == "shown"
        go(page, "/sale/boots")
        page.wait_for(f"{POPUP} && {CARD}.open")
        go(page, "/sale/stoves")
        page.click("[data-close]")
        page.wait_for(f"!{POPUP}")
        assert page.evaluate("violations") == []
        assert page.errors == []

    def test_the_query_is_told_only_where_a_pattern_asks_for_it(self, browser, desk, customer):
        has_popup(desk, customer, status="active", title="Boots", pages="/?*product=boots*")
        page = browser.open(f"{customer.origin}/?secret=1")
        self.meets(desk, page)
        self.looks_again(page)
        assert page.evaluate(f"!{POPUP}")

        go(page, "/?product=boots")

        page.wait_for(POPUP)

    def test_the_defaults_are_untouched(self, browser, desk, customer):
        has_popup(desk, customer, status="active", title="News", layout="slide")
        page = browser.open(f"{customer.origin}/")
        self.meets(desk, page)

        page.wait_for(f"{POPUP} && {CARD}.open")

        assert page.evaluate(LOOK)[2:] == ["rgb(36, 80, 200)", "rgb(255, 255, 255)"]


class TestPreviewOnTheSite:
    def test_only_who_has_the_link_sees_it_and_nothing_counts(self, browser, desk, customer):
        has_popup(desk, customer, **{**COLORED, "status": "draft", "pages": "/nowhere"})
        link = desk.run(LINK.format(name=customer.origin))

        page = browser.open(link)
        page.wait_for(f"{POPUP} && {CARD}.open")

        assert page.url == f"{customer.origin}/"
        assert page.evaluate(MARK) == "Preview"
        assert page.evaluate(LOOK) == IN_COLOR
        page.click("[data-index='0']")
        page.wait_for(f"{MARK} === 'Preview: here the browser asks for permission'")
        assert page.evaluate("Notification.permission") == "default"
        page.click("[data-close]")
        page.wait_for(f"!{POPUP}")
        assert desk.run(VISITORS.format(customer.origin)) == "0"
        assert page.evaluate("violations") == []
        assert page.errors == []

    def test_a_link_that_is_not_good_shows_nothing_and_the_console_says_why(
        self, browser, desk, customer
    ):
        has_popup(desk, customer, status="draft", title="News")
        page = browser.open(f"{customer.origin}/")
        page.wait_for(ASKED)
        page.evaluate(HEAR_WARNINGS)

        page.evaluate("location.hash = 'pushdesk-preview=a:b:c', null")

        page.wait_for("warnings.join().includes('no preview: this link is not whole')")
        assert page.evaluate(f"!{POPUP}")
        assert page.url == f"{customer.origin}/"
