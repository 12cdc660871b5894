"""A site on another origin than the desk, as every real one is, under a strict policy."""

import pytest

from tests.browser.site import CustomerSite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

POPUP = "document.querySelector('pushdesk-popup')"

MAKE = """
from apps.accounts import sites
from apps.journeys import publishing
site = sites.create(
    name={name!r}, home={home!r}, origins={origins!r}, vapid_subject="mailto:a@b.example"
)
publishing.publish(site.journeys.get())
print(site.public_key)
"""


@pytest.fixture
def customer(desk):
    with CustomerSite(desk=desk.origin) as customer:
        yield customer


def allow(desk, customer, origins):
    code = MAKE.format(name=customer.origin, home=f"{customer.origin}/", origins=origins)
    customer.public_key = desk.run(code)


class TestCustomerSite:
    def test_the_whole_loop_works_under_a_strict_policy(self, browser, desk, customer, desktop):
        allow(desk, customer, [customer.origin])
        page = browser.open(f"{customer.origin}/")

        page.wait_for(POPUP)
        page.click("[data-index='0']")
        browser.answer_prompt("allow")
        welcome = desktop.wait_for("Welcome!")
        desktop.click(welcome)

        browser.wait_for_page(f"{customer.origin}/")
        assert page.evaluate("violations") == []
        assert page.errors == []

    def test_a_page_that_may_not_speak_for_the_site_stays_quiet(self, browser, desk, customer):
        allow(desk, customer, ["https://somewhere.else.example"])
        page = browser.open(f"{customer.origin}/")

        refused = page.evaluate("pushdesk('track', 'purchase').catch(error => error.message)")

        assert "allowed origins" in refused
        assert page.evaluate(f"!{POPUP}")
        assert customer.origin in desk.admin().text(
            f"accounts/site/{site_id(desk, customer)}/change/"
        )

    def test_calls_made_before_the_script_has_loaded_are_kept(self, browser, desk, customer):
        allow(desk, customer, [customer.origin])
        page = browser.open(f"{customer.origin}/")

        status = page.evaluate("pushdesk('identify', 'anna').then(() => pushdesk('status'))")

        assert (status["externalId"], status["pushStatus"]) == ("anna", "ask")

    def test_it_leaves_one_global_behind(self, browser, desk, customer):
        allow(desk, customer, [customer.origin])
        page = browser.open(f"{customer.origin}/")
        page.wait_for(POPUP)

        ours = page.evaluate("Object.keys(window).filter(name => /push.?desk/i.test(name))")

        assert ours == ["pushdesk"]
        assert page.evaluate("document.cookie") == ""


def site_id(desk, customer):
    return desk.run(
        "from apps.accounts.models import Site; "
        f"print(Site.objects.get(name={customer.origin!r}).pk)"
    )
