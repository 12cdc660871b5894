"""Real browsers for tests: one facade for Firefox and Chromium, and a desktop to notify on."""

from .browser import Browser
from .chromium import Chromium
from .firefox import Firefox
from .notifications import Notification, NotificationDaemon
from .page import Page

BROWSERS: dict[str, type[Browser]] = {"firefox": Firefox, "chromium": Chromium}

__all__ = [
    "BROWSERS",
    "Browser",
    "Chromium",
    "Firefox",
    "Notification",
    "NotificationDaemon",
    "Page",
]
