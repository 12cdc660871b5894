"""Long lists of ids in queries."""

from collections.abc import Collection

from django.db import connection
from django.db.models.expressions import RawSQL


def listed(ids: Collection[int]) -> Collection[int] | RawSQL:
    """Return what `pk__in=` is asked with: on PostgreSQL the ids as one array, because the driver
    takes longer over 500 placeholders than the database over the rows."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
    return ids
