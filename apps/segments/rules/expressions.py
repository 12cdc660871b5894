"""Reading typed values out of JSON columns, alike on PostgreSQL and SQLite.

A value of another type than the one asked for reads as missing (NULL): comparing across types
would answer by the database's own order of types, differently in each.
"""

import json
import re
from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler

from apps.accounts import moments

Sql = tuple[str, list[Any]]


class IsTrue(Func):
    """Whether the condition is true: what cannot be known, for want of a value, is not."""

    template = "((%(expressions)s) IS TRUE)"
    output_field = models.BooleanField()


class JsonValue(Func):
    """The value of one name in a JSON object, if it has the type; NULL otherwise."""

    postgresql_types: tuple[str, ...] = ()
    sqlite_types: tuple[str, ...] = ()
    postgresql_cast = ""
    sqlite_value = "json_extract({column}, %s)"

    def __init__(self, column: str, key: str, **extra: Any) -> None:
        super().__init__(F(column), output_field=self.kind())
        self.key = key

    @staticmethod
    def kind() -> models.Field:
        return models.TextField()

    def _column(self, compiler: SQLCompiler) -> Sql:
        sql, params = compiler.compile(self.source_expressions[0])
        return sql, list(params)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        types = ", ".join(f"'{name}'" for name in self.postgresql_types)
        sql = (
            f"CASE WHEN jsonb_typeof({column} -> %s::text) IN ({types}) "
            f"THEN ({column} ->> %s::text){self.postgresql_cast} END"
        )
        return sql, [*params, self.key, *params, self.key]

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        types = ", ".join(f"'{name}'" for name in self.sqlite_types)
        value = self.sqlite_value.format(column=column)
        sql = f"CASE WHEN json_type({column}, %s) IN ({types}) THEN {value} END"
        return sql, [*params, _path(self.key), *params, _path(self.key)]


def _path(key: str) -> str:
    # The names that rules may ask for hold no quotes (apps.accounts.properties); other letters are
    # spelt as in what is stored: SQLite before 3.45 compares the spelling.
    return f"$.{json.dumps(key)}"


class Text(JsonValue):
    postgresql_types = ("string",)
    sqlite_types = ("text",)


class Number(JsonValue):
    postgresql_types = ("number",)
    sqlite_types = ("integer", "real")
    # Not a float: a number that JSON can hold and a float cannot would end the query.
    postgresql_cast = "::numeric"
    # Whole numbers that add up to more than 64 bits would end it too.
    sqlite_value = "CAST(json_extract({column}, %s) AS REAL)"

    @staticmethod
    def kind() -> models.Field:
        return models.FloatField()


class YesNo(JsonValue):
    postgresql_types = ("boolean",)
    sqlite_types = ("true", "false")
    postgresql_cast = "::boolean"

    @staticmethod
    def kind() -> models.Field:
        return models.BooleanField()


class Moment(JsonValue):
    """A text that names a moment (apps.accounts.moments), in UTC."""

    def __init__(self, column: str, key: str, *, zone: str) -> None:
        super().__init__(column, key)
        self.zone = zone

    @staticmethod
    def kind() -> models.Field:
        return models.DateTimeField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        value = f"({column} ->> %s::text)"
        own = [*params, self.key]
        sql = (
            f"CASE WHEN jsonb_typeof({column} -> %s::text) = 'string' AND {value} ~ %s THEN "
            f"CASE WHEN length({value}) > 10 AND {value} ~ %s THEN {value}::timestamptz "
            f"ELSE {value}::timestamp AT TIME ZONE %s END END"
        )
        matched = [*own, *own, moments.PATTERN]
        return sql, [*matched, *own, *own, moments.WITH_OFFSET, *own, *own, self.zone]

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        sql = (
            f"CASE WHEN json_type({column}, %s) = 'text' "
            f"THEN pushdesk_moment(json_extract({column}, %s), %s) END"
        )
        return sql, [*params, _path(self.key), *params, _path(self.key), self.zone]


class IsList(JsonValue):
    """Whether the value is a list with something in it."""

    @staticmethod
    def kind() -> models.Field:
        return models.BooleanField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        sql = (
            f"(COALESCE(jsonb_typeof({column} -> %s::text) = 'array', false) "
            f"AND {column} -> %s::text <> '[]'::jsonb)"
        )
        return sql, [*params, self.key, *params, self.key]

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        sql = (
            f"(COALESCE(json_type({column}, %s) = 'array', 0) "
            f"AND json_array_length({column}, %s) > 0)"
        )
        return sql, [*params, _path(self.key), *params, _path(self.key)]


# Short enough to be the same number everywhere.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:[.][0-9]{1,6})?")


class Holds(JsonValue):
    """Whether the value is exactly this text: on PostgreSQL twice as fast as reading it first."""

    def __init__(self, column: str, key: str, *, item: str) -> None:
        super().__init__(column, key)
        self.item = item

    @staticmethod
    def kind() -> models.Field:
        return models.BooleanField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        return f"({column} @> %s::jsonb)", [*params, json.dumps({self.key: self.item})]

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        sql = f"(COALESCE(json_type({column}, %s) = 'text', 0) AND json_extract({column}, %s) = %s)"
        return sql, [*params, _path(self.key), *params, _path(self.key), self.item]


class ListHas(JsonValue):
    """Whether the value is a list that holds one of the texts, or the number that one writes."""

    def __init__(self, column: str, key: str, *, items: list[str]) -> None:
        super().__init__(column, key)
        self.items = items
        self.numbers = [item for item in items if _NUMBER.fullmatch(item)]

    @staticmethod
    def kind() -> models.Field:
        return models.BooleanField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        own = [*params, self.key]
        found, asked = f"{column} -> %s::text ?| %s::text[]", [*own, self.items]
        if self.numbers:
            found = f"({found} OR {column} -> %s::text @> ANY(%s::jsonb[]))"
            asked = [*asked, *own, self.numbers]
        # The operators ask objects for names too, and a single value whether it is the one.
        sql = f"(COALESCE(jsonb_typeof({column} -> %s::text) = 'array', false) AND {found})"
        return sql, [*own, *asked]

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Sql:
        column, params = self._column(compiler)
        own = [*params, _path(self.key)]
        found = f"item.type = 'text' AND item.value IN ({_places(self.items)})"
        if self.numbers:
            numbers = f"item.value IN ({_places(self.numbers)})"
            found = f"({found} OR item.type IN ('integer', 'real') AND {numbers})"
        sql = (
            f"(COALESCE(json_type({column}, %s) = 'array', 0) AND EXISTS (SELECT 1 FROM "
            f"json_each({column}, %s) AS item WHERE {found}))"
        )
        return sql, [*own, *own, *self.items, *map(float, self.numbers)]


def _places(items: list[str]) -> str:
    return ", ".join(["%s"] * len(items))
