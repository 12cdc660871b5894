"""Of what shape data is that anybody may have written, and how it is called in words."""

from typing import Any

from django.db.models import BooleanField, IntegerField, JSONField
from django.db.models import Field as Column
from django.utils.text import capfirst


class Wrong(Exception):
    """Not worth reading on: the data has not the shape of a snapshot. Takes place and message."""


def shape(value: Any, wanted: type, place: str) -> Any:
    if type(value) is not wanted:
        raise Wrong(place, f"It cannot be {called(value)}.")
    return value


def type_of(column: Column) -> type:
    kinds = ((BooleanField, bool), (IntegerField, int), (JSONField, dict))
    return next((found for kind, found in kinds if isinstance(column, kind)), str)


def called(value: Any) -> str:
    """Say what was found where something else should be."""
    names = {
        str: "a text",
        bool: "yes or no",
        int: "a number",
        float: "a fraction",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "empty")


def words_of(column: Column) -> str:
    return capfirst(str(column.verbose_name))


def short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 150 else f"{text[:149]}…"


def listed(names: list[str]) -> str:
    return ", ".join(f"“{short(str(name))}”" for name in names[:10])
