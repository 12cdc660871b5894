"""The short version of what `make crash` does for long."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from apps.journeys.kinds import KINDS
from tests.journeys.crash import flow, judging

PEOPLE, KILLS, BATCH = 1_500, 8, 100


def test_the_graph_has_every_kind_of_step():
    assert flow.BUILDERS.keys() >= KINDS.keys()
    assert judging.HAS_TO.keys() >= KINDS.keys()


def test_nothing_is_lost_doubled_or_stuck_when_anything_is_killed():
    with crash("--people", str(PEOPLE), "--kills", str(KILLS), "--batch", str(BATCH)) as process:
        printed, _ = process.communicate(timeout=150)

    assert process.returncode == 0, printed[-5_000:]
    assert "Nothing lost, nothing doubled, nobody stuck." in printed


@pytest.mark.timeout(60)
def test_ended_from_outside_it_leaves_nothing_running():
    mark = f"CRASH_MARK={uuid4()}"

    with crash("--people", "3000", "--kills", "0", mark=mark) as process:
        # The cluster, its guard, its worker, its pusher and its monitor.
        while sum(b"qcluster" in command for command in _marked(mark)) < 5:
            time.sleep(0.01)
        # As `timeout` and `make` do it: the whole group, and more than once.
        while process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            time.sleep(0.005)
        printed = process.stdout.read()

    assert process.returncode == 1, printed
    assert "Ended before its time." in printed
    assert _marked(mark) == []


@contextmanager
def crash(*arguments, mark="CRASH_MARK="):
    """Yield the running program, which ends with the block at the latest."""
    name, _, value = mark.partition("=")
    env = os.environ | {name: value}
    # A file of its own, or a server that may be shut down: not the database of this test.
    if connection.vendor == "sqlite":
        env.pop("DATABASE_URL", None)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.crash", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            # Killed, as by a timeout, it would leave its workers and its server behind.
            process.terminate()


def _marked(mark):
    """Return the commands of the processes that were started with the mark in their environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in environment.read_bytes():
                found.append(environment.with_name("cmdline").read_bytes())
        except OSError:
            continue
    return found
