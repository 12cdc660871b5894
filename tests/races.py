"""Doing things at the same moment, on a database that lets two do so."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

# SQLite has one writer at a time, so nothing of this can happen there.
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="races need PostgreSQL: set DATABASE_URL"
)


class Meanwhile(threading.Thread):
    """Runs `act` in a thread with a connection of its own, from now on."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._act = act
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._act()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def ends(self) -> None:
        """Wait for it; raises what it raised."""
        self.join(60)
        assert not self.is_alive(), "it hangs"
        if self.error:
            raise self.error


def at_once(*acts: Callable[[], Any]) -> None:
    """Have all of them done at the same moment; raises what one of them raised."""
    together = threading.Barrier(len(acts))

    def begin(act: Callable[[], Any]) -> None:
        together.wait(30)
        act()

    for thread in [Meanwhile(partial(begin, act)) for act in acts]:
        thread.ends()


class Held:
    """Stops whoever calls `name` of the module, while it holds its rows: `reached` is set then,
    and `free` lets it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, module: Any) -> None:
        self.reached, self.free = threading.Event(), threading.Event()
        real = getattr(module, name)

        def hold(*args: Any, **options: Any) -> Any:
            self.reached.set()
            assert self.free.wait(30)
            return real(*args, **options)

        monkeypatch.setattr(module, name, hold)


# Of this database only: others on the server may have tests or people of their own.
BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def wait_until_blocked(number: int = 1) -> None:
    """Wait until so many connections stand in line for a lock of another."""
    done = threading.Event()
    for _ in range(200):
        with connection.cursor() as cursor:
            # Within a transaction the view would stay as it was first seen.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(BLOCKED)
            if cursor.fetchone()[0] >= number:
                return
        done.wait(0.05)
    raise TimeoutError("nobody waits for a lock")
