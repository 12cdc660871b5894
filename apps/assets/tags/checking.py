"""What is wrong with the tags of a text, with the place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from liquid.exceptions import LiquidError

from apps.accounts.characters import HIDDEN, TOLD
from apps.assets.tags.language import (
    ROOTS,
    NotFilled,
    environment,
    parse,
    render,
    render_address,
    wholes,
)
from apps.assets.tags.wording import in_words, like

# What a site knows, by root: names; None for a root whose names nobody can know beforehand.
Known = Mapping[str, Collection[str] | None]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One thing in a text; `line` and `column` count from 1."""

    message: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.message} (line {self.line}, character {self.column})"


def check_text(text: str) -> None:
    """Raise ValidationError, with the place, unless the tags of `text` can be filled."""
    check(text)


def check_label_text(text: str) -> None:
    """As `check_text`, for the value of a label tag, which cannot name another."""
    check(text)
    if "{" in text and (used := _globals(text, is_address=False).get("label")):
        message = "A label tag cannot name another one."
        wrong = Wrong(message=message, **_place(text, used[0].span.index))
        raise ValidationError(str(wrong))


def check(text: str, *, is_address: bool = False) -> None:
    # Browsers send line breaks as two characters.
    if found := HIDDEN.search(text.replace("\r\n", " \n")):
        place = _place(text, found.start())
        raise ValidationError(str(Wrong(message=TOLD, **place)))
    if "{" not in text:
        return
    try:
        if wrong := [*_unknown_roots(text, is_address), *_wholes(text, is_address)]:
            raise ValidationError([str(each) for each in wrong])
        (render_address if is_address else render)(text, {root: {} for root in ROOTS})
    except LiquidError as error:
        raise ValidationError(str(_wrong(error, text))) from error
    except NotFilled as error:
        cause = error.__cause__
        wrong = _wrong(cause, text) if isinstance(cause, LiquidError) else cause
        raise ValidationError(str(wrong)) from error


def problems(text: str, known: Known, *, is_address: bool = False) -> list[Wrong]:
    """Return the tags of the text whose names are not among `known`; nothing of a text that is
    no template, of which `check` says what is wrong."""
    if "{" not in text:
        return []
    try:
        named = _globals(text, is_address)
    except LiquidError:
        return []
    found = []
    for root, used in named.items():
        names = known.get(root)
        if names is None:
            continue
        for variable in used:
            name = variable.segments[1] if len(variable.segments) > 1 else None
            if isinstance(name, str) and name not in names:
                place = _place(text, variable.span.index)
                found.append(Wrong(message=_unknown(root, name, names), **place))
    return sorted(found, key=lambda wrong: (wrong.line, wrong.column))


def _globals(text: str, is_address: bool) -> dict[str, list[Any]]:
    template = parse(text, is_address=is_address)
    return template.analyze(include_partials=False).globals


def _unknown_roots(text: str, is_address: bool) -> list[Wrong]:
    allowed = ", ".join(f"{{{{ {root}.… }}}}" for root in ROOTS)
    return [
        Wrong(
            message=f"“{root}” is unknown. Tags begin with {allowed}.",
            **_place(text, used[0].span.index),
        )
        for root, used in _globals(text, is_address).items()
        if root not in ROOTS
    ]


def _wholes(text: str, is_address: bool) -> list[Wrong]:
    return [
        Wrong(
            message=f"Name what of {root} you mean, such as {{{{ {root}.name }}}}.",
            **_place(text, index),
        )
        for root, index in wholes(text, is_address=is_address)
    ]


def _unknown(root: str, name: str, names: Collection[str]) -> str:
    hint = like(name, names, f"{root}.{{}}")
    return f"“{root}.{name}” is not known to this site.{hint}"


def _wrong(error: LiquidError, text: str) -> Wrong:
    if isinstance(error.__cause__, LiquidError):
        error = error.__cause__
    index = error.token.start_index if error.token else -1
    place = _place(text, index if index >= 0 else len(text.rstrip()))
    return Wrong(message=in_words(error, environment), **place)


def _place(text: str, index: int) -> dict[str, int]:
    before = text[: min(index, len(text))]
    return {"line": before.count("\n") + 1, "column": index - (before.rfind("\n") + 1) + 1}
