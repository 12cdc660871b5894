"""The test kit itself: both browsers, with a page and a worker of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pywebpush import WebPushException

from tests.push_service import PushService, encoding
from tests.push_service.messages import Message, Status
from tests.push_service.sender import Sender

from .drivers import BROWSERS, Browser, NotificationDaemon, Page, installed
from .drivers.pages import PageServer
from .drivers.scripts import ScriptError


@dataclass
class Bench:
    """Everything that one loop needs."""

    service: PushService
    daemon: NotificationDaemon
    browser: Browser
    sender: Sender
    site: PageServer

    def subscribe(self, page: Page) -> dict[str, Any]:
        return page.evaluate("(key) => subscribe(key)", self.sender.application_server_key)

    def subscribed(self) -> tuple[Page, dict[str, Any]]:
        self.browser.set_permission(self.site.origin, "granted")
        page = self.browser.open(f"{self.site.origin}/")
        return page, self.subscribe(page)

    def acked(self, response: Any) -> Message:
        message = self.service.message(response.headers["Location"])
        self.service.wait_for(lambda: message.acks)
        return message


@pytest.fixture(scope="module", params=BROWSERS)
def running(request: pytest.FixtureRequest) -> Iterator[tuple[Any, ...]]:
    installed.require(request.param)
    with (
        PushService() as service,
        NotificationDaemon() as daemon,
        BROWSERS[request.param](push_service=service, notifications=daemon) as browser,
    ):
        yield service, daemon, browser


@pytest.fixture
def bench(running: tuple[Any, ...]) -> Iterator[Bench]:
    # Another port is another origin: so each test begins without permission and worker.
    with PageServer() as site:
        bench = Bench(*running, Sender(), site)
        yield bench
        for page in bench.browser.pages():
            page.close()


@pytest.fixture
def firefox(bench: Bench) -> Bench:
    if bench.browser.name != "firefox":
        pytest.skip("only Firefox tells the push service of this")
    return bench


class TestLoop:
    def test_it_goes_from_the_prompt_to_the_end_of_the_subscription(self, bench):
        page = bench.browser.open(f"{bench.site.origin}/")
        assert page.evaluate("Notification.permission") == "default"
        page.click("#ask")
        bench.browser.answer_prompt("allow")
        assert page.wait_for("window.answer") == "granted"

        subscription = bench.subscribe(page)
        response = bench.sender.send(subscription, "grüße 🍉")
        notification = bench.daemon.wait_for("Title grüße 🍉")
        assert "Body grüße 🍉" in notification.body
        assert notification.buttons == ["Tell me more"]
        assert bench.site.wait_for("push").details == {"text": "grüße 🍉", "isTrusted": True}
        message = bench.acked(response)
        assert (message.status, message.acks, message.nacks) == (Status.DELIVERED, [100], [])

        bench.daemon.click(notification)
        click = {"tag": "grüße 🍉", "action": "", "isTrusted": True, "problem": None}
        assert bench.site.wait_for("click").details == click
        opened = bench.browser.wait_for_page(f"{bench.site.origin}/opened")
        assert opened.wait_for("document.body?.textContent") == "opened"
        assert len(bench.browser.pages()) == 2

        assert page.evaluate("unsubscribe()") is True
        entry = bench.service.subscription(subscription["endpoint"])
        bench.service.wait_for(lambda: not entry.is_live)
        with pytest.raises(WebPushException, match="410"):
            bench.sender.send(subscription, "too late")
        assert page.errors == []

    def test_it_clicks_a_button_of_the_notification(self, bench):
        _, subscription = bench.subscribed()
        bench.sender.send(subscription, "button")

        bench.daemon.click(bench.daemon.wait_for("Title button"), "Tell me more")

        assert bench.site.wait_for("click").details["action"] == "more"

    def test_it_dismisses_a_notification(self, bench):
        _, subscription = bench.subscribed()
        bench.sender.send(subscription, "dismiss")
        notification = bench.daemon.wait_for("Title dismiss")

        bench.daemon.dismiss(notification)

        assert bench.site.wait_for("close").details == {"tag": "dismiss"}
        assert not notification.is_open

    def test_it_shows_one_notification_for_one_tag(self, bench):
        _, subscription = bench.subscribed()
        bench.sender.send(subscription, "twice")
        first = bench.daemon.wait_for("Title twice")

        bench.acked(bench.sender.send(subscription, "twice"))

        bench.daemon.wait_for_close(first)
        bench.daemon.wait_for("Title twice")
        titles = [entry.title for entry in bench.daemon.showing()]
        assert titles.count("Title twice") == 1

    def test_it_wakes_the_worker_without_a_body_and_without_a_tab(self, bench):
        page, subscription = bench.subscribed()
        page.close()

        bench.sender.post(subscription["endpoint"])

        assert bench.site.wait_for("push").details == {"text": None, "isTrusted": True}

    def test_it_delivers_a_body_of_4096_bytes(self, bench):
        _, subscription = bench.subscribed()

        bench.sender.send(subscription, "x" * 3993)

        assert bench.site.wait_for("push").details["text"] == "x" * 3993

    def test_it_brings_what_waited_to_a_browser_that_comes_back(self, bench):
        _, subscription = bench.subscribed()
        bench.browser.quit()
        entry = bench.service.subscription(subscription["endpoint"])
        bench.service.wait_for(lambda: not bench.service.is_connected(entry))

        response = bench.sender.send(subscription, "waited")
        assert bench.service.message(response.headers["Location"]).status is Status.WAITING
        bench.browser.launch()

        bench.daemon.wait_for("Title waited")
        assert bench.acked(response).status is Status.DELIVERED

    def test_it_keeps_the_endpoint_for_the_same_key(self, bench):
        page, subscription = bench.subscribed()

        assert bench.subscribe(page)["endpoint"] == subscription["endpoint"]

    def test_it_gives_another_endpoint_after_unsubscribing(self, bench):
        page, subscription = bench.subscribed()
        page.evaluate("unsubscribe()")

        assert bench.subscribe(page)["endpoint"] != subscription["endpoint"]

    def test_it_tells_of_a_message_that_cannot_be_decrypted(self, firefox):
        _, subscription = firefox.subscribed()
        subscription["keys"]["auth"] = encoding.encode(bytes(16))

        message = firefox.acked(firefox.sender.send(subscription, "secret"))

        assert message.acks == [101]

    def test_it_ends_the_subscription_when_the_permission_is_revoked(self, firefox):
        _, subscription = firefox.subscribed()
        entry = firefox.service.subscription(subscription["endpoint"])

        firefox.browser.set_permission(firefox.site.origin, "denied")
        assert firefox.service.wait_for(lambda: entry.ended) == "permission revoked"

        firefox.browser.set_permission(firefox.site.origin, "granted")
        assert firefox.site.wait_for("change").details == {"old": subscription["endpoint"]}


class TestPrompt:
    @pytest.mark.parametrize(
        ("answer", "result"), [("allow", "granted"), ("block", "denied"), ("dismiss", "default")]
    )
    def test_it_gives_the_answer_to_the_page(self, bench, answer, result):
        page = bench.browser.open(f"{bench.site.origin}/")
        page.click("#ask")

        bench.browser.answer_prompt(answer)

        assert page.wait_for("window.answer") == result
        assert page.evaluate("Notification.permission") == result

    def test_it_waits_in_vain_where_nobody_asks(self, bench):
        bench.browser.open(f"{bench.site.origin}/")

        with pytest.raises(TimeoutError):
            bench.browser.answer_prompt("allow", timeout=0.2)


class TestPage:
    @pytest.fixture
    def page(self, bench):
        return bench.browser.open(f"{bench.site.origin}/")

    @pytest.mark.parametrize(
        "target", ["#ask", "document.querySelector('#host').shadowRoot.querySelector('button')"]
    )
    def test_it_clicks_inside_an_open_shadow_root_with_a_trusted_gesture(self, page, target):
        page.click(target)

        assert page.wait_for("window.asked")
        assert page.evaluate("window.isTrusted") is True

    def test_it_clicks_nothing_that_is_covered(self, page):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', `<div id=cover></div>`)")
        page.evaluate("cover.style = 'position: fixed; inset: 0; background: gray'")

        with pytest.raises(TimeoutError, match='covered by <div id="cover"'):
            page.click("#ask", timeout=0.5)
        assert page.evaluate("window.asked") is None

    def test_it_types_and_presses_keys(self, page):
        page.type("#name", "Zoë 1")
        page.press("Backspace")
        page.press("Shift+ArrowLeft")
        page.press("x")

        assert page.evaluate("document.querySelector('#name').value") == "Zoëx"

    @pytest.mark.parametrize(
        ("script", "value"),
        [
            ("1 + 1;", 2),
            ("Promise.resolve({a: [1, null, 'ü']})", {"a": [1, None, "ü"]}),
            ("undefined", None),
            ("async () => 'called'", "called"),
            ("document.title", "drivers"),
        ],
    )
    def test_it_evaluates_to_plain_values(self, page, script, value):
        assert page.evaluate(script) == value

    def test_it_passes_arguments_to_functions(self, page):
        assert page.evaluate("(a, b) => [b, a]", {"x": 1}, "</script>") == ["</script>", {"x": 1}]

    @pytest.mark.parametrize("script", ["nothing.here", "Promise.reject(new Error('no'))", "a b"])
    def test_it_raises_what_the_page_throws(self, page, script):
        with pytest.raises(ScriptError):
            page.evaluate(script)

    def test_it_evaluates_under_a_strict_content_policy(self, bench):
        page = bench.browser.open(f"{bench.site.origin}/strict")

        assert page.evaluate("(a) => a + document.title", "very ") == "very strict"

    def test_it_waits_for_a_condition(self, page):
        page.evaluate("setTimeout(() => { window.late = 'now'; }, 200)")

        assert page.wait_for("window.late") == "now"
        with pytest.raises(TimeoutError, match="stayed falsy"):
            page.wait_for("window.never", timeout=0.1)

    def test_it_collects_errors(self, page):
        page.evaluate("console.error('printed')")
        page.evaluate("setTimeout(() => { throw new TypeError('thrown'); })")
        page.wait_for("new Promise((resolve) => { setTimeout(resolve, 50, true); })")

        assert page.errors == ["printed", "TypeError: thrown"]

    def test_it_goes_elsewhere_and_loads_again(self, bench, page):
        page.goto(f"{bench.site.origin}/opened")
        page.evaluate("window.mark = 1")
        page.reload()

        assert page.evaluate("window.mark") is None
        assert page.url == f"{bench.site.origin}/opened"

    def test_it_has_the_size_it_is_given(self, page, tmp_path):
        page.set_viewport(390, 844)
        page.screenshot(tmp_path / "page.png")

        assert page.evaluate("[innerWidth, innerHeight]") == [390, 844]
        assert (tmp_path / "page.png").read_bytes()[16:24] == bytes([0, 0, 1, 134, 0, 0, 3, 76])
