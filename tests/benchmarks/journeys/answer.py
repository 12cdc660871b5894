"""From a visitor's event to the popup being ready, while a worker moves everybody."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from apps.accounts.models import Contact, Site
from apps.journeys.models import Enrolment, PopupStep, WaitStep
from tests.benchmarks.journeys import crowd
from tests.devices.browser import Browser
from tests.factories import a_popup
from tests.journeys.flows import put_in

VISITORS = 40
LIMIT = 300
MOVE = "from apps.journeys import engine\nwhile True: engine.drain(seconds=600)"


def measure() -> Iterator[dict[str, Any]]:
    contacts = crowd.size()
    site = crowd.build(contacts)
    steps = [WaitStep(amount=3) for _ in range(2)]
    put_in(crowd.a_journey(site, *steps), Contact.objects.filter(site=site), product="Tent")
    crowd.tidy()
    _asking(site)
    quiet = _answers(site)
    with _worker():
        busy = _answers(site)
        still = Enrolment.objects.filter(state="ready").exists()
    yield {
        "name": "journeys.answer",
        "value": round(statistics.median(busy)),
        "unit": "ms",
        "limit": LIMIT,
        "worst": round(max(busy)),
        "versus": "nobody else is being moved",
        "versus_value": round(statistics.median(quiet)),
        "ratio": round(statistics.median(busy) / statistics.median(quiet), 1),
        "moving_all_along": still,
        "visitors": VISITORS,
        "contacts": contacts,
        "database": connection.vendor,
    }


def _asking(site: Site) -> None:
    """A journey that meets a visitor with a popup on an event."""
    crowd.a_journey(site, PopupStep(popup=a_popup(site)), entry_event="basket_left")


def _answers(site: Site) -> list[float]:
    """Return the milliseconds from the event to the popup, through the client API."""
    taken = []
    for _ in range(VISITORS // 2):
        browser = Browser(site)
        browser.open("ask")
        begun = time.perf_counter()
        browser.call("post", "events", {"name": "basket_left"})
        while not browser.call("get", "popups/next").json()["popup"]:
            pass
        taken.append((time.perf_counter() - begun) * 1_000)
    return taken


@contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", MOVE], env=os.environ
    )
    try:
        # It moves once somebody waits.
        while not Enrolment.objects.filter(state="waiting", journey__name="Through 1").exists():
            time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()
