"""Which column goes where: guessed, chosen, and applied to rows.

A target is the name of a field, or `state.NAME:TYPE` for a property of the contact; columns
without one are left out.
"""

import unicodedata
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from apps.accounts import external_ids, lines
from apps.accounts.imports import values
from apps.accounts.imports.kinds import Field, Issue, Kind, Row
from apps.accounts.imports.reading import Record
from apps.accounts.imports.sniffing import Layout
from apps.accounts.models import Import, Property, Site

STATE = "state."
TYPES = dict(values.TYPES)
ZONES = zoneinfo.available_timezones()
MAX_PROPERTY = 100
MAX_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Target:
    name: str
    type: str


def split(target: str) -> Target | None:
    """Return the property that the target names; None when it names a field."""
    if not target.startswith(STATE):
        return None
    name, colon, type_ = target.removeprefix(STATE).rpartition(":")
    if colon and type_ in TYPES:
        return Target(name=name, type=type_)
    return Target(name=target.removeprefix(STATE), type="text")


def _plain(name: str) -> str:
    """Return the letters, marks and digits of the name, of whatever script."""
    signs = unicodedata.normalize("NFC", name).casefold()
    return "".join(sign for sign in signs if sign == "." or unicodedata.category(sign)[0] in "LMN")


def guess(kind: Kind, site: Site, layout: Layout, samples: list[dict[str, Any]]) -> dict[str, str]:
    """Return the mapping that the names of the columns and the first rows suggest."""
    types = dict(
        Property.objects.filter(site=site, event_name=None).values_list("name", "type")
        if kind.takes_properties
        else []
    )
    found = _fields(kind, layout)
    if kind.takes_properties:
        for column in layout.columns:
            if column not in found and column not in kind.ignored:
                cells = [row.get(column) for row in samples]
                found[column] = _property(layout, column, types, cells)
    return found


def _fields(kind: Kind, layout: Layout) -> dict[str, str]:
    """Match columns by our own names before those that others give: a file may have both."""
    found: dict[str, str] = {}
    for field in kind.fields:
        free = {_plain(name): name for name in reversed(layout.columns) if name not in found}
        names = map(_plain, (field.name, field.label, *field.aliases))
        column = next((free[name] for name in names if name in free), None)
        if column:
            found[column] = field.name
    return found


def _property(layout: Layout, column: str, types: dict[str, str], cells: list[Any]) -> str:
    if column.startswith(STATE) and layout.format == Import.Format.JSON_LINES:
        return f"{column}:{values.JSON}"
    if column.startswith(STATE) and column.rpartition(":")[2] in TYPES:
        return column
    name = column.removeprefix(STATE).strip()[:MAX_PROPERTY]
    if name not in types:
        # “First name” is what the site calls first_name already.
        wanted = _plain(name)
        name = next((known for known in types if wanted and _plain(known) == wanted), name)
    return f"{STATE}{name}:{types.get(name) or values.guess(cells)}"


def check(kind: Kind, layout: Layout, mapping: dict[str, str]) -> None:
    """Raise ValidationError with a message per column, or for the whole, unless it can run."""
    errors: dict[str, list[str]] = {}
    targets: dict[str, str] = {}
    fields = {field.name for field in kind.fields}
    for column, target in mapping.items():
        wanted = split(target)
        name = f"{STATE}{wanted.name}" if wanted else target
        if column not in layout.columns:
            errors.setdefault(column, []).append("The file has no such column.")
        elif wanted is None and target not in fields:
            errors.setdefault(column, []).append(f"There is nothing called “{target}” here.")
        elif wanted and not (kind.takes_properties and 0 < len(wanted.name) <= MAX_PROPERTY):
            errors.setdefault(column, []).append(
                f"A property’s name has 1 to {MAX_PROPERTY} characters."
            )
        elif name in targets:
            errors.setdefault(column, []).append(f"“{targets[name]}” goes there already.")
        targets.setdefault(name, column)
    missing = [row.label for row in kind.fields if row.required and row.name not in targets]
    if missing:
        errors[""] = [f"Choose the column that holds: {', '.join(missing)}."]
    if errors:
        raise ValidationError(errors)


