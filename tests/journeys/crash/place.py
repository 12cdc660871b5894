"""A database that may be shut down in the middle of everything."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@dataclass(frozen=True)
class Place:
    """`address` as in DATABASE_URL; `crash` shuts the server down at once and starts it again,
    where it is ours."""

    address: str
    crash: Callable[[], None] | None = None


@contextmanager
def database() -> Iterator[Place]:
    """Yield an empty database: a file, or in a PostgreSQL of its own where one is configured and
    its programs are here, else beside the configured one."""
    configured = os.environ.get("DATABASE_URL", "")
    if not configured.startswith("postgres"):
        with tempfile.TemporaryDirectory(prefix="crash-") as folder:
            yield Place(f"sqlite:///{folder}/crash.sqlite3")
    elif programs := _programs():
        with _own_server(programs) as place:
            yield place
    else:
        with _beside(configured) as place:
            yield place


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    found = (
        [Path(on_path)] if on_path else sorted(Path("/").glob("usr/lib/postgresql/*/bin/initdb"))
    )
    return found[-1].parent if found else None


@contextmanager
def _beside(server: str) -> Iterator[Place]:
    name = f"crash_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Place(urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _own_server(programs: Path) -> Iterator[Place]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="crash-")
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    # Whoever ends our group must not end what is just stopping the server.
    apart = {"cwd": folder, "user": user, "start_new_session": True}
    data = f"{folder}/data"
    # fsync is for machines that lose power; here the machine goes on, and only processes die.
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -k {folder} -c fsync=off"

    def run(name: str, *arguments: str) -> None:
        command = [str(programs / name), "-D", data, *arguments]
        # Its output goes to a file: a pipe would stay open as long as the server runs.
        with Path(folder, f"{name}.log").open("ab") as log:
            subprocess.run(command, stdout=log, stderr=log, check=True, **apart)

    def start() -> None:
        run("pg_ctl", "-w", "-o", options, "start")

    def crash() -> None:
        run("pg_ctl", "-m", "immediate", "stop")
        start()

    try:
        run("initdb", "-A", "trust", "-U", "postgres")
        start()
        try:
            yield Place(f"postgres://postgres@127.0.0.1:{port}/postgres", crash)
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
