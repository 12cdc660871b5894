"""Lines of files that go out, CSV and JSON, and what guards a cell against spreadsheets."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

GUARDED = re.compile(r"^'+[=+\-@\t\r\n]")
FORMULA = re.compile(r"^'*[=+\-@\t\r\n]")
NUMBER = re.compile(r"^-?[\d.]+(e[+-]?\d+)?$", re.I)


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    """Yield the rows as lines of CSV that no spreadsheet takes for formulas."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([guard(cell) if isinstance(cell, str) else cell for cell in row])


def json_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def guard(text: str) -> str:
    """Return the cell so that a spreadsheet takes it for no formula (CWE-1236)."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.match(text) else text


def unguard(text: str) -> str:
    """Return what `guard` was given."""
    return text[1:] if GUARDED.match(text) else text