class CellRefused(ValueError):
    def __init__(self, field: str, shown: str, message: str) -> None:
        super().__init__(message)
        self.field, self.shown = field, shown


@contextmanager
def naming(field: str, raw: Any) -> Iterator[None]:
    """Say of a value that is refused where it stands."""
    try:
        yield
    except values.ValueRefused as error:
        raise CellRefused(field, str(raw)[:MAX_SHOWN], str(error)) from error


class Mapper:
    """Turns records of the file into rows in our words, or issues."""

    def __init__(self, import_: Import, kind: Kind) -> None:
        fields = {field.name: field for field in kind.fields}
        self._is_csv = import_.format == Import.Format.CSV
        # Of what is no contact only: an empty cell of a subscription says nothing of anybody.
        removes = kind.takes_properties and import_.options.get("empty_removes")
        self._empty_removes = bool(removes)
        self._columns = set(Layout.of(import_).columns)
        self._takes_more = kind.takes_properties and not self._is_csv
        self._fields: list[tuple[str, Field]] = []
        self._properties: list[tuple[str, Target]] = []
        for column, target in import_.mapping.items():
            wanted = split(target)
            if wanted:
                self._properties.append((column, wanted))
            else:
                self._fields.append((column, fields[target]))

    def row(self, record: Record, number: int) -> Row | Issue:
        if record.error:
            return Issue(row=number, message=record.error, value=record.shown)
        try:
            return Row(number=number, values=self._values(record), state=self._state(record))
        except CellRefused as error:
            return Issue(row=number, field=error.field[:100], message=str(error), value=error.shown)

    def _values(self, record: Record) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for column, field in self._fields:
            raw = self._cell(record, column)
            if raw is not None:
                with naming(field.name, raw):
                    found[field.name] = _value(raw, field)
            elif field.required:
                raise CellRefused(field.name, "", f"{field.label} is missing.")
            elif self._empty_removes and field.type in ("text", "time_zone"):
                found[field.name] = ""
        return found

    def _state(self, record: Record) -> dict[str, Any]:
        state: dict[str, Any] = {}
        for column, wanted in self._properties:
            raw = self._cell(record, column)
            if raw is not None:
                with naming(STATE + wanted.name, raw):
                    state[wanted.name] = self._property(raw, wanted)
            elif self._empty_removes:
                state[wanted.name] = None
        return {**state, **self._more(record)} if self._takes_more else state

    def _property(self, raw: Any, wanted: Target) -> Any:
        if wanted.type == values.JSON and not self._is_csv:
            return raw
        return values.read(raw, wanted.type)

    def _more(self, record: Record) -> dict[str, Any]:
        """Return the properties that only rows after the first ones name, as they stand."""
        found = {
            column.removeprefix(STATE): cell
            for column, cell in record.cells.items()
            if column.startswith(STATE) and column not in self._columns and cell is not None
        }
        for name in found:
            if not 0 < len(name) <= MAX_PROPERTY:
                text = f"A property’s name has 1 to {MAX_PROPERTY} characters."
                raise CellRefused(STATE, name[:MAX_SHOWN], text)
        return found

    def _cell(self, record: Record, column: str) -> Any:
        """Return the cell, None where it is empty."""
        cell = record.cells.get(column)
        if isinstance(cell, str):
            cell = lines.unguard(cell) if self._is_csv else cell
            return cell if cell.strip() else None
        return cell


def _value(raw: Any, field: Field) -> Any:
    if field.type == "time_zone":
        text = str(raw).strip()
        if text not in ZONES:
            raise values.ValueRefused("This is no time zone; write it like Europe/Berlin.")
        return text
    found = values.read(raw, field.type)
    if not isinstance(found, str):
        return found
    found = found.strip()
    if len(found) > field.max_length:
        raise values.ValueRefused(f"{field.label} has at most {field.max_length} characters.")
    if field.name == "external_id" and found.lower() in external_ids.NO_IDS:
        raise values.ValueRefused(f"“{found}” is no id of a person.")
    return found
