"""Two transactions in each other's way."""

from django.db import OperationalError


def is_collision(error: Exception) -> bool:
    """Whether PostgreSQL ended this transaction in favour of another (serialization, deadlock)."""
    sqlstate = getattr(error.__cause__, "sqlstate", "")
    return isinstance(error, OperationalError) and sqlstate in ("40001", "40P01")
