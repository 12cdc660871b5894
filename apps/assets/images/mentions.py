"""Addresses of uploaded images where they are written: alone in a field, or within a text."""

import re
from collections.abc import Iterator, Mapping

from apps.assets.images import storing

# What no address goes on after; in a text, in markup, and in the JSON of extra data.
WORD = re.compile(r"[^\s\"'<>(){}]+")
IMAGE = re.compile(rf"(?<=/){storing.NAME}(?![0-9A-Za-z])")
BEGIN = re.compile(r"https?://")
# Where a word begins or a list goes on.
PATH = re.compile(r"[,;|]?/")


def find(text: str) -> Iterator[str]:
    """Yield each address in the text that ends as the name of an uploaded image does: absolute,
    or a path of the site. What comes after it, such as a query, is not of it."""
    for word in WORD.finditer(text):
        for begin, end in _addresses(word):
            yield word.group()[begin:end]


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
    text, parts, done = word.group(), [], 0
    for begin, end in _addresses(word):
        parts += [text[done:begin], new.get(text[begin:end], text[begin:end])]
        done = end
    return "".join([*parts, text[done:]])


def _addresses(word: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yield where each address of the word begins and ends: a word may be a list of them."""
    text, done = word.group(), 0
    for image in IMAGE.finditer(text):
        # The last: an address may be the query of another one, which makes pictures smaller.
        begins = [begin.start() for begin in BEGIN.finditer(text, done, image.start())]
        path = PATH.match(text, done)
        # After a tag it is not a path of the site: the tag says where it is.
        is_path = path and (done or not word.string[: word.start()].endswith("}"))
        if begins or is_path:
            yield (begins[-1] if begins else path.end() - 1), image.end()
        done = image.end()
