"""Firefox, driven over WebDriver BiDi, which is built in."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.push_service import PushService

from . import firefox_profile, installed
from .bidi import Bidi
from .browser import Answer, Browser, Permission
from .firefox_page import FirefoxPage
from .notifications import NotificationDaemon
from .page import VIEWPORT

Json = Any

STARTUP_TIMEOUT = 60
SHUTDOWN_TIMEOUT = 15
EVENTS = ["log.entryAdded", "browsingContext.downloadEnd"]

_PROMPT_IS_OPEN = """() => {
  const panel = PopupNotifications.panel;
  return panel?.state === 'open'
    && panel.firstElementChild?.id === 'web-notifications-notification';
}"""
_PROMPT_IS_GONE = "() => PopupNotifications.panel?.state !== 'open'"
# This prompt has no way out but its buttons; `true` is what closing its tab would say.
_ANSWER = """(answer) => {
  const prompt = PopupNotifications.panel.firstElementChild;
  if (answer === 'allow') prompt.button.click();
  else if (answer === 'block') prompt.secondaryButton.click();
  else PopupNotifications.remove(prompt.notification, true);
}"""
# What “Clear everything” does; it answers with what it could not clear.
_FORGET = """() => new Promise((resolve) => {
  Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_ALL, {onDataDeleted: resolve});
})"""


class Firefox(Browser):
    """Firefox; `push_server`, a ws: URL, may stand in for `push_service`.

    Without either it has no push service; without `notifications` it draws them itself.
    """

    name = "firefox"

    def __init__(
        self,
        *,
        push_service: PushService | None = None,
        notifications: NotificationDaemon | None = None,
        push_server: str | None = None,
    ) -> None:
        super().__init__(push_service=push_service, notifications=notifications)
        self._push_server = push_service.websocket_url if push_service else push_server
        self._process: subprocess.Popen[bytes] | None = None
        self._session: Bidi | None = None
        self._pages: dict[str, FirefoxPage] = {}
        self._blank = ""

    def launch(self) -> None:
        firefox_profile.write(
            self._profile,
            push_server=self._push_server,
            has_desktop=self._notifications is not None,
        )
        address = self._profile / "WebDriverBiDiServer.json"
        address.unlink(missing_ok=True)
        command = [str(installed.require("firefox")), "--headless", "--no-remote"]
        command += ["--profile", str(self._profile), "--remote-debugging-port", "0"]
        command += ["--remote-allow-system-access", "about:blank"]
        environment = self._environment() | firefox_profile.ENVIRONMENT
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self._session = Bidi(f"{self._wait_for_address(address)}/session", self._note)
        self._bidi.send("session.new", capabilities={})
        self._bidi.send("session.subscribe", events=EVENTS)
        tree = self._bidi.send("browsingContext.getTree", maxDepth=0)
        self._blank = tree["contexts"][0]["context"]

    def quit(self) -> None:
        if self._session:
            # Whatever it answers, and if it answers: what counts is that the process ends.
            with contextlib.suppress(Exception):
                self._session.send("browser.close", timeout=SHUTDOWN_TIMEOUT)
            self._session.close()
            self._session = None
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(SHUTDOWN_TIMEOUT)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self._pages.clear()

    def new_tab(self) -> FirefoxPage:
        context = self._bidi.send("browsingContext.create", type="tab")["context"]
        page = self._page(context)
        page.set_viewport(*VIEWPORT)
        return page

    def pages(self) -> list[FirefoxPage]:
        tree = self._bidi.send("browsingContext.getTree", maxDepth=0)
        contexts = [entry["context"] for entry in tree["contexts"]]
        return [self._page(context) for context in contexts if context != self._blank]

    def set_permission(self, origin: str, state: Permission) -> None:
        descriptor = {"name": "notifications"}
        self._bidi.send(
            "permissions.setPermission", descriptor=descriptor, state=state, origin=origin
        )

    def forget(self) -> None:
        for page in self.pages():
            page.close()
        left = self._window().evaluate(_FORGET)
        if left:
            raise RuntimeError(f"Firefox could not clear {left:#x}")

    def answer_prompt(self, answer: Answer, timeout: float = 30) -> None:
        window = self._window()
        window.wait_for(_PROMPT_IS_OPEN, timeout)
        window.evaluate(_ANSWER, answer)
        window.wait_for(_PROMPT_IS_GONE, timeout)

    @property
    def _bidi(self) -> Bidi:
        if self._session is None:
            raise RuntimeError("Firefox is not started")
        return self._session

    @property
    def _log(self) -> Path:
        return self._folder / "firefox.log"

    def _page(self, context: str) -> FirefoxPage:
        return self._pages.setdefault(context, FirefoxPage(self._bidi, context))

    def _window(self) -> FirefoxPage:
        tree = self._bidi.send("browsingContext.getTree", maxDepth=0, **{"moz:scope": "chrome"})
        windows = (entry for entry in tree["contexts"] if entry["url"].endswith("/browser.xhtml"))
        return FirefoxPage(self._bidi, next(windows)["context"])

    def _note(self, method: str, event: Json) -> None:
        if method == "browsingContext.downloadEnd":
            if event["status"] == "complete":
                self._page(event["context"]).downloads.append(Path(event["filepath"]))
            return
        context = event.get("source", {}).get("context")
        if method == "log.entryAdded" and event["level"] == "error" and context:
            self._page(context).errors.append(event["text"] or str(event.get("args")))

    def _wait_for_address(self, path: Path) -> str:
        deadline = time.monotonic() + STARTUP_TIMEOUT
        while time.monotonic() < deadline:
            # The file is there a moment before its content is.
            with contextlib.suppress(FileNotFoundError, ValueError):
                address = json.loads(path.read_text())
                return f"ws://{address['ws_host']}:{address['ws_port']}"
            time.sleep(0.05)
        log = self._log.read_text(errors="replace")
        raise TimeoutError(f"Firefox did not start in {STARTUP_TIMEOUT} s: {log[-2000:]}")
