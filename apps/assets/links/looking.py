"""Looking at addresses, many at once: is something there, and how large is a picture?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from apps.assets.links import guarding, sessions
from apps.assets.links.guarding import NotAllowed
from apps.assets.links.pictures import size_of
from apps.assets.models import CheckedAddress

SECONDS = 10
MAX_REDIRECTS = 5
MAX_BYTES = 256_000
REDIRECTS = (301, 302, 303, 307, 308)
# What a server says to programs that a browser may well get.
REFUSALS = (401, 403, 407, 429)
HEADERS = {
    "User-Agent": "Pushdesk link check",
    "Accept": "*/*",
    # Nothing is unpacked, so nothing can unpack into gigabytes.
    "Accept-Encoding": "identity",
}
Verdict = CheckedAddress.Verdict


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is at an address; `width` and `height` in pixels of a picture, `size` in bytes, each
    where it could be found out."""

    verdict: str
    problem: str = ""
    content_type: str = ""
    width: int | None = None
    height: int | None = None
    size: int | None = None


def look_at(addresses: Sequence[str]) -> list[Seen]:
    """Look at all of them at the same time, within SECONDS; whatever one does, it costs the
    others nothing."""
    return asyncio.run(_look_at_all(addresses))


async def _look_at_all(addresses: Sequence[str]) -> list[Seen]:
    async with sessions.open_session(seconds=SECONDS, headers=HEADERS) as session:
        return await asyncio.gather(*(_within_time(session, address) for address in addresses))


async def _within_time(session: aiohttp.ClientSession, address: str) -> Seen:
    try:
        async with asyncio.timeout(SECONDS):
            return await _follow(session, address)
    except NotAllowed as error:
        return Seen(verdict=Verdict.NOT_CHECKED, problem=str(error))
    except TimeoutError:
        return _broken(f"No answer within {SECONDS} seconds.")
    except aiohttp.ClientError as error:
        return _unreachable(error)
    except Exception as error:  # one address must not cost the others their verdict
        return _broken(f"It cannot be looked at: {type(error).__name__}.")


def _unreachable(error: aiohttp.ClientError) -> Seen:
    if refused := sessions.refusal(error):
        return Seen(verdict=Verdict.NOT_CHECKED, problem=str(refused))
    return _broken(sessions.in_words(error))


async def _follow(session: aiohttp.ClientSession, address: str) -> Seen:
    """Go from redirect to redirect, each checked as the first address was."""
    was_secure = address.startswith("https:")
    for _ in range(MAX_REDIRECTS + 1):
        seen, onward = await _ask(session, guarding.check(address))
        if onward is None:
            is_less = was_secure and address.startswith("http:") and seen.verdict == Verdict.FOUND
            return _with(seen, "It redirects from https:// to http://.") if is_less else seen
        address = onward
    return _broken(f"It redirects more than {MAX_REDIRECTS} times.")


async def _ask(session: aiohttp.ClientSession, address: URL) -> tuple[Seen, str | None]:
    """Ask with HEAD, and with GET where that does not say enough; returns what is there, or
    where it leads on."""
    async with session.head(address, allow_redirects=False) as head:
        if onward := _onward(head, address):
            return _broken(""), onward
        if head.status < 300 and not _is_picture(head):
            return _found(head), None
    async with session.get(address, allow_redirects=False) as answer:
        if onward := _onward(answer, address):
            return _broken(""), onward
        if answer.status in REFUSALS:
            words = f"It refuses programs (status {answer.status}): look at it yourself."
            return Seen(verdict=Verdict.NOT_CHECKED, problem=words), None
        if not 200 <= answer.status < 300:
            return _broken(f"It answers with status {answer.status}."), None
        start = await _read(answer) if _is_picture(answer) else b""
        return _found(answer, start), None


def _onward(answer: aiohttp.ClientResponse, address: URL) -> str | None:
    location = answer.headers.get("Location")
    if answer.status not in REDIRECTS or not location:
        return None
    try:
        return urljoin(str(address), location)
    except ValueError as error:
        raise NotAllowed("It redirects to what is no address.") from error


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """Return the first MAX_BYTES of it; however much it has, no more comes in."""
    parts, length = [], 0
    async for part in answer.content.iter_chunked(16_384):
        parts.append(part)
        length += len(part)
        if length >= MAX_BYTES:
            break
    return b"".join(parts)[:MAX_BYTES]


def _is_picture(answer: aiohttp.ClientResponse) -> bool:
    return answer.content_type.startswith("image/")


def _found(answer: aiohttp.ClientResponse, start: bytes = b"") -> Seen:
    size = answer.content_length
    if size is None and start and len(start) < MAX_BYTES:
        size = len(start)
    width, height = size_of(start) or (None, None)
    kind = answer.content_type if "Content-Type" in answer.headers else ""
    # What the columns hold; a header may say anything.
    whole = size if size is not None and size < 2**31 else None
    return Seen(verdict=Verdict.FOUND, content_type=kind, width=width, height=height, size=whole)


def _broken(problem: str) -> Seen:
    return Seen(verdict=Verdict.BROKEN, problem=problem)


def _with(seen: Seen, problem: str) -> Seen:
    return Seen(**{**vars(seen), "problem": problem})
