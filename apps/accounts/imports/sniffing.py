"""What an uploaded file is: its format, its columns, and where its rows begin."""

import csv
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

from apps.accounts.models import Import

HEAD_BYTES = 1_000_000
# The mapping has three inputs a column, and Django takes 1000 in a form.
MAX_COLUMNS = 300
MAX_NAME = 200
# Columns of JSON Lines are those that its first rows name.
SAMPLE_ROWS = 200
DELIMITERS = (",", ";", "\t", "|")
BOM = b"\xef\xbb\xbf"

AS_CSV = "Save it as “CSV UTF-8 (comma delimited)” and upload that."
NOT_TEXT = [
    (b"PK\x03\x04", f"This is an Excel workbook or a zip file. {AS_CSV}"),
    (b"\xd0\xcf\x11\xe0", f"This is an old Excel workbook. {AS_CSV}"),
    (b"\x1f\x8b", "This file is compressed with gzip. Unpack it first."),
    (b"%PDF", "This is a PDF, not a CSV or JSON Lines file."),
    (b"\xff\xfe", f"This file is written in UTF-16. {AS_CSV}"),
    (b"\xfe\xff", f"This file is written in UTF-16. {AS_CSV}"),
]
LOOKS_LIKE_DATA = re.compile(r"^(-?[\d.,]+|\S+@\S+\.\S+|[a-z]+://.*|\d{4}-\d\d-\d\d.*)$", re.I)


class FileRefused(ValueError):
    """The file is not one that could be imported; the text says why, to whom uploaded it."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How to read a file: `start` is the byte at which its rows begin."""

    format: str
    columns: list[str]
    start: int
    delimiter: str = ","

    @classmethod
    def of(cls, import_: Import) -> Self:
        return cls(**import_.options["layout"])

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def sniff(file: BinaryIO) -> Layout:
    """Look at the beginning of a file. Raises FileRefused."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    for magic, message in NOT_TEXT:
        if head.startswith(magic):
            raise FileRefused(message)
    if b"\0" in head.partition(b"\n")[0] or head.count(b"\0") * 10 > len(head):
        raise FileRefused("This is not a text file. Upload CSV or JSON Lines, in UTF-8.")
    start = len(BOM) if head.startswith(BOM) else 0
    if not head[start:].strip():
        raise FileRefused("This file is empty.")
    _refuse_other_encodings(head)
    first = head[start:].lstrip()[:1]
    if first == b"[":
        raise FileRefused(
            "This is one JSON list. Write one object a line (JSON Lines), without brackets around."
        )
    return _json_lines(head, start) if first == b"{" else _csv(head, start)


def _refuse_other_encodings(head: bytes) -> None:
    """A file of another encoding is refused; a few broken lines in one of UTF-8 are not."""
    foreign = [
        (number, line)
        for number, line in enumerate(head.split(b"\n")[:-1] or [head], start=1)
        if not line.isascii()
    ]
    broken = [number for number, line in foreign if not _is_utf8(line)]
    if broken and len(broken) * 2 > len(foreign):
        raise FileRefused(f"This file is not written in UTF-8 (see line {broken[0]}). {AS_CSV}")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _csv(head: bytes, start: int) -> Layout:
    while head[start : start + 1] in (b"\n", b"\r"):
        start += 1
    first, newline, rest = head[start:].partition(b"\n")
    if not newline and (b"\r" in first.strip() or len(first) >= HEAD_BYTES // 2):
        raise FileRefused(f"The rows of this file are not on lines of their own. {AS_CSV}")
    text = first.decode(errors="replace").rstrip("\r")
    delimiter = max(DELIMITERS, key=lambda mark: len(_cells(text, mark)))
    columns = [name.strip() for name in _cells(text, delimiter)]
    _check_columns(columns)
    if not rest.strip():
        raise FileRefused("This file names its columns and holds no rows.")
    return Layout(
        format=Import.Format.CSV, columns=columns, start=start + len(first) + 1, delimiter=delimiter
    )


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _check_columns(columns: list[str]) -> None:
    if not any(columns):
        raise FileRefused("The first row must name the columns.")
    if len(columns) > MAX_COLUMNS:
        raise FileRefused(
            f"This file has {len(columns):,} columns; at most {MAX_COLUMNS} can be brought in."
        )
    for number, name in enumerate(columns, start=1):
        if not name:
            raise FileRefused(f"Column {number} has no name; the first row must name every column.")
        if len(name) > MAX_NAME:
            raise FileRefused(f"The name of column {number} is longer than {MAX_NAME} characters.")
        if LOOKS_LIKE_DATA.match(name):
            raise FileRefused(
                f"The first row must name the columns; it holds “{name[:60]}”, which looks like "
                "data."
            )
        if name in columns[: number - 1]:
            raise FileRefused(f"Two columns are called “{name}”.")


def _json_lines(head: bytes, start: int) -> Layout:
    lines = head[start:].split(b"\n")
    if len(head) == HEAD_BYTES and len(lines) == 1:
        raise FileRefused("The rows of this file are not on lines of their own (JSON Lines).")
    columns: dict[str, None] = {}
    for line in lines[:SAMPLE_ROWS]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            columns.update(dict.fromkeys(flat(row)))
    if not columns:
        raise FileRefused("This is not JSON Lines: one JSON object a line.")
    if len(columns) > MAX_COLUMNS:
        raise FileRefused(
            f"The rows name {len(columns):,} fields; at most {MAX_COLUMNS} can be brought in."
        )
    return Layout(format=Import.Format.JSON_LINES, columns=list(columns), start=start)


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with objects in it opened once: `{"keys": {"auth": 1}}` is `keys.auth`."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": child for inner, child in value.items()}
        else:
            found[name] = value
    return found
