"""On which pages of a site a popup shows: address patterns, one a line.

`/sale/*` is compared with the path, `https://shop.example/cart*` with origin and path; `*` stands
for any characters, and a slash at the end makes no difference. A pattern with a `?` is compared
with the query too; what follows `#` is never looked at. A line that begins with `!` leaves pages
out. Without a pattern that lets pages in, all others are in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError

MAX_ADDRESS = 2_000
MAX_PATTERNS = 50
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, kw_only=True)
class Page:
    origin: str
    path: str
    query: str


def page(address: str) -> Page | None:
    """Return the page at an address as a browser writes it; None for what is none."""
    # A browser reads a backslash as a slash, and leaves white space out.
    if len(address) > MAX_ADDRESS or set(address) & set("\\ \t\r\n"):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    has_port = port is not None and port != PORTS[parts.scheme]
    return Page(
        origin=f"{parts.scheme}://{parts.hostname}{f':{port}' if has_port else ''}",
        path=unquote(parts.path) or "/",
        query=unquote(parts.query),
    )


def matches(patterns: Sequence[str], here: Page | None) -> bool:
    """Tell whether a popup with these patterns is for the page; where the page is not known,
    only one for every page is."""
    if not patterns:
        return True
    if here is None:
        return False
    let_in = [each for each in patterns if not each.startswith("!")]
    left_out = [each[1:] for each in patterns if each.startswith("!")]
    is_in = not let_in or any(_is_at(each, here) for each in let_in)
    return is_in and not any(_is_at(each, here) for each in left_out)


def look_at_query(patterns: Sequence[str]) -> bool:
    return any("?" in each for each in patterns)


def check(text: str) -> None:
    """Raise ValidationError, a message for each line that is no pattern."""
    lines = text.splitlines()
    found = [
        f"Line {number}: {problem}"
        for number, line in enumerate(lines, start=1)
        if (problem := _problem(line.strip()))
    ]
    if len(text.split()) > MAX_PATTERNS:
        found.append(f"These are more than {MAX_PATTERNS} patterns.")
    if found:
        raise ValidationError(found)


def clean(text: str) -> str:
    """Return the patterns without the space around them and without empty lines."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _problem(line: str) -> str:
    pattern = line.removeprefix("!").lower()
    if not line:
        return ""
    if not pattern:
        return "write after the ! which pages are left out."
    if len(line.split()) > 1:
        return "write one pattern a line, without spaces; %20 stands for one in an address."
    if "#" in pattern:
        return "leave out the # and what follows: it is never looked at."
    if pattern.startswith("/") and not pattern.startswith("//"):
        return ""
    if not pattern.startswith(("https://", "http://")):
        return "begin with / for a path, or with https:// for a whole address."
    host = pattern.split("://", 1)[1].split("/", 1)[0].split("?", 1)[0]
    if not host:
        return "write the host after https://, such as https://shop.example/cart*."
    if not host.isascii():
        return "write the host as browsers send it, beginning with xn--."
    return ""


def _is_at(pattern: str, here: Page) -> bool:
    first, *rest = _pieces(pattern)
    start = "" if pattern.startswith("/") else here.origin
    end = f"?{here.query}" if "?" in pattern and here.query else ""
    path = here.path.rstrip("/")
    return any(_is_like(first, rest, f"{start}{each}{end}") for each in (path, f"{path}/"))


@lru_cache(maxsize=2_000)
def _pieces(pattern: str) -> tuple[str, ...]:
    """Return what stands between the stars, written as `page` writes addresses."""
    if not pattern.startswith("/"):
        scheme, _, rest = pattern.partition("://")
        host, slash, path = rest.partition("/")
        scheme, host = scheme.lower(), host.lower()
        pattern = f"{scheme}://{host.removesuffix(f':{PORTS.get(scheme)}')}{slash}{path}"
    return tuple(unquote(piece) for piece in pattern.split("*"))


def _is_like(first: str, rest: Sequence[str], text: str) -> bool:
    """Compare without going back, so that no pattern is slow."""
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    *middle, last = rest
    at = len(first)
    for piece in middle:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(text) - at >= len(last) and text.endswith(last)
