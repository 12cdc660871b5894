"""Popups that are for some pages, and previews, as the script asks for them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Contact, Event
from apps.assets.previews import signed
from apps.delivery import popups
from apps.delivery.models import Popup
from apps.delivery.wanted import Wanted
from tests.devices.browser import Browser
from tests.factories import a_device, a_popup, a_site

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"


@pytest.fixture
def device():
    return a_device()


def a_queued_popup(device, key="test:1", **values):
    asset = a_popup(device.contact.site, **values)
    popups.queue(asset, Wanted(contact_id=device.contact_id, key=key))
    return Popup.objects.get(key=key)


class TestLook:
    def test_one_for_other_pages_waits_and_blocks_none(self, device):
        on_sale = a_queued_popup(device, "test:1", pages="/sale/*")
        anywhere = a_queued_popup(device, "test:2")

        assert popups.look(device, f"{SHOP}/").popup["id"] == str(anywhere.uid)
        assert popups.look(device, f"{SHOP}/sale/tents").popup["id"] == str(on_sale.uid)
        on_sale.refresh_from_db()
        assert on_sale.status == "waiting"

    def test_however_many_wait_for_other_pages(self, device):
        asset = a_popup(device.contact.site, pages="/sale")
        for n in range(30):
            popups.queue(asset, Wanted(contact_id=device.contact_id, key=f"many:{n}"))
        anywhere = a_queued_popup(device)

        assert popups.look(device, f"{SHOP}/").popup["id"] == str(anywhere.uid)

    def test_where_the_page_is_not_known_only_one_for_all_pages_shows(self, device):
        a_queued_popup(device, pages="!/cart")

        assert popups.look(device).popup is None
        assert popups.look(device, "nonsense").popup is None
        assert popups.look(device, f"{SHOP}/sale").popup is not None

    def test_it_asks_for_the_query_where_a_pattern_has_one(self, device):
        a_queued_popup(device, pages="/sale?*color=red*")

        assert popups.look(device, f"{SHOP}/sale") == popups.Next(wants_query=True)
        found = popups.look(device, f"{SHOP}/sale?color=red")
        assert (found.popup is not None, found.wants_query) == (True, False)

    def test_it_costs_the_same_with_one_and_with_three(self, device):
        a_queued_popup(device, "test:1", pages="/sale")
        with CaptureQueriesContext(connection) as one:
            popups.look(device, f"{SHOP}/")
        for number in (2, 3):
            a_queued_popup(device, f"test:{number}", pages="/sale")
        with CaptureQueriesContext(connection) as three:
            popups.look(device, f"{SHOP}/")

        assert len(one) == len(three) == 1


class TestNextOverTheApi:
    def test_the_page_is_told_in_a_header(self):
        browser = Browser(a_site())
        browser.open()
        contact = Contact.objects.get()
        asset = a_popup(contact.site, pages="/sale", title="Sale")
        popups.queue(asset, Wanted(contact_id=contact.pk, key="test:1"))

        answers = []
        for page in (f"{SHOP}/", f"{SHOP}/sale"):
            browser.headers["X-Pushdesk-Page"] = page
            answers.append(browser.call("get", "popups/next").json())

        assert answers[0] == {"popup": None, "wait": None, "query": False}
        assert answers[1]["popup"]["title"] == "Sale"


class TestPreviewOverTheApi:
    def token(self, popup):
        return signed.link(popup, SHOP).partition(signed.MARK)[2]

    def test_it_needs_no_session_and_leaves_nothing_behind(self):
        popup = a_popup(title="Hello", status="draft")
        browser = Browser(popup.site)

        answer = browser.call("post", "popups/preview", {"token": self.token(popup)})

        assert answer.status_code == 200
        shown = answer.json()["popup"]
        assert (shown["title"], shown["preview"]) == ("Hello", "Preview")
        assert [each.objects.count() for each in (Contact, Event, Popup)] == [0, 0, 0]

    def test_the_secret_of_a_device_is_not_asked_for(self):
        popup = a_popup()
        browser = Browser(popup.site)
        browser.headers["Authorization"] = "Device 1:2"

        answer = browser.call("post", "popups/preview", {"token": self.token(popup)})

        assert answer.status_code == 200

    def test_it_refuses_with_a_reason(self):
        browser = Browser(a_site())

        answer = browser.call("post", "popups/preview", {"token": "a:b:c"})

        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "this link is not whole; copy it once more from Pushdesk",
        )

    @pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "x" * 501}, {"token": ["x"]}])
    def test_it_refuses_what_is_no_token(self, body):
        assert Browser(a_site()).call("post", "popups/preview", body).status_code == 400

    def test_another_sites_page_gets_nothing(self):
        popup = a_popup()
        other = Browser(a_site(origins=["https://other.example"]), origin="https://other.example")
        stranger = Browser(popup.site, origin="https://evil.example")

        for browser in (other, stranger):
            answer = browser.call("post", "popups/preview", {"token": self.token(popup)})
            assert answer.status_code == 403
