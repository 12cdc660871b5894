"""A tab of Chromium, moved by Playwright."""

from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, ConsoleMessage, Download, Error
from playwright.async_api import Page as Tab

from tests.push_service.background import BackgroundLoop

from .page import Page
from .scripts import ScriptError

Json = Any


class ChromiumPage(Page):
    """A Playwright page; scripts go over CDP, where a page's content policy does not stop them.

    Make it in the loop's thread.
    """

    def __init__(self, loop: BackgroundLoop, tab: Tab) -> None:
        super().__init__()
        self.tab = tab
        self._loop = loop
        self._session: CDPSession | None = None
        tab.on("console", self._note)
        tab.on("pageerror", self._note_thrown)
        tab.on("download", self._keep)

    @property
    def url(self) -> str:
        return self.tab.url

    def goto(self, url: str) -> None:
        self._loop.run(self.tab.goto(url))

    def reload(self) -> None:
        self._loop.run(self.tab.reload())

    def press(self, key: str) -> None:
        self._loop.run(self.tab.keyboard.press(key))

    def choose_file(self, selector: str, path: Path) -> None:
        self._loop.run(self.tab.set_input_files(selector, path))

    def screenshot(self, path: str | Path) -> None:
        self._loop.run(self.tab.screenshot(path=path))

    def set_viewport(self, width: int, height: int) -> None:
        self._loop.run(self.tab.set_viewport_size({"width": width, "height": height}))

    def close(self) -> None:
        self._loop.run(self.tab.close())

    def _call(self, function: str) -> Json:
        try:
            answer = self._loop.run(self._evaluate(f"({function})()"))
        except Error as error:
            raise ScriptError(str(error)) from error
        details = answer.get("exceptionDetails")
        if details:
            thrown = details.get("exception", {})
            text = thrown.get("description") or thrown.get("value") or details["text"]
            raise ScriptError(str(text))
        return answer["result"]["value"]

    async def _evaluate(self, expression: str) -> Json:
        call = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return await self._send("Runtime.evaluate", call)

    async def _send(self, method: str, values: Json) -> Json:
        if self._session is None:
            self._session = await self.tab.context.new_cdp_session(self.tab)
        return await self._session.send(method, values)

    def _click_at(self, x: float, y: float) -> None:
        self._loop.run(self.tab.mouse.click(x, y))

    def _touch(self, kind: str, x: float, y: float) -> None:
        points = [] if kind == "end" else [{"x": x, "y": y}]
        touch = {"type": f"touch{kind.title()}", "touchPoints": points}
        self._loop.run(self._send("Input.dispatchTouchEvent", touch))

    def _insert(self, text: str) -> None:
        self._loop.run(self.tab.keyboard.type(text))

    def _note(self, message: ConsoleMessage) -> None:
        # Chromium also prints failed requests; a page without an icon is no error of the page.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            self.errors.append(message.text)

    def _note_thrown(self, error: Error) -> None:
        self.errors.append(f"{error.name}: {error.message}" if error.name else error.message)

    async def _keep(self, download: Download) -> None:
        # Playwright saves under a name of its own.
        kept = Path(await download.path()).with_name(download.suggested_filename)
        await download.save_as(kept)
        self.downloads.append(kept)
