"""Reading a file as a stream, from any byte at which a row ends, in bounded memory."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from apps.accounts.imports import values
from apps.accounts.imports.sniffing import Layout, flat
from apps.accounts.models import Import

# A contact's state holds 32 kB at most, so nothing that could be brought in is longer.
MAX_ROW_BYTES = 250_000
SHOWN = 80


class RowBroken(ValueError):
    """The row cannot be read; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A row as it stands in the file, or why it cannot be read; `end` is the byte after it."""

    end: int
    cells: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    shown: str = ""


def records(file: BinaryIO, layout: Layout, *, position: int) -> Iterator[Record]:
    """Yield the rows from byte `position` on, which is `layout.start` or the `end` of a row.

    Empty lines are none. A broken row is yielded with its error and costs no other one.
    """
    lines = _Lines(file, position)
    if layout.format == Import.Format.CSV:
        return _csv(lines, layout)
    return _json_lines(lines)


class _Lines:
    """The decoded lines of a file; `position` is the byte after the last one given."""

    def __init__(self, file: BinaryIO, position: int) -> None:
        self._file = file
        self.position = self.row_start = position
        file.seek(position)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MAX_ROW_BYTES + 1)
        if not raw:
            raise StopIteration
        self.position += len(raw)
        if self.position - self.row_start > MAX_ROW_BYTES:
            raise RowBroken(f"This row is longer than {MAX_ROW_BYTES:,} bytes.")
        if b"\0" in raw:
            raise RowBroken("This row holds the character NUL.")
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise RowBroken("This row is not written in UTF-8.") from error

    def give_up_row(self) -> str:
        """Go on after the first line of the row just read; returns how that line begins."""
        self._file.seek(self.row_start)
        raw = self._file.readline(MAX_ROW_BYTES)
        self.position = self.row_start + len(raw)
        rest = raw
        while rest and not rest.endswith(b"\n"):
            rest = self._file.readline(MAX_ROW_BYTES)
            self.position += len(rest)
        self.row_start = self.position
        return raw[:SHOWN].decode(errors="replace").replace("\0", "�").strip()


def _csv(lines: _Lines, layout: Layout) -> Iterator[Record]:
    reader = _reader(lines, layout)
    while True:
        try:
            cells = next(reader, None)
            if cells is None:
                return
        except (csv.Error, RowBroken) as error:
            text = str(error) if isinstance(error, RowBroken) else _in_words(error)
            # A quotation mark that is never closed would swallow all that follows: only its
            # own line is given up.
            shown = lines.give_up_row()
            reader = _reader(lines, layout)
            yield Record(end=lines.position, error=text, shown=shown)
            continue
        lines.row_start = lines.position
        try:
            found = _named(cells, layout.columns)
        except RowBroken as error:
            # Where it ends is known: the rest of its lines are no rows of their own.
            shown = layout.delimiter.join(cells)[:SHOWN].strip()
            yield Record(end=lines.position, error=str(error), shown=shown)
            continue
        if found:
            yield Record(end=lines.position, cells=found)


def _reader(lines: _Lines, layout: Layout) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=layout.delimiter, strict=True)


def _in_words(error: csv.Error) -> str:
    if "field larger" in str(error):
        return "A cell of this row is too long."
    return "A quotation mark in this row is not closed, or stands inside a cell."


def _named(cells: list[str], columns: list[str]) -> dict[str, Any]:
    if not any(cells):
        return {}
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        raise RowBroken(f"This row has {len(cells)} cells, and there are {len(columns)} columns.")
    if cells[: len(columns)] == columns:
        raise RowBroken("This row is the header again.")
    return dict(zip(columns, cells, strict=False))


def _json_lines(lines: _Lines) -> Iterator[Record]:
    while True:
        try:
            line = next(lines, None)
            if line is None:
                return
            found = _object(line)
        except RowBroken as error:
            yield Record(error=str(error), shown=lines.give_up_row(), end=lines.position)
            continue
        lines.row_start = lines.position
        if found:
            yield Record(end=lines.position, cells=found)


def _object(line: str) -> dict[str, Any]:
    if not line.strip():
        return {}
    try:
        row = values.loads(line)
        # Only an escape can spell what no database column could hold.
        text = json.dumps(row, ensure_ascii=False) if "\\u" in line else ""
        text.encode()
    except (ValueError, RecursionError) as error:
        raise RowBroken("This row is not JSON.") from error
    if not isinstance(row, dict):
        raise RowBroken("This row is no JSON object.")
    if values.NUL.search(text):
        raise RowBroken("This row holds the character NUL.")
    return flat(row)
