"""Filters: those of Liquid, each bounded in what it takes and makes, and a few of our own."""

import math
import re
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import isfunction
from typing import Any
from urllib.parse import quote

from liquid.filter import flatten
from liquid.undefined import is_undefined

from apps.accounts.characters import HIDDEN
from apps.assets.tags.bounds import (
    MAX_BITS,
    MAX_CHARACTERS,
    MAX_DATE,
    MAX_ITEMS,
    MAX_OUTPUT,
    TooMuch,
)

Function = Callable[..., Any]

ENCODE = "encode_part"
# Filters after which a value in an address is left as it is; `raw` asks for just that.
ENCODED_BY_HAND = ("raw", "url_encode")
# Filters that make a text of whatever they are given, the way a tag prints it.
OF_TEXTS = frozenset(
    (
        *("append", "capitalize", "downcase", "escape", "escape_once", "escapejs", "lstrip"),
        *("newline_to_br", "prepend", "remove", "remove_first", "remove_last", "replace"),
        *("replace_first", "replace_last", "rstrip", "safe", "slice", "split", "squish"),
        *("strip", "strip_html", "strip_newlines", "truncate", "truncatewords", "upcase"),
        *("url_decode", "url_encode", "base64_encode", "base64_decode"),
        *("base64_url_safe_encode", "base64_url_safe_decode"),
    )
)
# Filters that go through all of a list.
OF_LISTS = frozenset(
    (
        *("compact", "find", "find_index", "has", "map", "reject", "reverse", "sort"),
        *("sort_natural", "sum", "uniq", "where"),
    )
)
MARKUP = re.compile(r"<[^<>]*>")


def words(value: object) -> str:
    """Return what a tag prints of the value: of a list its items one after another, of an object
    nothing, because which of its names was meant nobody can say."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, list | tuple):
        return "".join([words(each) for each in value])
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return str(value)


def bounded(filters: Mapping[str, Function]) -> dict[str, Function]:
    """Return the filters of Liquid with bounds, and those of our own."""
    known = {name: each for name, each in filters.items() if isfunction(each)}
    ours = {
        "concat": _concat,
        "date": _date(known["date"]),
        "divided_by": _unless_nothing(known["divided_by"]),
        "join": _join,
        "modulo": _unless_nothing(known["modulo"]),
        "replace": _replace,
        "strip_html": _strip_html,
    }
    checked = {name: _bounded(name, each) for name, each in (known | ours).items()}
    return {**filters, **checked, "raw": _raw, ENCODE: _encode_part}


def _bounded(name: str, function: Function) -> Function:
    """Keep a filter from making much of little, again and again."""
    of_texts, of_lists = name in OF_TEXTS, name in OF_LISTS

    @wraps(function)
    def checked(left: object, *args: Any, **options: Any) -> Any:
        if of_texts:
            left = left if name == "slice" and isinstance(left, list) else _plain(left)
            args = tuple([_plain(each) for each in args])
        elif of_lists:
            left = _items(left)
        made = function(left, *args, **options)
        if not isinstance(made, str) or len(made) > MAX_OUTPUT:
            _check(made)
        return made

    return checked


def _plain(value: object) -> object:
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    return value if is_plain or is_undefined(value) else words(value)


def _items(value: object) -> object:
    """Return the list flat, as the filters of lists see it, unless it has too many items."""
    if not isinstance(value, list | tuple):
        return value
    flat = flatten(value)
    if len(flat) > MAX_ITEMS:
        raise TooMuch(f"A list has more than {MAX_ITEMS:,} items.")
    return flat


def _check(made: object) -> None:
    if isinstance(made, str):
        if len(made) > MAX_OUTPUT:
            raise TooMuch(f"A filter makes more than {MAX_OUTPUT:,} characters.")
    elif isinstance(made, list):
        if len(made) > MAX_ITEMS:
            raise TooMuch(f"A list has more than {MAX_ITEMS:,} items.")
        if sum([len(each) for each in made if isinstance(each, str)]) > MAX_CHARACTERS:
            raise TooMuch(f"A list has more than {MAX_CHARACTERS:,} characters.")
    elif isinstance(made, int) and made.bit_length() > MAX_BITS:
        raise TooMuch("A number has too many digits.")


def _list(value: object) -> list[Any]:
    if isinstance(value, list | tuple):
        return _items(value)
    return [] if value is None or is_undefined(value) else [value]


def _concat(left: object, more: object) -> list[Any]:
    return [*_list(left), *_list(more)]


def _join(left: object, separator: object = " ") -> str:
    texts, between = [words(each) for each in _list(left)], words(separator)
    if sum([len(text) for text in texts]) + len(between) * len(texts) > MAX_OUTPUT:
        raise TooMuch(f"A filter makes more than {MAX_OUTPUT:,} characters.")
    return between.join(texts)


def _replace(left: object, old: object, new: object = "") -> str:
    text, old, new = words(left), words(old), words(new)
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_OUTPUT:
        raise TooMuch(f"A filter makes more than {MAX_OUTPUT:,} characters.")
    return text.replace(old, new)


def _strip_html(left: object) -> str:
    """Take markup off in one pass: what is given may be built to make a parser slow."""
    return MARKUP.sub("", words(left))


def _date(function: Function) -> Function:
    @wraps(function)
    def checked(value: object, pattern: object, **options: Any) -> Any:
        if isinstance(value, str) and len(value) > MAX_DATE:
            return value
        if isinstance(pattern, str) and len(pattern) > MAX_DATE:
            raise TooMuch(f"A date is written with more than {MAX_DATE} characters.")
        return function(value, pattern, **options)

    return checked


def _unless_nothing(function: Function) -> Function:
    """Divide nothing by what is not there, instead of refusing the text."""

    @wraps(function)
    def checked(left: object, by: object) -> Any:
        return None if by is None or is_undefined(by) else function(left, by)

    return checked


def _raw(value: object) -> object:
    return value


def _encode_part(value: object) -> str:
    """Make the value one part of an address, in its path as well as in its query."""
    text = words(value)
    return quote(text if text.isprintable() else HIDDEN.sub("", text), safe="")
