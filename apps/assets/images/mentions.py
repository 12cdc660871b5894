"""Addresses of uploaded images where they are written: alone in a field, or within a text."""

import re
from collections.abc import Iterator, Mapping

from apps.assets.images import storing

# What no address goes on after; in a text, in markup, and in the JSON of extra data.
WORD = re.compile(r"[^\s\"'<>(){}]+")
IMAGE = re.compile(rf"(?<=/){storing.NAME}(?![0-9A-Za-z])")
BEGIN = re.compile(r"https?://")


def find(text: str) -> Iterator[str]:
    """Yield each address in the text that ends as the name of an uploaded image does: absolute,
    or a path of the site. What comes after it, such as a query, is not of it."""
    for word in WORD.finditer(text):
        if found := _address(word):
            yield found


def file_name(address: str) -> str:
    """Return the name of the stored file that the address ends with, or nothing."""
    found = IMAGE.search(address)
    return found.group() if found and found.end() == len(address) else ""


def replaced(text: str, new: Mapping[str, str]) -> str:
    """Return the text with other addresses, by those that are written in it."""
    if text in new:
        return new[text]
    return WORD.sub(lambda word: _replaced(word, new), text)


def _replaced(word: re.Match[str], new: Mapping[str, str]) -> str:
    address = _address(word)
    return word.group().replace(address, new[address], 1) if address in new else word.group()


def _address(word: re.Match[str]) -> str:
    text = word.group()
    image = IMAGE.search(text)
    if image is None:
        return ""
    # The last: an address may be the query of another one, which makes pictures smaller.
    begins = [begin.start() for begin in BEGIN.finditer(text, 0, image.start())]
    if begins:
        return text[begins[-1] : image.end()]
    # After a tag it is not a path of the site: the tag says where it is.
    is_path = text.startswith("/") and not word.string[: word.start()].endswith("}")
    return text[: image.end()] if is_path else ""
