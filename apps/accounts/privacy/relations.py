"""What belongs to a contact: every row that points at them, in whatever app, by whatever way.

Read from the models, so that an app added later is included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import SET_NULL, Field, Model, QuerySet

from apps.accounts.models import Contact


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A model of which rows belong to contacts, and the lookups that lead from it to them."""

    model: type[Model]
    lookups: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def own_of(self, contact: Contact) -> list[QuerySet[Any]]:
        """Return what is of the contact themselves: a visit that somebody else has made on what
        is their browser now is not."""
        direct = [lookup for lookup in self.lookups if "__" not in lookup]
        return [self._rows(lookup, contact) for lookup in direct or self.lookups]

    def held_by(self, contact: Contact) -> list[QuerySet[Any]]:
        """Return what cannot stay when the contact goes; one queryset per lookup, as each has
        its index and an OR over tables has none."""
        return [self._rows(lookup, contact) for lookup in self.lookups]

    def release(self, contact: Contact) -> None:
        """Empty what points at these rows and stays without them."""
        for field in _letting_go(self.model):
            for lookup in self.lookups:
                pointing = field.model._base_manager.filter(
                    **{f"{field.name}__{lookup}": contact.pk}
                )
                pointing.update(**{field.name: None})

    def _rows(self, lookup: str, contact: Contact) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{lookup: contact.pk})


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the models below Contact, each before the ones that it points at."""
    order: list[type[Model]] = []
    _visit(Contact, order)
    lookups: dict[type[Model], list[str]] = {Contact: []}
    for model in reversed(order):
        for field in _pointing_at(model):
            ways = [f"{field.name}__{lookup}" for lookup in lookups[model]] or [field.name]
            lookups.setdefault(field.model, []).extend(ways)
    below = order[: order.index(Contact)]
    return tuple(Kind(model=model, lookups=tuple(lookups[model])) for model in below)


def _visit(model: type[Model], order: list[type[Model]]) -> None:
    for field in _pointing_at(model):
        if field.model not in order:
            _visit(field.model, order)
    order.append(model)


def _pointing_at(model: type[Model]) -> Iterator[Field]:
    """Yield the foreign keys whose rows cannot live without the row of `model`."""
    return (field for field in _all_pointing_at(model) if not _lets_go(field))


def _letting_go(model: type[Model]) -> Iterator[Field]:
    """Yield the foreign keys that are emptied when the row of `model` goes."""
    return (field for field in _all_pointing_at(model) if _lets_go(field))


def _all_pointing_at(model: type[Model]) -> Iterator[Field]:
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and (relation.one_to_many or relation.one_to_one):
            yield relation.field


def _lets_go(field: Field) -> bool:
    # django-polymorphic wraps what its own foreign keys do.
    on_delete = field.remote_field.on_delete
    return getattr(on_delete, "action", on_delete) is SET_NULL


def remove(rows: QuerySet[Any]) -> int:
    """Delete `rows` in one statement; returns how many there were.

    Django's own `delete()` reads every row into memory to look for what points at it. Who calls
    this has removed that before; else the database refuses the transaction.
    """
    return rows._raw_delete(rows.db)
