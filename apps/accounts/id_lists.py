"""Long lists of ids in queries."""

from collections.abc import Collection

from django.db import connection
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL


def listed(ids: Collection[int]) -> Collection[int] | RawSQL:
    """Return what `pk__in=` is asked with: on PostgreSQL the ids as one array, because the driver
    takes longer over 500 placeholders than the database over the rows."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [_array(ids)])
    return ids


def _array(ids: Collection[int]) -> str:
    """Return it as PostgreSQL writes it: the driver takes ten times longer over a list."""
    return f"{{{','.join(map(str, ids))}}}"


def one_of(column: str, ids: Collection[int]) -> Func | Q:
    """Return whether the column is one of the ids, for reading rows in the order of its index:
    PostgreSQL then neither removes doubles nor sorts, as it does for `listed`."""
    if connection.vendor != "postgresql":
        return Q(**{f"{column}__in": ids})
    array = RawSQL("%s::bigint[]", [_array(ids)])
    return Func(
        F(column),
        array,
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
