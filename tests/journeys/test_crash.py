"""The short version of what `make crash` does for long."""

import os
import subprocess
import sys

from django.db import connection

from apps.journeys.kinds import KINDS
from tests.journeys.crash import flow, judging

PEOPLE, KILLS, BATCH = 1_500, 8, 100


def test_the_graph_has_every_kind_of_step():
    assert flow.BUILDERS.keys() >= KINDS.keys()
    assert judging.HAS_TO.keys() >= KINDS.keys()


def test_nothing_is_lost_doubled_or_stuck_when_anything_is_killed():
    sizes = ("--people", str(PEOPLE), "--kills", str(KILLS), "--batch", str(BATCH))
    # A file of its own, or a server that may be shut down: not the database of this test.
    env = dict(os.environ)
    if connection.vendor == "sqlite":
        env.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.journeys.crash", *sizes]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            printed, _ = process.communicate(timeout=150)
        finally:
            # Killed, as by a timeout, it would leave its workers and its server behind.
            process.terminate()

    assert process.returncode == 0, printed[-5_000:]
    assert "Nothing lost, nothing doubled, nobody stuck." in printed
