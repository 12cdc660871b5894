from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from apps.accounts.moments import parse


class SegmentsConfig(AppConfig):
    name = "apps.segments"
    verbose_name = "Segments"

    def ready(self) -> None:
        from apps.segments import importing  # noqa: F401 - registers its kind

        connection_created.connect(teach_sqlite, dispatch_uid="segments.moments")


def teach_sqlite(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Give SQLite what PostgreSQL can by itself: reading a moment out of a text."""
    if connection.vendor != "sqlite":
        return

    # Asked several times a row, and days repeat: half of reading a million birthdays.
    @lru_cache(maxsize=50_000)
    def moment(text: str, zone: str) -> str | None:
        found = parse(text, ZoneInfo(zone))
        return str(found.replace(tzinfo=None)) if found else None

    connection.connection.create_function("pushdesk_moment", 2, moment, deterministic=True)
