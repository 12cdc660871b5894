"""The other way: a django-q2 task for each contact and step, in the cluster that the house runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from apps.journeys import engine
from apps.journeys.kinds import KINDS, Batch
from apps.journeys.models import Enrolment

TASK = "tests.benchmarks.journeys.naive.move"


@transaction.atomic
def move(pk: int) -> None:
    """Move one enrolment: what each task does."""
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("step__version")
    row = rows.get(pk=pk)
    kind, now = KINDS[row.step.kind], timezone.now()
    act = kind.arrive if row.state == Enrolment.State.READY else kind.time_out
    engine._apply(row.step, act(Batch(step=row.step, rows=[row], now=now)), now)


@contextmanager
def cluster() -> Iterator[None]:
    # Publishing has called the engine, which would move everybody before the tasks do.
    OrmQ.objects.all().delete()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "qcluster"],
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        # With its workers, which wait for nothing that matters here.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def seconds(step_id: int, ids: list[int]) -> float:
    """Return how long it takes to move these out of the state that they are in, by tasks."""
    before = Enrolment.objects.filter(pk__in=ids, step=step_id)
    state = before.values_list("state", flat=True)[0]
    begun = time.monotonic()
    for pk in ids:
        async_task(TASK, pk, save=False)
    while before.filter(state=state).exists():
        time.sleep(0.05)
        if time.monotonic() - begun > 600:
            raise TimeoutError("The tasks do not come to their end.")
    return time.monotonic() - begun
