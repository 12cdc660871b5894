"""The test kit itself: both browsers, with a page and a worker of their own."""

from dataclasses import dataclass
from typing import Any

import pytest
from pywebpush import WebPushException

from tests.push_service import PushService, encoding
from tests.push_service.messages import Message, Status
from tests.push_service.sender import Sender

from .drivers import Browser, NotificationDaemon, Page
from .drivers.pages import PageServer
from .drivers.scripts import ScriptError

VALUES = [
    ("1 + 1;", 2),
    ("Promise.resolve({a: [1, null, 'ü']})", {"a": [1, None, "ü"]}),
    ("undefined", None),
    ("async () => 'called'", "called"),
    ("document.title", "drivers"),
]

# As the pointer comes, another button takes the place of the first.
MOVE = """() => addEventListener('pointermove', () => {
  document.body.insertAdjacentHTML('afterbegin', '<div id=wrong style="height: 300px"></div>');
  document.querySelector('#wrong').addEventListener('click', () => { window.wasWrong = true; });
}, {once: true})"""


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


@pytest.fixture
def bench(browser, push_service, desktop):
    with PageServer() as site:
        yield Bench(push_service, desktop, browser, Sender(), site)


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
        assert page.evaluate("Notification.permission") == "granted"

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

    def test_it_clicks_a_button_of_a_notification_and_dismisses_another(self, bench):
        _, subscription = bench.subscribed()

        bench.sender.send(subscription, "button")
        bench.daemon.click(bench.daemon.wait_for("Title button"), "Tell me more")
        assert bench.site.wait_for("click").details["action"] == "more"

        bench.sender.send(subscription, "dismiss")
        notification = bench.daemon.wait_for("Title dismiss")
        bench.daemon.dismiss(notification)
        assert bench.site.wait_for("close", tag="dismiss").details == {"tag": "dismiss"}
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

    def test_it_delivers_without_a_tab_4096_bytes_or_none(self, bench):
        page, subscription = bench.subscribed()
        page.close()

        bench.sender.post(subscription["endpoint"])
        assert bench.site.wait_for("push").details == {"text": None, "isTrusted": True}

        bench.sender.send(subscription, "x" * 3993)
        assert bench.site.wait_for("push", text="x" * 3993)

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

    def test_it_gives_another_endpoint_only_after_unsubscribing(self, bench):
        page, subscription = bench.subscribed()
        assert bench.subscribe(page)["endpoint"] == subscription["endpoint"]

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


class TestForgetting:
    def test_who_comes_next_is_a_new_visitor(self, bench):
        page, subscription = bench.subscribed()
        page.evaluate("leaveTraces()")
        assert page.evaluate("traces()") == ["a=1", 1, 1, 1, 1, "granted"]
        bench.sender.send(subscription, "open")
        notification = bench.daemon.wait_for("Title open")
        entry = bench.service.subscription(subscription["endpoint"])

        bench.browser.forget()

        assert bench.browser.pages() == []
        bench.service.wait_for(lambda: not entry.is_live)
        bench.daemon.wait_for_close(notification)
        page = bench.browser.open(f"{bench.site.origin}/")
        assert page.evaluate("traces()") == ["", 0, 0, 0, 0, "default"]
        assert bench.subscribed()[1]["endpoint"] != subscription["endpoint"]


class TestPrompt:
    @pytest.mark.parametrize(("answer", "result"), [("block", "denied"), ("dismiss", "default")])
    def test_it_gives_the_answer_to_the_page(self, bench, answer, result):
        page = bench.browser.open(f"{bench.site.origin}/")
        with pytest.raises(TimeoutError):
            bench.browser.answer_prompt(answer, timeout=0.1)
        page.click("#ask")

        bench.browser.answer_prompt(answer)

        assert page.wait_for("window.answer") == result
        assert page.evaluate("Notification.permission") == result


class TestPage:
    @pytest.fixture
    def page(self, bench):
        return bench.browser.open(f"{bench.site.origin}/")

    def test_it_clicks_inside_an_open_shadow_root_with_a_trusted_gesture(self, page):
        for target in (
            "#ask",
            "document.querySelector('#host').shadowRoot.querySelector('button')",
        ):
            page.click(target)

            assert page.wait_for("window.asked")
            assert page.evaluate("window.isTrusted") is True
            page.reload()

    def test_it_clicks_nothing_that_is_covered(self, page):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', `<div id=cover></div>`)")
        page.evaluate("cover.style = 'position: fixed; inset: 0; background: gray'")

        with pytest.raises(TimeoutError, match='covered by <div id="cover"'):
            page.click("#ask", timeout=0.2)
        assert page.evaluate("window.asked") is None

    def test_it_presses_nothing_else_when_the_page_moves_on_at_that_moment(self, page):
        page.evaluate(MOVE)

        page.click("#ask")

        assert page.wait_for("window.asked")
        assert page.evaluate("window.wasWrong") is None

    def test_it_types_and_presses_keys(self, page):
        page.type("#name", "Zoë 1")
        page.press("Backspace")
        page.press("Shift+ArrowLeft")
        page.press("x")

        assert page.evaluate("document.querySelector('#name').value") == "Zoëx"

    def test_it_chooses_a_file_and_keeps_what_is_downloaded(self, page, tmp_path):
        path = tmp_path / "chosen.txt"
        path.write_text("some words")
        page.choose_file("#file", path)
        chosen = page.evaluate("document.querySelector('#file').files[0].text()")
        assert chosen == "some words"

        page.click("#save")
        kept = page.wait_for_download()
        assert (kept.name, kept.read_text()) == ("kept.txt", "kept")

    def test_it_evaluates_to_plain_values_and_raises_what_the_page_throws(self, bench, page):
        for script, value in VALUES:
            assert page.evaluate(script) == value, script
        pair = page.evaluate("(a, b) => [b, a]", {"x": 1}, "</script>")
        assert pair == ["</script>", {"x": 1}]
        for script in ("nothing.here", "Promise.reject(new Error('no'))", "a b"):
            with pytest.raises(ScriptError):
                page.evaluate(script)

        page.goto(f"{bench.site.origin}/strict")
        assert page.evaluate("(a) => a + document.title", "very ") == "very strict"

    def test_it_waits_for_a_condition_and_collects_errors(self, page):
        page.evaluate("setTimeout(() => { window.late = 'now'; }, 200)")
        assert page.wait_for("window.late") == "now"
        with pytest.raises(TimeoutError, match="stayed falsy"):
            page.wait_for("window.never", timeout=0.1)
        assert page.errors == []

        page.evaluate("console.error('printed')")
        page.evaluate("setTimeout(() => { throw new TypeError('thrown'); })")
        page.wait_for("new Promise((resolve) => { setTimeout(resolve, 50, true); })")

        assert page.errors == ["printed", "TypeError: thrown"]

    def test_it_goes_elsewhere_loads_again_and_has_the_size_it_is_given(
        self, bench, page, tmp_path
    ):
        page.goto(f"{bench.site.origin}/opened")
        page.evaluate("window.mark = 1")
        page.reload()
        assert page.evaluate("window.mark") is None
        assert page.url == f"{bench.site.origin}/opened"

        page.set_viewport(390, 844)
        page.screenshot(tmp_path / "page.png")

        assert page.evaluate("[innerWidth, innerHeight]") == [390, 844]
        assert (tmp_path / "page.png").read_bytes()[16:24] == bytes([0, 0, 1, 134, 0, 0, 3, 76])
