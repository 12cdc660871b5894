"""A marketer links her browser and sends herself a test of a push, as it was saved."""

import pytest

from tests.browser.desk import PASSWORD
from tests.browser.office import has_words
from tests.browser.visitor import Visitor, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# With everything in it that a browser may show.
MAKE = """
from apps.accounts.models import Contact, Site, User
from apps.assets.models import Button, Push
user = User.objects.get(username="marketer")
if not user.has_usable_password():
    user.set_password(PASSWORD)
    user.save()
site = Site.objects.get(name="Fernweh Outfitters")
values = {
    "title": "Hello {{ state.first_name | default: 'friend' }}",
    "message": "Only in {{ event.city | default: 'town' }}",
    "url": "/demo/?tested",
    "image": "/static/demo/icon.png",
    "status": "draft",
}
push, is_new = Push.objects.get_or_create(site=site, name="Test me", defaults=values)
if is_new:
    Button.objects.create(asset=push, label="Show me", url="/demo/?shown")
    Button.objects.create(asset=push, label="Later", url="/demo/?later", position=1)
tess = {"external_id": "tess", "state": {"first_name": "Tess"}}
Contact.objects.get_or_create(site=site, external_id="tess", defaults=tess)
print(push.pk)
""".replace("PASSWORD", repr(PASSWORD))
# Which endpoint the browser has under each scope of the desk's origin.
ENDPOINTS = """async () => Object.fromEntries(await Promise.all(
  (await navigator.serviceWorker.getRegistrations()).map(async (one) => [
    new URL(one.scope).pathname.split("/")[1],
    (await one.pushManager.getSubscription())?.endpoint ?? null,
  ])
))"""
LEFT = """
from apps.delivery.models import Push
from apps.devices.models import Device, LinkedBrowser
print(LinkedBrowser.objects.filter(user__username="marketer").count(),
      Push.objects.filter(asset__name="Test me").count())
"""
SUBMIT, FIND = "#test-submit", "#test-find"
OPEN = "[...document.querySelectorAll('.opens-dialog')].find(b => b.innerText.startsWith('Send a'))"
GONE = "from apps.assets.models import Push; Push.objects.get(name='Test me').delete()"
LOGGED_OUT = """
from django.contrib.sessions.models import Session
from apps.accounts.models import User
pk = str(User.objects.get(username="marketer").pk)
for session in Session.objects.all():
    if session.get_decoded().get("_auth_user_id") == pk:
        session.delete()
"""
LINK_IT = "document.querySelector('.test-send [data-links-browser] button')"


@pytest.fixture
def username():
    return "marketer"


@pytest.fixture
def push_page(browser, desk, desktop):
    pk = desk.run(MAKE)
    page = browser.open(f"{desk.origin}/admin/login/")
    page.set_viewport(1440, 1000)
    page.type("[name=username]", "marketer")
    page.type("[name=password]", PASSWORD)
    page.press("Enter")
    page.wait_for("document.getElementById('nav-sidebar-apps')")
    page.goto(f"{desk.origin}/admin/assets/push/{pk}/change/")
    return page


class TestADialogThatCannotBeFetched:
    @pytest.mark.parametrize(
        ("what", "words"),
        [
            pytest.param(GONE, "Load the page again and try once more.", id="gone"),
            pytest.param(LOGGED_OUT, "Are you still logged in?", id="logged-out"),
        ],
    )
    def test_says_so_in_place_of_one_that_is_empty(self, desk, push_page, what, words):
        desk.run(what)

        push_page.click(OPEN)

        has_words(push_page, f"That did not work. {words}")
        push_page.wait_for("document.activeElement.innerText === 'Close'")
        push_page.press("Enter")
        push_page.wait_for(f"({OPEN}) === document.activeElement")

    def test_of_one_that_cannot_be_sent_nothing_is_lost(self, desk, push_page):
        push_page.click(OPEN)
        push_page.type("[name=who]", "tess")
        desk.run(LOGGED_OUT)

        push_page.click(FIND)

        has_words(push_page, "That did not work. Are you still logged in?")
        assert push_page.evaluate("document.querySelector('[name=who]').value") == "tess"


class TestTestSend:
    def test_a_marketer_links_her_browser_and_sees_the_push_as_a_visitor_would(
        self, browser, desk, desktop, push_page
    ):
        page = push_page
        page.click(OPEN)
        page.click(LINK_IT)
        browser.answer_prompt("allow")
        page.wait_for("document.querySelector('[data-this-browser]:not([hidden])')")

        page.type("[name=who]", "tess")
        page.click(FIND)
        has_words(page, "Filled for tess")
        page.click(SUBMIT)
        has_words(page, "Accepted by its push service")
        has_words(page, "Sent: the default content")

        shown = desktop.wait_for("Hello Tess")
        assert shown.body.removeprefix(f"{desk.origin.removeprefix('http://')}\n\n").startswith(
            "Only in town"
        )
        assert shown.buttons == ["Show me", "Later"]
        # Firefox shows no large image.
        assert ("<img" in shown.body) is (browser.name == "chromium")
        desktop.click(shown, "Show me")
        browser.wait_for_page(f"{desk.origin}/demo/?shown")
        assert desk.run(LEFT).split() == ["1", "0"]
        assert page.errors == []

    def test_the_worker_of_the_tests_leaves_a_shop_on_the_same_origin_alone(
        self, browser, desk, push_page, push_service
    ):
        if browser.name != "firefox":
            pytest.skip("only Firefox can be made to lose its subscriptions here")
        push_page.goto(f"{desk.origin}/admin/my-browsers/")
        push_page.click("[data-links-browser] button")
        browser.answer_prompt("allow")
        push_page.wait_for("document.querySelector('[data-this-browser]:not([hidden])')")
        visitor = Visitor(browser, desk)
        # The permission is the origin's, so the shop needs none of its own.
        wait_for(visitor, "me.subscriptions.live().count()", "1")
        before = push_page.evaluate(ENDPOINTS)
        visitor.page.goto("about:blank")

        push_service.forget_browsers()

        live = "me.subscriptions.live().exclude(endpoint={!r}).count()"
        wait_for(visitor, live.format(before["pushdesk"]), "1")
        after = push_page.evaluate(ENDPOINTS)
        endpoint = visitor.on_the_desk("print(me.subscriptions.live().get().endpoint)")
        assert set(before) == {"pushdesk", "pushdesk-test"}
        assert endpoint == after["pushdesk"]
        assert after["pushdesk-test"] is None
