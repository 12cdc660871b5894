"""Those who do the work, and their deaths."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, connections

from tests.journeys.crash.place import Place

PROCESSES = multiprocessing.get_context("fork")
WEIGHTS = {"worker": 6, "visitors": 1, "cluster": 3, "database": 1.5}


def again_and_again(act: Callable[[], Any]) -> None:
    """What a worker process does all its life: a database that has gone comes back."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        try:
            did = act()
        except (DatabaseError, InterfaceError):
            connection.close()
            did = None
        if not did:
            time.sleep(0.05)


def asked(question: Callable[[], Any]) -> Any:
    """Return the answer, however often the database goes away meanwhile."""
    for _ in range(600):
        try:
            return question()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.1)
    return question()


class Crew:
    """Two engine workers, visitors, and a django-q2 cluster; `kill` kills one of them, or a part
    of the cluster, or the database, and sees that work goes on."""

    def __init__(self, place: Place, acts: dict[str, Callable[[], Any]], draw: random.Random):
        self.place, self.acts, self.draw = place, acts, draw
        self.processes: dict[str, Any] = {}
        self.cluster: subprocess.Popen[bytes] | None = None
        self.deaths: dict[str, int] = dict.fromkeys(WEIGHTS, 0)
        if place.crash is None:
            del self.deaths["database"]

    def __enter__(self) -> "Crew":
        for name in self.acts:
            self._fork(name)
        self._start_cluster()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.processes.values():
            process.kill()
            process.join()
        self._end_cluster()

    def kill(self) -> str:
        """Kill something at this moment; returns what."""
        # First each of them once, then as it comes.
        left = [what for what, count in self.deaths.items() if not count]
        names = left or list(self.deaths)
        what = self.draw.choices(names, [WEIGHTS[name] for name in names])[0]
        self.deaths[what] += 1
        if what == "database":
            connection.close()
            self.place.crash()
        elif what == "cluster":
            self._kill_a_part()
        else:
            name = self.draw.choice([name for name in self.acts if name.startswith(what)])
            self.processes[name].kill()
            self.processes[name].join()
            self._fork(name)
        return what

    def _fork(self, name: str) -> None:
        # A child must not speak on our connection, nor close it.
        connections.close_all()
        process = PROCESSES.Process(target=again_and_again, args=[self.acts[name]], daemon=True)
        process.start()
        self.processes[name] = process

    def _start_cluster(self) -> None:
        self.cluster = subprocess.Popen(
            [sys.executable, "manage.py", "qcluster"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _kill_a_part(self) -> None:
        """Kill the guard, a worker, the monitor or the pusher: whichever it is. What hangs without
        it, as the cluster may, is replaced at the next time."""
        parts = _of_session(self.cluster.pid)
        if self.deaths["cluster"] % 2 == 0 or len(parts) < 2:
            self._end_cluster()
            self._start_cluster()
        else:
            os.kill(self.draw.choice(parts), signal.SIGKILL)

    def _end_cluster(self) -> None:
        # All at once: killed one by one, the guard puts a new worker in the place of a killed one.
        with suppress(ProcessLookupError):
            os.killpg(self.cluster.pid, signal.SIGKILL)
        self.cluster.wait()
        while _of_session(self.cluster.pid):
            time.sleep(0.01)


def _of_session(leader: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        # After the name: state, parent, group, session.
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found
