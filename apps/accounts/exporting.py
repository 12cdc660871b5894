"""Taking contacts out, page by page: a million of them cost no memory and hold no transaction."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from apps.accounts.imports import values
from apps.accounts.lines import csv_lines, json_lines
from apps.accounts.models import Contact

PAGE = 2_000
CSV, JSON_LINES = "csv", "jsonl"
CONTENT_TYPES = {CSV: "text/csv; charset=utf-8", JSON_LINES: "application/x-ndjson"}
# A spreadsheet takes 16,384 columns; who tracks more names than this has a fault there.
MAX_PROPERTIES = 1_000
STATE_TYPES = {
    frozenset({"string"}): "text",
    frozenset({"text"}): "text",
    frozenset({"number"}): "number",
    frozenset({"integer"}): "number",
    frozenset({"real"}): "number",
    frozenset({"integer", "real"}): "number",
    frozenset({"boolean"}): "yes_no",
    frozenset({"true"}): "yes_no",
    frozenset({"false"}): "yes_no",
    frozenset({"true", "false"}): "yes_no",
    frozenset({"array"}): "list",
}
PLAIN = ("external_id", "language", "time_zone", "push_disabled_by_platform")
ABOUT = ("push_status", "is_reachable", "unsubscribed_at", "created_at", "last_seen_at")


def pages(rows: QuerySet[Any]) -> Iterator[Any]:
    """Yield the rows by their key, so many at a time; what is written meanwhile may be in it."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield from page
        last = page[-1].pk


def contacts(rows: QuerySet[Contact], *, format_: str) -> Iterator[str]:
    """Yield those of the contacts that have an external id, as lines of the file.

    An import of the file changes nothing. Visitors without an id are left out: nobody could
    tell who they are.
    """
    known = rows.filter(external_id__isnull=False)
    if format_ == JSON_LINES:
        return json_lines(_object(contact) for contact in pages(known))
    return csv_lines(_table(known))


def _object(contact: Contact) -> dict[str, Any]:
    plain = {name: getattr(contact, name) for name in PLAIN}
    return {**plain, "state": contact.state, **_about(contact)}


def _about(row: Contact) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in ABOUT}
    return {name: as_text(value) for name, value in found.items()}


def as_text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _table(rows: QuerySet[Contact]) -> Iterator[list[Any]]:
    types = property_types(rows)
    yield [*PLAIN, *(f"state.{name}:{type_}" for name, type_ in types.items()), *ABOUT]
    for contact in pages(rows):
        plain = [_cell(getattr(contact, name)) for name in PLAIN]
        state = [_typed(contact.state.get(name), type_) for name, type_ in types.items()]
        yield [*plain, *state, *(_cell(value) for value in _about(contact).values())]


def _typed(value: Any, type_: str) -> Any:
    if type_ == values.JSON and value is not None:
        return json.dumps(value, ensure_ascii=False)
    return _cell(value)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def property_types(rows: QuerySet[Contact]) -> dict[str, str]:
    """Return the names in the states of the contacts with the type that holds all of each."""
    function, kind = (
        ("jsonb_each", "jsonb_typeof(value)")
        if connection.vendor == "postgresql"
        else ("json_each", "type")
    )
    inner, parameters = rows.order_by().values("state").query.sql_with_params()
    # Both names are ours; what comes from outside are parameters.
    sql = (
        f"SELECT key, {kind} FROM ({inner}) AS contact, {function}(contact.state) "
        "GROUP BY 1, 2 ORDER BY 1"
    )
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for name, type_ in cursor:
            found.setdefault(name, set()).add(type_)
    names = list(found)[:MAX_PROPERTIES]
    return {name: STATE_TYPES.get(frozenset(found[name]), values.JSON) for name in names}


def file_name(model: type[Model], format_: str) -> str:
    plural = re.sub(r"\W+", "-", str(model._meta.verbose_name_plural))
    return f"{plural}.{format_}"
