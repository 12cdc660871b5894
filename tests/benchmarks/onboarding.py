"""How long a visitor waits: from opening the page to the popup, and from “Yes” to the welcome.

Real browsers, the demo as one command starts it (one web process, one cluster), a push service
on the loopback address. Wall time of a person, so it includes the browser's own.
"""

import statistics
import time
from collections.abc import Iterator
from typing import Any

from tests.browser.desk import Desk
from tests.browser.drivers import BROWSERS, NotificationDaemon, installed
from tests.push_service import PushService

RUNS = 10
POPUP = "document.querySelector('pushdesk-popup')"


def measure() -> Iterator[dict[str, Any]]:
    """Yield the medians of RUNS fresh visitors, in seconds, for each browser that is here."""
    with (
        PushService() as service,
        NotificationDaemon() as desktop,
        Desk(push_hosts=[service.origin]) as desk,
    ):
        for name in filter(installed.find, BROWSERS):
            waits = [_visit(name, service, desktop, desk) for _ in range(RUNS)]
            for what, values in zip(("popup", "welcome"), zip(*waits, strict=True), strict=True):
                yield {
                    "name": f"onboarding.{what}.{name}",
                    "value": round(statistics.median(values), 3),
                    "unit": "s",
                    "worst": round(max(values), 3),
                    "runs": RUNS,
                }


def _visit(
    name: str, service: PushService, desktop: NotificationDaemon, desk: Desk
) -> tuple[float, float]:
    with BROWSERS[name](push_service=service, notifications=desktop) as browser:
        page = browser.new_tab()
        begun = time.monotonic()
        page.goto(desk.shop)
        page.wait_for(POPUP)
        popup = time.monotonic() - begun
        begun = time.monotonic()
        page.click("[data-index='0']")
        browser.answer_prompt("allow")
        notification = desktop.wait_for("Welcome!")
        welcome = time.monotonic() - begun
        desktop.dismiss(notification)
        return popup, welcome
