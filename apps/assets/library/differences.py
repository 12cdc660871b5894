"""What differs between two snapshots of an asset, in the words of its form."""

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Field
from django.utils.text import capfirst

from apps.assets.models import Asset, Button, Variation
from apps.assets.snapshots import KINDS, Snapshot
from apps.segments import rules
from apps.segments.rules import Context

WORD = re.compile(r"\s+|\w+|[^\w\s]")
# Below it two texts have too little in common for marks within them to be read.
ALIKE = 0.4
DEFAULT = "as by default"
SAME, REMOVED, ADDED = "same", "removed", "added"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a text: in both, only in the old one, or only in the new one."""

    text: str
    state: str


SPACE = Piece(text=" ", state=SAME)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happened to one thing; `is_replaced` where the whole of it is another one."""

    place: str
    pieces: tuple[Piece, ...]
    is_replaced: bool = False


def between(old: Snapshot, new: Snapshot, context: Context) -> list[Change]:
    """Return how the new snapshot differs from the old one, of the same asset; `context` is what
    rules of its site can name, to say them in words."""
    return list(_Comparison(KINDS[new["kind"]], context).whole(old, new))


class _Comparison:
    def __init__(self, kind: type[Asset], context: Context) -> None:
        self.kind, self.context = kind, context

    def whole(self, old: Snapshot, new: Snapshot) -> Iterator[Change]:
        for name in ("name", "status"):
            yield from _value(self.kind._meta.get_field(name), old[name], new[name], "")
        yield from _sets("Labels", old["labels"], new["labels"])
        yield from self._content(old["content"], new["content"], "")
        yield from self._buttons(old["buttons"], new["buttons"], "")
        yield from self._variations(old["variations"], new["variations"])

    def _content(self, old: dict[str, Any], new: dict[str, Any], place: str) -> Iterator[Change]:
        for name in self.kind.CONTENT:
            column = self.kind._meta.get_field(name)
            is_text = name in (*self.kind.TEXTS, *self.kind.ADDRESSES, "pages")
            if (name in old) == (name in new):
                before, after = old.get(name), new.get(name)
                yield from _value(column, before, after, place, is_text=is_text)
            else:
                # Of a variation: what it had not of its own was as in the default content.
                shown = [
                    _shown(column, content[name]) or "empty" if name in content else DEFAULT
                    for content in (old, new)
                ]
                yield _whole(f"{place}{column.verbose_name}", *shown)

    def _buttons(
        self, old: list[dict[str, Any]], new: list[dict[str, Any]], place: str
    ) -> Iterator[Change]:
        for before, after in _pairs(old, new, "label"):
            button = (before or after)["label"]
            if before is None or after is None:
                yield _whole(f"{place}Button", before and button, after and button)
                continue
            for name in Button.CONTENT:
                column = Button._meta.get_field(name)
                inner = f"{place}Button “{button}”, "
                is_text = name in ("label", "url", "icon")
                yield from _value(column, before[name], after[name], inner, is_text=is_text)
        yield from _order(f"{place}Order of the buttons", old, new, "label")

    def _variations(self, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Change]:
        for before, after in _pairs(old, new, "name"):
            name = (before or after)["name"]
            if before is None or after is None:
                yield _whole("Variation", before and name, after and name)
            place = f"Variation “{name}”, "
            if after is not None:
                yield from self._variation(before or _nothing(after), after, place)
        yield from _order("Order of the variations", old, new, "name")

    def _variation(self, old: dict[str, Any], new: dict[str, Any], place: str) -> Iterator[Change]:
        for name in ("name", "status"):
            yield from _value(Variation._meta.get_field(name), old[name], new[name], place)
        if old["rule"] != new["rule"]:
            before = self._rule(old["rule"])
            yield from texts(f"{place}for contacts who", before, self._rule(new["rule"]))
        yield from self._content(old["content"], new["content"], place)
        own = Variation._meta.get_field("has_own_buttons")
        yield from _value(own, old["has_own_buttons"], new["has_own_buttons"], place)
        yield from self._buttons(old["buttons"], new["buttons"], place)

    def _rule(self, rule: Any) -> str:
        return "" if rule is None else rules.describe(rule, self.context)


def _nothing(variation: dict[str, Any]) -> dict[str, Any]:
    """Return what a variation that has just been made is compared with."""
    told = {"name": variation["name"], "has_own_buttons": variation["has_own_buttons"]}
    return {**told, "status": None, "rule": None, "content": {}, "buttons": []}


def _pairs(
    old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]], key: str
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Yield what belongs together: what has the same name, then, in order, what was renamed."""
    unmatched, found = list(old), []
    for after in new:
        before = next((each for each in unmatched if each[key] == after[key]), None)
        if before is not None:
            unmatched.remove(before)
        found.append((before, after))
    for before, after in found:
        if before is None and unmatched and len(unmatched) == _missing(found):
            before = unmatched.pop(0)
            found[found.index((None, after))] = (before, after)
        yield before, after
    for before in unmatched:
        yield before, None


def _missing(found: list[tuple[Any, Any]]) -> int:
    return sum(before is None for before, _ in found)


def _order(
    place: str, old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]], key: str
) -> Iterator[Change]:
    before = [each[key] for each in old if each[key] in {other[key] for other in new}]
    after = [each[key] for each in new if each[key] in {other[key] for other in old}]
    if before != after:
        yield _whole(place, ", ".join(before), ", ".join(after))


def _sets(place: str, old: list[str], new: list[str]) -> Iterator[Change]:
    if old != new:
        removed = [Piece(text=name, state=REMOVED) for name in old if name not in new]
        added = [Piece(text=name, state=ADDED) for name in new if name not in old]
        pieces = [row for piece in (*removed, *added) for row in (piece, SPACE)]
        yield Change(place=place, pieces=tuple(pieces[:-1]))


def _value(
    column: Field, old: Any, new: Any, place: str, *, is_text: bool = False
) -> Iterator[Change]:
    if old == new:
        return
    words = str(column.verbose_name)
    words = f"{place}{words}" if place else capfirst(words)
    before, after = _shown(column, old), _shown(column, new)
    yield from texts(words, before, after) if is_text else (_whole(words, before, after),)


def _shown(column: Field, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            return json.dumps(value, ensure_ascii=False) if value else ""
    return str(dict(column.flatchoices).get(value, value))


def _whole(place: str, old: str | None, new: str | None) -> Change:
    removed = [Piece(text=old, state=REMOVED)] if old else []
    added = [Piece(text=new, state=ADDED)] if new else []
    return Change(place=place, pieces=(*removed, *added), is_replaced=bool(removed) and bool(added))


def texts(place: str, old: str, new: str) -> Iterator[Change]:
    """Yield how a text differs from the old one, marked word by word where they are alike."""
    if old == new:
        return
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if not old or not new or matcher.ratio() < ALIKE:
        yield _whole(place, old, new)
        return
    pieces = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece(text="".join(before[i:j]), state=SAME))
            continue
        removed, added = "".join(before[i:j]), "".join(after[k:m])
        pieces += [Piece(text=removed, state=REMOVED)] if removed else []
        pieces += [Piece(text=added, state=ADDED)] if added else []
    yield Change(place=place, pieces=tuple(pieces))
