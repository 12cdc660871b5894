"""Generated payloads through a real browser: what the worker shows is what was written."""

import json

import pytest
from hypothesis import given

from apps.assets import payloads
from apps.assets.models import Push
from apps.assets.tags import NotFilled
from tests.assets import generated
from tests.browser.worker_site import WorkerSite
from tests.push_service.sender import Sender

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SAMPLES = 12
# Nothing that the desk would send: whoever holds a site's key could.
STRANGE = {
    "X1": {"notification": {"title": "X1", "body": {"toString": 1}, "icon": ["x"]}},
    "X2": {"notification": {"title": "X2", "tag": {"a": 1}, "renotify": True, "data": "text"}},
    "X3": {"notification": {"title": "X3", "icon": "http://[", "silent": "yes", "dir": "up"}},
    "X4": {"notification": {"title": "X4", "data": {"pushdesk": {"id": {"toString": 1}}}}},
    "X5": {"notification": {"title": "X5", "actions": [{"action": "a", "title": "b", "icon": {}}]}},
    "X6": {"notification": {"title": "X6", "actions": {"length": 9}, "timestamp": "now"}},
}
NOT_OURS = [
    "null",
    "[]",
    "7",
    '"words"',
    "{",
    '{"notification": 1}',
    '{"notification": {"title": 1}}',
]


def samples():
    """Messages as they would be encrypted, the first that can be filled and fit."""
    found = []

    @generated.examples(100)
    @given(batch=generated.batches(Push), contact=generated.contacts, context=generated.contexts)
    def collect(batch, contact, context):
        try:
            shown = batch.render("it", contact, context).shown
        except NotFilled:
            return
        made = payloads.fit(shown, id=f"{len(found):032x}", token="b" * 43)
        is_other = len(shown) > 4 or len(found) < SAMPLES // 3
        if len(made.plaintext) <= payloads.MAX_BYTES and is_other and len(found) < SAMPLES:
            found.append(made.plaintext.decode())

    collect()
    return found


@pytest.fixture
def page(browser):
    with WorkerSite() as site:
        browser.set_permission(site.origin, "granted")
        page = browser.open(f"{site.origin}/")
        page.host = site.host
        yield page


@pytest.fixture
def send(page, desktop):
    """Sends a text, and returns when its notification has come to the desktop: Chromium forgets
    one that a page asks for before that."""
    sender = Sender()
    subscription = page.evaluate("key => subscribe(key)", sender.application_server_key)

    def send(text):
        before = len(desktop.history)
        sender.send(subscription, text)
        with desktop.changed:
            assert desktop.changed.wait_for(lambda: len(desktop.history) > before, 30), text

    return send


def expected(page, message):
    """What this browser should say of the notification, in the order of nothing."""
    proposed = message["notification"]
    most = page.evaluate("Notification.maxActions || 0")
    wanted = {
        **{name: proposed.get(name, "") for name in ("title", "body", "tag", "lang")},
        "dir": proposed.get("dir", "auto"),
        **{name: page.evaluate("text => href(text)", proposed.get(name, "")) for name in PICTURES},
        **{name: proposed.get(name, False) for name in ("requireInteraction", "renotify")},
        "actions": [
            {name: each[name] for name in ("action", "title")}
            for each in proposed.get("actions", [])[:most]
        ],
    }
    return {name: value for name, value in wanted.items() if name in supported(page)}


PICTURES = ("icon", "image", "badge")


def supported(page):
    return page.evaluate("FIELDS.filter(name => name in Notification.prototype)")


def said(shown):
    """What it does say, in the same shape."""
    actions = [
        {name: each[name] for name in ("action", "title")} for each in shown.get("actions", [])
    ]
    without = {name: each for name, each in shown.items() if name not in ("data", "silent")}
    return {**without, **({"actions": actions} if "actions" in shown else {})}


def is_plain(text):
    return len(text) < 60 and text.isprintable()


class TestGenerated:
    def test_each_is_shown_as_it_was_written(self, page, send, desktop):
        sent = samples()
        assert len(sent) == SAMPLES
        on_screen = 0
        for text in sent:
            message = json.loads(text)
            proposed = message["notification"]
            id = proposed["data"]["pushdesk"]["id"]
            page.evaluate("clear()")

            send(text)

            shown = page.wait_for(f"about({id!r})")
            assert said(shown) == expected(page, message)
            assert bool(shown.get("silent")) == proposed.get("silent", False)
            kept = {k: v for k, v in shown["data"].items() if k not in ("stamp", "actions")}
            assert kept == {**proposed["data"], "navigate": proposed["navigate"]}
            if is_plain(proposed["title"]):
                on_screen += 1
                desktop.wait_for(proposed["title"])
        assert on_screen > SAMPLES // 4
        self.still_works(page, send, desktop)

    def test_nothing_that_is_sent_costs_the_notification(self, page, send, desktop):
        for title, message in STRANGE.items():
            send(json.dumps(message))
            desktop.wait_for(title)
        for text in NOT_OURS:
            page.evaluate("clear()")
            send(text)
            page.wait_for(f"shown().then(all => all.some(one => one.title === {page.host!r}))")
        self.still_works(page, send, desktop)

    def still_works(self, page, send, desktop):
        page.evaluate("clear()")
        send("a plain text")
        plain = page.wait_for("shown().then(all => all.find(one => one.body === 'a plain text'))")
        assert plain["title"] == page.host
        assert page.errors == []
