"""The one way to a push service: many requests at once over kept-alive connections.

What push services answer (RFC 8030 section 5, and their own pages) is turned into a closed set
of outcomes here; nobody else looks at a status code.
"""

import asyncio
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Self

import aiohttp

from apps.accounts import retry_after

# A batch of AT_ONCE takes no longer than this, and a worker's task must end within 60 seconds.
TIMEOUT_SECONDS = 10
AT_ONCE = 100
MAX_WAIT_SECONDS = 3600
MAX_ANSWER = 200


class Outcome(enum.Enum):
    """What became of one request."""

    ACCEPTED = "accepted"
    GONE = "gone"  # 404 and 410: the subscription has ended
    TOO_LARGE = "too_large"  # 413: the message's fault
    THROTTLED = "throttled"  # 429: later, when Retry-After says
    UNAVAILABLE = "unavailable"  # 5xx, no answer: later
    REFUSED = "refused"  # 401, 403 and a 400 that names our key: our keys' fault
    REJECTED = "rejected"  # anything else ends this message, and nothing but it


@dataclass(frozen=True, kw_only=True)
class Request:
    """One encrypted message; `headers` hold everything but the encoding."""

    endpoint: str
    body: bytes
    headers: dict[str, str]


class Silence(enum.Enum):
    """Why nothing was answered. All are UNAVAILABLE; only the words for people differ."""

    NOT_REACHED = "not_reached"  # no address, no connection or no TLS: nothing was sent
    LATE = "late"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`retry_after` is in seconds, where the push service named a time; `silence` is why it said
    nothing, where it did not."""

    outcome: Outcome
    text: str
    retry_after: int | None = None
    silence: Silence | None = None

    @property
    def was_sent(self) -> bool:
        return self.silence is not Silence.NOT_REACHED


class Connections:
    """Kept-alive connections to push services; use it as a context manager around many sends.

    An answer that takes longer than `seconds` is none.
    """

    def __init__(self, *, seconds: float = TIMEOUT_SECONDS) -> None:
        self._seconds = seconds

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self._runner.__enter__()
        self._session = self._runner.run(_open(self._seconds))
        return self

    def __exit__(self, *exception: object) -> None:
        self._runner.run(self._session.close())
        self._runner.close()

    def send(self, requests: Sequence[Request]) -> list[Answer]:
        """POST all requests, AT_ONCE at a time, and return their answers in the same order."""
        return self._runner.run(_send_all(self._session, requests)) if requests else []


async def _open(seconds: float) -> aiohttp.ClientSession:
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(_note_sent)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE),
        timeout=aiohttp.ClientTimeout(total=seconds),
        trace_configs=[trace],
    )


async def _note_sent(session: object, context: SimpleNamespace, chunk: object) -> None:
    # What `_send` gave with the request.
    context.trace_request_ctx.set()


async def _send_all(session: aiohttp.ClientSession, requests: Sequence[Request]) -> list[Answer]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(request: Request) -> Answer:
        # The timeout runs from here, not from when the request began to queue.
        async with slots:
            return await _send(session, request)

    return await asyncio.gather(*(one(request) for request in requests))


async def _send(session: aiohttp.ClientSession, request: Request) -> Answer:
    headers = {"Content-Encoding": "aes128gcm", **request.headers}
    sent = asyncio.Event()
    try:
        async with session.post(
            request.endpoint,
            data=request.body,
            headers=headers,
            # A redirect could lead off the list of known push services.
            allow_redirects=False,
            trace_request_ctx=sent,
        ) as response:
            text = (await response.content.read(1000)).decode(errors="replace")
            return read_answer(response.status, text, response.headers.get("Retry-After"))
    except Exception as error:
        # Whatever one push service or one address brings about, the others go on.
        text = f"{type(error).__name__}: {error}".replace("\x00", "")
        silence = _silence(error) if sent.is_set() else Silence.NOT_REACHED
        return Answer(outcome=Outcome.UNAVAILABLE, text=text[:MAX_ANSWER], silence=silence)


def _silence(error: Exception) -> Silence:
    return Silence.LATE if isinstance(error, TimeoutError) else Silence.BROKEN_OFF


def read_answer(status: int, text: str, wait: str | None = None) -> Answer:
    """Turn a push service's answer into an outcome; `wait` is its header Retry-After."""
    said = f"{status} {text}".strip().replace("\x00", "")[:MAX_ANSWER]
    return Answer(outcome=_outcome(status, text), text=said, retry_after=_seconds(wait))


def _outcome(status: int, text: str) -> Outcome:
    if status in (200, 201, 202):
        return Outcome.ACCEPTED
    if status in (404, 410):
        return Outcome.GONE
    # Apple names a foreign key in a 400 (VapidPkHashMismatch).
    if status in (401, 403) or (status == 400 and "vapid" in text.lower()):
        return Outcome.REFUSED
    if status == 413:
        return Outcome.TOO_LARGE
    if status == 429:
        return Outcome.THROTTLED
    return Outcome.UNAVAILABLE if status >= 500 else Outcome.REJECTED


def _seconds(header: str | None) -> int | None:
    said = retry_after.seconds(header)
    return None if said is None else min(said, MAX_WAIT_SECONDS)
