"""Where a browser cuts a text off: what the preview draws, and what the lint and "who will miss
what" say."""

import re
from dataclasses import dataclass

from apps.assets.compatibility.clients import Client

# Members of a notification, as the matrix calls them.
TEXTS = ("title", "body")
BREAK = re.compile(r"\r\n?")
CUT = "…"


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much of a text there is; lines are those that are written, not those it wraps into."""

    characters: int = 0
    lines: int = 0

    @classmethod
    def of(cls, text: str) -> "Extent":
        text = _plain(text)
        return cls(characters=len(text), lines=text.count("\n") + 1 if text else 0)

    def __or__(self, other: "Extent") -> "Extent":
        """Return the most of both."""
        return Extent(
            characters=max(self.characters, other.characters), lines=max(self.lines, other.lines)
        )


def room(client: Client, name: str) -> dict[str, int]:
    """Return how much of the text (of TEXTS) is shown at most, by unit: a member of Extent."""
    found = {"characters": client.title_chars if name == "title" else client.body_chars}
    if name == "body" and client.body_lines is not None:
        found["lines"] = client.body_lines
    return found


def is_cut(extent: Extent, client: Client, name: str) -> bool:
    return any(getattr(extent, unit) > most for unit, most in room(client, name).items())


def seen(text: str, client: Client, name: str) -> str:
    """Return what is to be seen of the text: all of it, or its beginning with a sign of that."""
    text = _plain(text)
    if not is_cut(Extent.of(text), client, name):
        return text
    most = room(client, name)
    kept = "\n".join(text.split("\n")[: most.get("lines")])
    return kept[: most["characters"] - len(CUT)].rstrip() + CUT


def _plain(text: str) -> str:
    """Return it with line breaks of one character: forms send two."""
    return BREAK.sub("\n", text)
