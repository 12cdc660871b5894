"""A database of a benchmark's own, beside the configured one, which is never touched."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def database() -> Iterator[str]:
    """Yield the address (as in DATABASE_URL) of an empty database on the configured server, or
    of a file where none is; it is dropped at the end."""
    # The files that wait for its imports are kept under its name, so no other may have the same.
    name = f"bench_{secrets.token_hex(6)}"
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            yield f"sqlite:///{Path(folder) / name}"
        return
    _execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
