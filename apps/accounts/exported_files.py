"""The file in which “Export” of one install gives something to “Import” of another: JSON that says
of what it is, and in which format."""

import json
from collections.abc import Collection
from typing import Any


class Unreadable(ValueError):
    """The file cannot be imported at all; the message says why, for people."""


def read(content: bytes, **hooks: Any) -> Any:
    """Return what the JSON holds, with the `hooks` of `json.loads`. Raises Unreadable."""
    try:
        return json.loads(content.decode("utf-8-sig"), **hooks)
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not text in UTF-8.") from error
    except RecursionError as error:
        raise Unreadable("The file nests too deep.") from error
    except ValueError as error:
        raise Unreadable(f"The file is not JSON: {_place(error)}") from error


def check(data: Any, *, of: str, type_: str, format_: int, parts: Collection[str]) -> None:
    """Raise Unreadable unless it is a file `of` that, of the type and format, with no part but
    the `parts`, of which some may be missing."""
    if not isinstance(data, dict) or data.get("type") != type_:
        raise Unreadable(f"This is not a file that “Export” of {of} has made.")
    if type(data.get("format")) is not int or data["format"] != format_:
        raise Unreadable(f"This release reads files of format {format_}.")
    if more := sorted(set(data) - set(parts)):
        raise Unreadable(f"The file has a part that is not known: “{more[0][:60]}”.")


def _place(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} in line {error.lineno}, character {error.colno}."
    return "it holds what is no number."
