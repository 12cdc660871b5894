"""The file itself: bounded, and JSON of a shape that can be gone through without harm."""

import math
import re
import secrets
from typing import Any

from apps.accounts import exported_files
from apps.accounts.exported_files import Unreadable

TYPE, FORMAT = "pushdesk-assets", 1
# Of all that is not the data of pictures.
MAX_BYTES = 2_000_000
MAX_IMAGES, MAX_IMAGE_BYTES = 200, 20_000_000
# About a hundred of the largest that apps.assets.images.pictures writes. Few bytes can hold more,
# and somebody waits while they are drawn.
MAX_IMAGE_PIXELS = 200_000_000
# Base64 writes three bytes as four, and fills the last three up.
MAX_FILE_BYTES = MAX_BYTES + MAX_IMAGE_BYTES * 4 // 3 + MAX_IMAGES * 4
MAX_DEPTH = 30
MAX_ASSETS, MAX_LABEL_TAGS = 300, 300
PARTS = {"type", "format", "site", "label_tags", "assets", "images"}
# The data of a picture, before anybody reads the file as JSON.
LONG = re.compile(rb'(?<!\\)("data"\s{0,9}:\s{0,9})"([A-Za-z0-9+/=]{200,}+)"')


def read(content: bytes) -> dict[str, Any]:
    """Return the content of a file that anybody may have made. Raises Unreadable.

    `assets` and `label_tags` are lists, of anything yet. What no database can hold is refused
    here: NUL, half characters, numbers that are none.
    """
    if len(content) > MAX_FILE_BYTES:
        raise Unreadable(f"The file has more than {_limits()}.")
    content, data_of = _lifted(content)
    if len(content) > MAX_BYTES:
        raise Unreadable(f"The file has more than {MAX_BYTES // 1_000_000} MB beside pictures.")

    def restored(row: dict[str, Any]) -> dict[str, Any]:
        if isinstance(row.get("data"), str) and row["data"] in data_of:
            row["data"] = data_of[row["data"]]
        return row

    data = exported_files.read(content, parse_constant=_refuse, object_hook=restored)
    _bound(data)
    known = _known(data)
    if len(content) + _long_elsewhere(known["images"], data_of) > MAX_BYTES:
        raise Unreadable(f"The file has more than {MAX_BYTES // 1_000_000} MB beside pictures.")
    return known


def _long_elsewhere(images: dict[str, Any], data_of: dict[str, str]) -> int:
    """Return how much of what reads like the data of pictures is none of these."""
    carried = sum(len(each) for each in _data(images) if isinstance(each, str))
    return max(sum(map(len, data_of.values())) - carried, 0)


def _data(images: dict[str, Any]) -> list[Any]:
    return [each.get("data") for each in images.values() if isinstance(each, dict)]


def beside_pictures(content: bytes) -> int:
    """Return how many bytes the file's content has for `read` beside the data of pictures."""
    return len(_lifted(content)[0])


def _lifted(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the content with a short word for the data of each picture, and the data by these:
    so that megabytes are read as JSON only where they are pictures, which cost nothing more."""
    data_of: dict[str, str] = {}
    # Nobody who writes a file knows the words.
    secret = secrets.token_hex(16)

    def lift(found: re.Match[bytes]) -> bytes:
        word = f"{secret}-{len(data_of)}"
        data_of[word] = found[2].decode()
        return found[1] + f'"{word}"'.encode()

    return LONG.sub(lift, content), data_of


def _limits() -> str:
    return f"{MAX_BYTES // 1_000_000} MB and {MAX_IMAGE_BYTES // 1_000_000} MB of pictures"


def _known(data: Any) -> dict[str, Any]:
    exported_files.check(data, of="assets", type_=TYPE, format_=FORMAT, parts=PARTS)
    for part, most in (("assets", MAX_ASSETS), ("label_tags", MAX_LABEL_TAGS)):
        rows = data.setdefault(part, [])
        if not isinstance(rows, list):
            raise Unreadable(f"“{part}” is not a list.")
        if len(rows) > most:
            raise Unreadable(f"The file has more than {most} in “{part}”.")
    if not isinstance(data.setdefault("images", {}), dict):
        raise Unreadable("“images” is not an object.")
    _bound_images(data["images"])
    if not data["assets"] and not data["label_tags"]:
        raise Unreadable("The file holds no assets.")
    return data


def _bound_images(images: dict[str, Any]) -> None:
    # Another spelling of an address brings no picture of its own.
    own = [each for each in images.values() if not isinstance(each, dict) or "same_as" not in each]
    if len(own) > MAX_IMAGES:
        raise Unreadable(f"The file has more than {MAX_IMAGES} pictures.")
    sizes = (len(each.rstrip("=")) * 3 // 4 for each in _data(images) if isinstance(each, str))
    if sum(sizes) > MAX_IMAGE_BYTES:
        most = MAX_IMAGE_BYTES // 1_000_000
        raise Unreadable(f"The pictures of the file have more than {most} MB together.")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number.")


def _bound(data: Any) -> None:
    """Go through it level by level: nesting without end must not end us."""
    level = [data]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
            else:
                _plain(value)
        level = inner
    if level:
        raise Unreadable("The file nests too deep.")


def _plain(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("The file holds a number without end.")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Unreadable("The file holds half a character.") from error
        if "\x00" in value:
            raise Unreadable("The file holds the character NUL.")
