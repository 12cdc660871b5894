"""What a page that asks before deleting lists: what people know, not what only the database has."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst


def leave_out_inner_rows(
    listed: list[Any], counts: dict[str, int], models: Iterable[type[Model]]
) -> tuple[list[Any], dict[str, int]]:
    """Return Django's answer without the rows that only link two others, and without the second
    row that one of an inherited model has in the table of its parent.

    `listed` are words, each perhaps followed by a list of those below it; `counts` are by the
    plural name of the model; `models` are those of the rows that are deleted.
    """
    inner = {hidden for model in models for hidden in _inner(model)}
    starts = tuple(f"{capfirst(hidden._meta.verbose_name)}: " for hidden in inner)
    plurals = {str(hidden._meta.verbose_name_plural) for hidden in inner}
    kept = {name: count for name, count in counts.items() if str(name) not in plurals}
    return _without(listed, starts), kept


def _inner(model: type[Model]) -> Iterable[type[Model]]:
    yield from model._meta.get_parent_list()
    fields = [field.remote_field for field in model._meta.many_to_many]
    relations = [relation for relation in model._meta.related_objects if relation.many_to_many]
    for relation in (*fields, *relations):
        if relation.through._meta.auto_created:
            yield relation.through


def _without(rows: list[Any], starts: tuple[str, ...]) -> list[Any]:
    kept: list[Any] = []
    for row in rows:
        if not isinstance(row, list):
            kept += [] if str(row).startswith(starts) else [row]
            continue
        below = _without(row, starts)
        # What stood below a row that is left out comes below the one before it.
        if kept and isinstance(kept[-1], list):
            kept[-1] += below
        elif below and kept:
            kept.append(below)
        else:
            kept += below
    return kept
