"""What a test can do with a browser, whichever it is."""

import os
import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal, Self

from tests.push_service import PushService

from . import installed
from .notifications import NotificationDaemon
from .page import POLL_INTERVAL, Page

Answer = Literal["allow", "block", "dismiss"]
Permission = Literal["granted", "denied", "prompt"]


class Browser(ABC):
    """One browser with a fresh profile; use it as a context manager.

    `push_service` is where it subscribes, `notifications` where it shows what it is sent.
    """

    name: ClassVar[str]

    def __init__(
        self,
        *,
        push_service: PushService | None = None,
        notifications: NotificationDaemon | None = None,
    ) -> None:
        self._push_service = push_service
        self._notifications = notifications
        self._folder = Path()

    @abstractmethod
    def launch(self) -> None:
        """Start the browser with the profile as it is."""

    @abstractmethod
    def quit(self) -> None:
        """End the browser and keep the profile; pages are gone."""

    @abstractmethod
    def new_tab(self) -> Page:
        """An empty tab, in front."""

    @abstractmethod
    def pages(self) -> Sequence[Page]:
        """The open tabs, oldest first, but for the empty one that keeps the window open."""

    @abstractmethod
    def set_permission(self, origin: str, state: Permission) -> None:
        """Set the permission for notifications, live."""

    @abstractmethod
    def forget(self) -> None:
        """Close the tabs and clear all that sites left: data, cookies, workers, permissions.

        Subscriptions end and notifications close with them: who comes next is a new visitor.
        """

    @abstractmethod
    def answer_prompt(self, answer: Answer, timeout: float = 30) -> None:
        """Wait until a page asks for permission and answer it. Raises TimeoutError.

        Dismissed means gone without an answer: the page gets `default`.
        """

    def start(self) -> Self:
        """Make the profile and start the browser. Skips the test if it is not installed."""
        installed.require(self.name)
        self._folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        try:
            self.launch()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the browser and throw the profile away."""
        try:
            self.quit()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def restart(self) -> None:
        """End the browser and start it again with the same profile."""
        self.quit()
        self.launch()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def open(self, url: str) -> Page:
        """Load an address in a new tab."""
        page = self.new_tab()
        page.goto(url)
        return page

    def wait_for_page(self, url: str, timeout: float = 30) -> Page:
        """The tab that shows this address, for instance one a worker opened.

        A worker may hear that its window is open before the driver sees the tab.
        Raises TimeoutError.
        """
        deadline = time.monotonic() + timeout
        while True:
            pages = self.pages()
            for page in pages:
                if page.url == url:
                    return page
            if time.monotonic() > deadline:
                raise TimeoutError(f"no tab with {url} in {timeout} s, only {pages}")
            time.sleep(POLL_INTERVAL)

    @property
    def _profile(self) -> Path:
        return self._folder / "profile"

    def _environment(self) -> dict[str, str]:
        environment = os.environ | {"HOME": str(self._folder)}
        environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        if self._notifications:
            environment["DBUS_SESSION_BUS_ADDRESS"] = self._notifications.address
        return environment
