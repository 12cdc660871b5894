"""Two transactions in each other's way."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

# Each time one of those who are in the way has been served.
TRIES = 5

Made = TypeVar("Made")


def is_collision(error: Exception) -> bool:
    """Whether PostgreSQL ended this transaction in favour of another (serialization, deadlock)."""
    sqlstate = getattr(error.__cause__, "sqlstate", "")
    return isinstance(error, OperationalError) and sqlstate in ("40001", "40P01")


def until_unique(make: Callable[[], Made]) -> Made:
    """Return what `make` makes, in one transaction; made anew when somebody else meanwhile wrote
    what there may be only once, such as a row of the same name.

    `make` looks again for what is free. Raises the last IntegrityError after TRIES.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return make()
        except IntegrityError:
            continue
    with transaction.atomic():
        return make()
