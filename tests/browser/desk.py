"""The product as an operator runs it: web and worker as processes of their own, a real database."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
import requests

from tests.browser.shell import ROOT, Shell

PASSWORD = "a long demo password"


class Desk:
    """`manage.py demo` with a database of its own; use it as a context manager.

    `push_hosts` are origins of push services that it may call.
    """

    def __init__(self, *, push_hosts: list[str]) -> None:
        self._reserved = _reserved_port()
        self.port = self._reserved.getsockname()[1]
        self.origin = f"http://localhost:{self.port}"
        self.shop = f"{self.origin}/demo/"
        self._folder = tempfile.TemporaryDirectory(prefix="desk-")
        self._database = Database(Path(self._folder.name))
        self._env = {
            **os.environ,
            "DATABASE_URL": self._database.url,
            "SECRET_KEY": secrets.token_hex(32),
            "PUSH_HOSTS": ",".join(push_hosts),
            "DEMO_PORT": str(self.port),
            "DEMO_PASSWORD": PASSWORD,
            "HOME": self._folder.name,
        }
        self._log = Path(self._folder.name) / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._shell: Shell | None = None
        self._admins: dict[str, Admin] = {}

    def __enter__(self) -> Self:
        self._database.create()
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()
        if self._shell:
            self._shell.close()
        self._database.drop()
        self._reserved.close()
        self._folder.cleanup()

    def start(self) -> Self:
        """Start web and worker and wait until the shop answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the demo did not start:\n{self.log()}")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """Press Ctrl-C and wait until everything has ended."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
            self._process.wait(30)

    def log(self) -> str:
        """What web and worker have printed so far."""
        return self._log.read_text(errors="replace")

    def processes(self) -> list[int]:
        """The process ids of everything that the demo has started and that still runs."""
        mark = f"DATABASE_URL={self._database.url}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            try:
                environment = (folder / "environ").read_bytes() if folder.name.isdigit() else b""
            except OSError:
                continue
            if mark in environment and (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        return [pid for pid in found if self._shell is None or pid != self._shell.pid]

    def run(self, code: str) -> str:
        """Run Python code as `manage.py shell` does; returns what it printed."""
        if self._shell is None:
            self._shell = Shell(self._env, Path(self._folder.name) / "shell-log")
        return self._shell.run(code)

    def admin(self, username: str = "demo") -> "Admin":
        """The back office, logged in; the same one when asked again."""
        if username not in self._admins:
            self._admins[username] = Admin(self.origin, username)
        return self._admins[username]

    def _answers(self) -> bool:
        try:
            return requests.get(self.shop, timeout=2).ok
        except requests.RequestException:
            return False


class Admin:
    """The back office as a person reads it: the text of its pages."""

    def __init__(self, origin: str, username: str) -> None:
        self.origin = origin
        self.session = requests.Session()
        login = f"{origin}/admin/login/"
        page = self.session.get(login, timeout=30).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
        form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = self.session.post(login, form, headers={"Referer": login}, timeout=30)
        assert "/login/" not in answer.url, "the log-in was refused"

    def cookie(self) -> str:
        """What makes a browser be logged in as well, for `document.cookie`."""
        return f"sessionid={self.session.cookies['sessionid']}; path=/"

    def text(self, path: str) -> str:
        """The page's visible words, with single spaces."""
        words = Words()
        words.feed(self._get(path).text)
        return " ".join(words.found)

    def json(self, path: str) -> Any:
        """What a page asks for by itself and shows."""
        return self._get(path).json()

    def _get(self, path: str) -> requests.Response:
        answer = self.session.get(f"{self.origin}/admin/{path}", timeout=30)
        assert answer.ok, f"{path}: {answer.status_code}"
        return answer


class Words(HTMLParser):
    """Collects the words of a page that a person would see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("script", "style", "template")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "template")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found += data.split()


class Database:
    """A database of a desk's own, on whatever `DATABASE_URL` the tests run with."""

    def __init__(self, folder: Path) -> None:
        given = os.environ.get("DATABASE_URL", "")
        self._server = given if given.startswith("postgres") else ""
        self._name = f"desk_{secrets.token_hex(6)}"
        self.url = f"sqlite:///{folder / self._name}"
        if self._server:
            self.url = urlsplit(self._server)._replace(path=f"/{self._name}").geturl()

    def create(self) -> None:
        """Make it, empty."""
        self._execute(f"CREATE DATABASE {self._name}")

    def drop(self) -> None:
        """Throw it away, the files that wait for its imports, and its images."""
        self._execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        for folder in ("private", "media"):
            shutil.rmtree(ROOT / "var" / folder / self._name, ignore_errors=True)

    def _execute(self, statement: str) -> None:
        if self._server:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(statement)


def _reserved_port() -> socket.socket:
    """A socket that never listens: while it is open, its port is given to nobody who asks for any
    free one, but whoever asks for this very one and allows reuse, as servers do, gets it."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved
