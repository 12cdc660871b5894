"""Rules asked of a contact who is nowhere stored.

Whatever asks for contacts meanwhile is given one row that the query itself brings along, in place
of the table: the same conditions, judged by the same database. Nothing is written, so nothing can
be left behind, no id can be taken already, and nobody waits for a lock.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Field

from apps.accounts.models import Contact

# No row of any table points at this key.
KEY = 0


@contextmanager
def only(contact: Contact) -> Iterator[None]:
    """Have the queries inside find this contact, whose key is KEY, and no other."""
    table = connection.ops.quote_name(Contact._meta.db_table)
    row, values = _row(contact)

    def instead(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if sql.startswith("SELECT") and table in sql:
            sql, params = f"WITH {table} AS (SELECT {row}) {sql}", (*values, *params)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(instead):
        yield


def _row(contact: Contact) -> tuple[str, list[Any]]:
    """Return the columns of the contact in SQL, and the values for their places."""
    fields = Contact._meta.concrete_fields
    values = [
        field.get_db_prep_save(getattr(contact, field.attname), connection) for field in fields
    ]
    return ", ".join(map(_column, fields)), values


def _column(field: Field) -> str:
    # SQLite stores values as they come, and would make the number 2026 of a date that it casts.
    is_cast = connection.vendor == "postgresql"
    value = f"CAST(%s AS {field.cast_db_type(connection)})" if is_cast else "%s"
    return f"{value} AS {connection.ops.quote_name(field.column)}"
