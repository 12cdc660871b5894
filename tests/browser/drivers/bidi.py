"""WebDriver BiDi over one WebSocket, for callers that are not asynchronous."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.push_service.background import BackgroundLoop

Json = Any
LARGEST_FRAME = 64 * 2**20


class BidiError(Exception):
    """The browser refused a command; `code` is BiDi's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Bidi:
    """A session; `on_event` is called in its thread with the method and parameters of events."""

    def __init__(self, url: str, on_event: Callable[[str, Json], None]) -> None:
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._loop = BackgroundLoop("bidi")
        self._reader: asyncio.Task[None] | None = None
        self._loop.run(self._connect(url))

    def send(self, method: str, timeout: float = 60, **parameters: Json) -> Json:
        """A command's result. Raises BidiError, and TimeoutError after `timeout` seconds."""
        return self._loop.run(self._send(method, parameters), timeout)

    def close(self) -> None:
        """Drop the connection."""
        self._loop.run(self._disconnect())
        self._loop.stop()

    async def _connect(self, url: str) -> None:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(url, max_msg_size=LARGEST_FRAME)
        self._reader = asyncio.create_task(self._read())

    async def _disconnect(self) -> None:
        if self._reader:
            self._reader.cancel()
        await self._session.close()

    async def _send(self, method: str, parameters: Json) -> Json:
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        answer = await self._answers[number]
        if answer["type"] == "error":
            raise BidiError(answer["error"], answer.get("message", ""))
        return answer["result"]

    async def _read(self) -> None:
        async for frame in self._socket:
            news = json.loads(frame.data)
            if news.get("type") == "event":
                self._on_event(news["method"], news["params"])
                continue
            future = self._answers.pop(news.get("id"), None)
            if future and not future.done():
                future.set_result(news)
        for future in self._answers.values():
            if not future.done():
                future.set_exception(ConnectionError("the browser is gone"))
