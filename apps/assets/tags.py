"""Tags: `{{ state.x }}`, `{{ event.x }}`, `{{ journey.x }}`, `{{ label.x }}` in texts (Liquid).

Templates are written by marketers and filled with what visitors sent, so both are bounded: in
loops, in output, and to these four names.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

ROOTS = ("state", "event", "journey", "label")
MAX_OUTPUT = 20_000


class NotFilled(ValueError):
    """The tags of a text cannot be filled with the values given."""


class _Tags(Environment):
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = MAX_OUTPUT


_environment = _Tags()


@lru_cache(maxsize=2_000)
def _parse(text: str) -> BoundTemplate:
    return _environment.from_string(text)


def render(text: str, context: Mapping[str, Any]) -> str:
    """Return `text` with its tags filled; a tag without a value becomes nothing.

    Raises NotFilled when a filter cannot take its value, or the filled text breaks a bound.
    """
    if "{" not in text:
        return text
    try:
        return _parse(text).render(**context)
    except Exception as error:
        # Values come from visitors, and filters raise whatever Python does for them.
        raise NotFilled(str(error)[:200]) from error


def check_text(text: str) -> None:
    """Raise ValidationError, with the place, unless the tags of `text` can be filled."""
    if "\x00" in text:
        raise ValidationError("The text holds a character that no browser can show.")
    try:
        template = _parse(text)
        unknown = sorted(set(template.analyze().globals) - set(ROOTS))
        if unknown:
            names = ", ".join(f"{{{{ {root}.… }}}}" for root in ROOTS)
            raise ValidationError(f"“{unknown[0]}” is unknown. Tags begin with {names}.")
        render(text, {root: {} for root in ROOTS})
    except (LiquidError, NotFilled) as error:
        raise ValidationError(f"This tag is not right: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]


def check_address(text: str) -> None:
    """Raise ValidationError unless `text` is http(s), or a path on the site, maybe with tags."""
    check_text(text)
    if text.startswith(("{{", "/")) and not text.startswith("//"):
        return
    if not is_web_address(text):
        raise ValidationError("Write https://… or a path on the site that begins with /.")


def is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)
