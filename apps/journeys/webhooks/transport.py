"""The way to the servers of sites: many requests at once, each for itself.

The public web only (apps.assets.links.guarding), no redirect, nothing unpacked. What a server
does, slow, endless or broken, costs its own request and no other.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from apps.assets.links import guarding, sessions
from apps.assets.links.guarding import NotAllowed
from apps.journeys.webhooks import answers
from apps.journeys.webhooks.answers import Answer

SECONDS = 15
# Of the answer's body, whose status has said all that counts.
MAX_BYTES, BODY_SECONDS = 64_000, 3
# What is finished at nearly the same time is recorded together.
GATHERING_SECONDS = 0.02
HEADERS = {"User-Agent": "Pushdesk webhook", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    url: str
    headers: dict[str, str]
    body: str


class Line:
    """Requests under way; use it as a context manager. It moves on while `finished` is waited
    for, so that the database is asked with no other thread about."""

    def __init__(self, *, at_once: int) -> None:
        self._at_once = at_once
        self._tasks: dict[asyncio.Task[Answer], Any] = {}

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self._runner.__enter__()
        self._session = self._runner.run(self._open())
        return self

    def __exit__(self, *exception: object) -> None:
        self._runner.run(self._close())
        self._runner.close()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, name: Any, request: Request) -> None:
        """Send the request; `finished` will say under `name` what came of it."""
        task = self._runner.get_loop().create_task(_ask(self._session, request))
        self._tasks[task] = name

    def finished(self, *, seconds: float) -> list[tuple[Any, Answer]]:
        """Wait until something was answered, at most so long; return what was."""
        done = self._runner.run(self._wait(seconds)) if self._tasks else []
        return [(self._tasks.pop(task), task.result()) for task in done]

    async def _open(self) -> aiohttp.ClientSession:
        return sessions.open_session(
            seconds=SECONDS, headers=HEADERS, at_once=self._at_once, keeps_alive=True
        )

    async def _close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._session.close()

    async def _wait(self, seconds: float) -> list[asyncio.Task[Answer]]:
        await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if any(task.done() for task in self._tasks):
            await asyncio.sleep(GATHERING_SECONDS)
        return [task for task in self._tasks if task.done()]


async def _ask(session: aiohttp.ClientSession, request: Request) -> Answer:
    """Never raises: whatever one server or address brings about, the others go on."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _send(session, request)
    except NotAllowed as error:
        return answers.impossible(str(error))
    except TimeoutError:
        return answers.silence(f"No answer within {SECONDS} seconds.")
    except aiohttp.ClientError as error:
        refused = sessions.refusal(error)
        return answers.impossible(str(refused)) if refused else _silence(error)
    except Exception as error:
        return answers.silence(f"It cannot be called: {type(error).__name__}.")


def _silence(error: aiohttp.ClientError) -> Answer:
    if isinstance(error, aiohttp.ClientConnectorError):
        return answers.silence(sessions.in_words(error))
    return answers.silence("Its server broke off, or does not answer as one of the web.")


async def _send(session: aiohttp.ClientSession, request: Request) -> Answer:
    async with session.request(
        request.method,
        guarding.check(request.url),
        data=request.body.encode() if request.body else None,
        headers=request.headers,
        allow_redirects=False,
    ) as response:
        return answers.read(
            response.status,
            text=await _beginning(response),
            wait=response.headers.get("Retry-After"),
            location=response.headers.get("Location", ""),
        )


async def _beginning(response: aiohttp.ClientResponse) -> str:
    """Return the first words of the answer's body; a whole short one leaves the connection to
    the next request. Packed ones are not read."""
    held = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(held) < MAX_BYTES and (part := await response.content.read(16_384)):
                held += part
    except (TimeoutError, aiohttp.ClientError):
        pass
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return ""
    return held[:1_000].decode(errors="replace")
