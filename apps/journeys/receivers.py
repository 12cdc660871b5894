from typing import Any

from django.db import connection

from apps.accounts.models import Event
from apps.journeys.listening import hearing
from apps.journeys.models import Enrolment

# Every move leaves a dead row and dead index entries behind, which each claim would step over.
VACUUM = {
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_analyze_scale_factor": "0.02",
}


def hear(sender: type[Event], events: list[Event], **kwargs: Any) -> None:
    """Hear what contacts did (apps.accounts.signals.tracked)."""
    hearing.note(events)


def tune(**kwargs: Any) -> None:
    """Have PostgreSQL tidy up early where everything moves (after migrations)."""
    if connection.vendor != "postgresql":
        return
    table = Enrolment._meta.db_table
    wanted = [f"{name}={value}" for name, value in VACUUM.items()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table])
        (known,) = cursor.fetchone()
        # Only when it is new: setting it waits for a vacuum that is running.
        if not set(wanted) <= set(known or []):
            name = connection.ops.quote_name(table)
            cursor.execute(f"ALTER TABLE {name} SET ({', '.join(wanted)})")
