"""Writing many rows without reading them first: INSERT … SELECT, which Django's ORM has not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Func, Model, QuerySet, UUIDField
from django.db.models.constants import OnConflict

# From so many rows on a commit is answered before it is on the disk.
LARGE = 500


class FreshUUID(Func):
    """A random id made by the database: another one for each row."""

    arity = 0
    function = "gen_random_uuid"
    output_field = UUIDField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))", **context)


def insert_from(
    model: type[Model],
    rows: QuerySet[Any],
    columns: Mapping[str, Any],
    *,
    ignore_conflicts: bool = False,
    unique_fields: Sequence[str] = (),
    update_fields: Sequence[str] = (),
    add_to: Sequence[str] = (),
) -> int:
    """Insert a row of `model` for each of `rows`, in one statement; returns how many were.

    `columns` maps names of fields to expressions over `rows`; every column without a default in
    the database needs one. With `ignore_conflicts`, rows that a constraint refuses are left out.
    With `unique_fields`, a row that is there already takes `update_fields` from the new one, and
    adds those of `add_to` to its own.
    """
    fields = [model._meta.get_field(name) for name in columns]
    # Positional: an annotation may not be called as a field of `rows` is.
    named = {f"_insert_{number}": value for number, value in enumerate(columns.values())}
    try:
        selected = rows.annotate(**named).values_list(*named)
        select, params = selected.query.sql_with_params()
    except EmptyResultSet:
        return 0
    conflict = OnConflict.IGNORE if ignore_conflicts else None
    if unique_fields:
        conflict = OnConflict.UPDATE
    operations = connection.ops
    names = ", ".join(operations.quote_name(field.column) for field in fields)
    insert = operations.insert_statement(on_conflict=conflict)
    table = operations.quote_name(model._meta.db_table)
    suffix = operations.on_conflict_suffix_sql(
        fields, conflict, _columns(model, update_fields), _columns(model, unique_fields)
    )
    for column in map(operations.quote_name, _columns(model, add_to)):
        suffix += f", {column} = {table}.{column} + EXCLUDED.{column}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{insert} {table} ({names}) {select} {suffix}", params)
        return cursor.rowcount


def commit_early(rows: int) -> None:
    """Have PostgreSQL answer the commit of this transaction, if it writes so many rows that it is
    a large one, before it is on the disk.

    For what is made anew as a whole where it is lost: if the server itself dies within that
    second the transaction has not happened, and none that followed it. Whoever acts outside on
    what it wrote commits a claim first, which has all before it on the disk; a popup, which is only
    read, may then be shown once more
    (https://www.postgresql.org/docs/current/wal-async-commit.html).
    """
    if rows >= LARGE and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


def _columns(model: type[Model], names: Iterable[str]) -> list[str]:
    return [model._meta.get_field(name).column for name in names]
