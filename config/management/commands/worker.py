import os
import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

# A cluster that is asked to stop finishes its tasks; cut off after this, it loses nothing,
# because what is due stays in the tables.
STOPS_WITHIN_SECONDS = 3
RESTARTED_AFTER_SECONDS = 1


class Command(BaseCommand):
    help = (
        "Run the workers that move journeys and send pushes, until Ctrl-C or SIGTERM; a cluster "
        "of django-q2 that dies is started again. Any number may run, on any number of hosts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor().run()


class Supervisor:
    """Keeps one django-q2 cluster alive.

    The cluster has a process group of its own: a signal to all of its processes at once can
    hang it, so only its first process is asked to stop, and the group is killed if it does not.
    """

    def __init__(self) -> None:
        self.stopping = False
        self.cluster: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        while not self.stopping:
            self.cluster = subprocess.Popen(
                [sys.executable, "manage.py", "qcluster"],
                cwd=settings.BASE_DIR,
                start_new_session=True,
            )
            self.cluster.wait()
            self._end_group()
            if not self.stopping:
                time.sleep(RESTARTED_AFTER_SECONDS)

    def _stop(self, *_: Any) -> None:
        if self.stopping or self.cluster is None:
            return
        self.stopping = True
        self.cluster.terminate()
        signal.signal(signal.SIGALRM, lambda *_: self._end_group())
        signal.alarm(STOPS_WITHIN_SECONDS)

    def _end_group(self) -> None:
        """End what the cluster left behind; nothing, when it stopped by itself."""
        try:
            os.killpg(self.cluster.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
