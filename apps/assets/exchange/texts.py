"""The texts of a file in which addresses of pictures stand."""

from collections.abc import Callable
from typing import Any

Change = Callable[[str], str]


def of_asset(asset: Any, change: Change) -> Any:
    """Return the snapshot, whatever its shape, with each text of its content and buttons changed,
    those of its variations too."""
    return _changed(asset, change, ("content", "buttons"), "variations")


def of_label_tag(tag: Any, change: Change) -> Any:
    """Return the label tag, whatever its shape, with what it says changed, also under rules."""
    return _changed(tag, change, ("value",), "values")


def _changed(row: Any, change: Change, parts: tuple[str, ...], inner: str) -> Any:
    if not isinstance(row, dict):
        return row
    made = {**row, **{part: _texts(row[part], change) for part in parts if part in row}}
    if isinstance(row.get(inner), list):
        made[inner] = [_changed(each, change, parts, "") for each in row[inner]]
    return made


def _texts(value: Any, change: Change) -> Any:
    match value:
        case str():
            return change(value)
        case list():
            return [_texts(each, change) for each in value]
        case dict():
            return {name: _texts(each, change) for name, each in value.items()}
    return value
