"""A database of a benchmark's own, beside the configured one, which is never touched."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

VAR = Path(__file__).resolve().parent.parent.parent / "var"


@contextmanager
def database() -> Iterator[str]:
    """Yield the address (as in DATABASE_URL) of an empty database on the configured server, or
    of a file where none is; it is dropped at the end, with what waits for its imports."""
    # Those files are kept under its name, so no other may have the same.
    name = f"bench_{secrets.token_hex(6)}"
    server = os.environ.get("DATABASE_URL", "")
    place = on_server(server, name) if server.startswith("postgres") else in_file(name)
    try:
        with place as address:
            yield address
    finally:
        for folder in ("private", "media"):
            shutil.rmtree(VAR / folder / name, ignore_errors=True)


@contextmanager
def on_server(server: str, name: str) -> Iterator[str]:
    _execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def in_file(name: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield f"sqlite:///{Path(folder) / name}"


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
