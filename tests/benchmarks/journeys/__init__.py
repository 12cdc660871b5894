"""How fast the engine moves contacts, on a database of its own that is dropped at the end.

`advance.*` on one worker, beside one django-q2 task for each contact and step in the same
database; `small`, a journey over a segment of 1,000 on SQLite from its entry to its end; `answer`,
how long a visitor's event takes to become a popup while a worker moves everybody.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import scratch

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def measure() -> Iterator[dict[str, Any]]:
    """Each in a process of its own, as its database is another than the one of this process."""
    for part in ("small", "advance", "answer"):
        if _is_asked_for(f"journeys.{part}"):
            yield from _measured(part)


def _is_asked_for(name: str) -> bool:
    only = os.environ.get("ONLY", "")
    return name.startswith(only) or only.startswith(name)


def _measured(part: str) -> Iterator[dict[str, Any]]:
    place = scratch.in_file("small") if part == "small" else scratch.database()
    with place as address:
        env = {**os.environ, "DATABASE_URL": address}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.journeys.inside", part],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        yield from map(json.loads, process.stdout)
        if process.wait():
            raise RuntimeError(f"journeys.{part} failed")
