"""Chromium with a fake GCM, driven by Playwright in a thread of its own."""

import os
import time
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, CDPSession, Frame, Playwright, async_playwright
from playwright.async_api import Page as Tab

from tests.push_service import PushService
from tests.push_service.background import BackgroundLoop

from . import chromium_scripts, installed
from .browser import Answer, Browser, Permission
from .chromium_page import ChromiumPage
from .notifications import NotificationDaemon
from .page import POLL_INTERVAL, VIEWPORT

STATES: dict[Answer, Permission] = {"allow": "granted", "block": "denied"}


class Chromium(Browser):
    """Chromium; without `push_service` subscribing never settles.

    Without `notifications` they are nowhere to be seen.
    """

    name = "chromium"

    def __init__(
        self,
        *,
        push_service: PushService | None = None,
        notifications: NotificationDaemon | None = None,
    ) -> None:
        super().__init__(push_service=push_service, notifications=notifications)
        self._background: BackgroundLoop | None = None
        self._playwright: Playwright | None = None
        self._context: BrowserContext | None = None
        self._blank: Tab | None = None
        self._permissions: dict[str, Permission] = {}
        self._pages: dict[Tab, ChromiumPage] = {}
        self._origins: set[str] = set()
        # A permission set over CDP lasts only as long as the session that set it.
        self._session: CDPSession | None = None

    def launch(self) -> None:
        # In a thread of its own Playwright leaves the test's thread without a running loop, in
        # which Django would refuse to use the database.
        self._background = BackgroundLoop("chromium")
        self._loop.run(self._launch())
        for origin, state in self._permissions.items():
            self.set_permission(origin, state)

    def quit(self) -> None:
        if self._background:
            try:
                self._loop.run(self._quit())
            finally:
                self._background.stop()
                self._background = self._context = self._playwright = self._session = None
                self._pages.clear()

    def new_tab(self) -> ChromiumPage:
        page = self._loop.run(self._new_tab())
        page.set_viewport(*VIEWPORT)
        return page

    def pages(self) -> list[ChromiumPage]:
        return self._loop.run(self._list_pages())

    def set_permission(self, origin: str, state: Permission) -> None:
        if self._session is None:
            raise RuntimeError("Chromium is not started")
        self._permissions[origin] = state
        setting = {"permission": {"name": "notifications"}, "setting": state, "origin": origin}
        self._loop.run(self._session.send("Browser.setPermission", setting))

    def forget(self) -> None:
        self._loop.run(self._forget())
        self._permissions.clear()
        self._pages.clear()
        self._origins.clear()

    def answer_prompt(self, answer: Answer, timeout: float = 30) -> None:
        deadline = time.monotonic() + timeout
        while True:
            for page in self.pages():
                if page.evaluate(chromium_scripts.PROMPT_IS_OPEN):
                    self._answer(page, answer)
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"no page asked for permission in {timeout} s")
            time.sleep(POLL_INTERVAL)

    @property
    def _loop(self) -> BackgroundLoop:
        if self._background is None:
            raise RuntimeError("Chromium is not started")
        return self._background

    @property
    def _running(self) -> BrowserContext:
        if self._context is None:
            raise RuntimeError("Chromium is not started")
        return self._context

    def _answer(self, page: ChromiumPage, answer: Answer) -> None:
        if answer in STATES:
            self.set_permission(page.evaluate("location.origin"), STATES[answer])
        page.evaluate(chromium_scripts.ANSWER, STATES.get(answer, "default"))

    def _page(self, tab: Tab) -> ChromiumPage:
        if tab not in self._pages:
            self._pages[tab] = ChromiumPage(self._loop, tab)
            tab.on("framenavigated", self._note_origin)
        return self._pages[tab]

    def _note_origin(self, frame: Frame) -> None:
        address = urlsplit(frame.url)
        if address.netloc:
            self._origins.add(f"{address.scheme}://{address.netloc}")

    async def _new_tab(self) -> ChromiumPage:
        return self._page(await self._running.new_page())

    async def _list_pages(self) -> list[ChromiumPage]:
        return [self._page(tab) for tab in self._running.pages if tab is not self._blank]

    async def _launch(self) -> None:
        self._playwright = await async_playwright().start()
        self._context = await self._playwright.chromium.launch_persistent_context(
            self._profile,
            executable_path=installed.require("chromium"),
            headless=True,
            args=_switches(self._push_service),
            env=self._environment(),
        )
        service = self._push_service
        script = chromium_scripts.before_pages(service.origin if service else None)
        await self._context.add_init_script(script)
        self._context.on("page", self._page)
        self._blank = self._context.pages[0]
        browser = self._context.browser
        self._session = (
            await browser.new_browser_cdp_session()
            if browser
            else await self._context.new_cdp_session(self._blank)
        )

    async def _forget(self) -> None:
        for tab in self._running.pages:
            if tab is not self._blank:
                await tab.close()
        session = await self._running.new_cdp_session(self._blank)
        for origin in self._origins:
            everything = {"origin": origin, "storageTypes": "all"}
            await session.send("Storage.clearDataForOrigin", everything)
        await session.send("Network.clearBrowserCookies")
        await session.send("Network.clearBrowserCache")
        await session.detach()
        await self._session.send("Browser.resetPermissions")

    async def _quit(self) -> None:
        if self._context:
            await self._context.close()
        if self._playwright:
            await self._playwright.stop()


def _switches(service: PushService | None) -> list[str]:
    switches = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
    if os.geteuid() == 0:
        switches.append("--no-sandbox")
    if service:
        switches += [
            f"--gcm-checkin-url={service.checkin_url}",
            f"--gcm-registration-url={service.registration_url}",
            f"--gcm-mcs-endpoint={service.mcs_url}",
            f"--ignore-certificate-errors-spki-list={service.spki}",
        ]
    return switches
