"""A site on another origin than the desk, as every real one is, under a strict policy."""

import time

import pytest

from apps.accounts import identity_hash
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

CHECK = """
from apps.accounts import identity_hash
from apps.accounts.models import Site
site = Site.objects.get(name={name!r})
secret = identity_hash.create_secret(site)
Site.objects.filter(pk=site.pk).update(identity_check="required")
print(secret)
"""
HEAR_WARNINGS = "window.warnings = [], console.warn = (text) => warnings.push(text), null"


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

    def test_a_log_in_without_its_hash_is_refused_and_says_what_to_do(
        self, browser, desk, customer
    ):
        allow(desk, customer, [customer.origin])
        secret = desk.run(CHECK.format(name=customer.origin))
        page = browser.open(f"{customer.origin}/")
        page.evaluate(HEAR_WARNINGS)

        refused = page.evaluate("pushdesk('identify', 'anna').catch(error => error.code)")
        status = page.evaluate("pushdesk('status')")

        assert (refused, status["externalId"]) == ("identity_refused", None)
        assert "make a hash on your server" in page.evaluate("warnings.join()")
        made = identity_hash.make(secret, "anna", expires_at=int(time.time()) + 600)
        taken = page.evaluate("hash => pushdesk('identify', 'anna', { hash })", made)
        assert taken == {"externalId": "anna"}

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
