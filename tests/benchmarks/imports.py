"""How fast a file of contacts comes in, in how much memory, and that a kill loses nothing.

The real command in a process of its own, on a database of its own. IMPORT_ROWS (a million unless
set) is the size. Half-way it is killed with SIGKILL and gone on with.
"""

import csv
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from resource import struct_rusage as Usage
from typing import Any

from tests.benchmarks import scratch

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = int(os.environ.get("IMPORT_ROWS", "1000000"))
DONE = re.compile(r"([\d,]+) rows, ")
COUNT = """
from apps.accounts.models import Contact, Import
from django.db.models import Sum
known = Contact.objects.filter(external_id__startswith="customer-")
print(Import.objects.latest("pk").pk, known.count(), known.filter(state__points__gte=0).count())
"""


def measure() -> Iterator[dict[str, Any]]:
    with (
        scratch.database() as address,
        tempfile.TemporaryDirectory(prefix="bench-imports-") as folder,
    ):
        file = Path(folder) / "contacts.csv"
        write(file, rows=ROWS)
        desk = Desk(address)
        desk.run("migrate", "-v0")
        desk.run(
            "create_site", "Bench", "https://bench.example/", "--origin", "https://bench.example",
            "--contact", "mailto:bench@bench.example",
        )  # fmt: skip
        begin = ("import_contacts", str(file), "--site", "Bench")
        first = desk.run(*begin, kill_at=ROWS // 2)
        number, before, _ = desk.counted()
        second = desk.run("import_contacts", "--resume", str(number))
        _, contacts, whole = desk.counted()
        seconds = first.seconds + second.seconds
        busy = round(first.busy + second.busy)
        more = {"rows": ROWS, "seconds": round(seconds), "cpu_seconds": busy}
        yield _result("contacts", round(ROWS / seconds), "rows/s", **more)
        yield _result("memory", max(first.megabytes, second.megabytes), "MB", limit=300)
        yield _result("killed_at", before, "rows", killed=first.code == -signal.SIGKILL)
        yield _result("lost", ROWS - whole, "rows")
        yield _result("doubled", contacts - ROWS, "rows")
        again = desk.run(*begin)
        same = f"0 new, 0 changed, {ROWS:,} unchanged" in again.text
        yield _result("again", round(ROWS / again.seconds), "rows/s", changed_nothing=same)


def _result(name: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"name": f"imports.{name}", "value": value, "unit": unit, **more}


def write(file: Path, *, rows: int) -> None:
    """Write a file as shops have them: an id, a name, a language, and what was bought."""
    with file.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["customer_id", "language", "First name", "points", "member", "since"])
        for n in range(rows):
            since = f"20{n % 20 + 5:02}-{n % 12 + 1:02}-{n % 28 + 1:02}"
            member = "yes" if n % 3 else "no"
            lines.writerow(
                [f"customer-{n}", ("en", "de", "fr")[n % 3], f"Anna {n}", n % 5000, member, since]
            )


class Ended:
    """What is known of a process that has ended."""

    def __init__(self, *, code: int, seconds: float, used: Usage, text: str) -> None:
        self.code, self.seconds, self.text = code, seconds, text
        self.busy = used.ru_utime + used.ru_stime
        # The most that was held at once; Linux counts it in KiB.
        self.megabytes = round(used.ru_maxrss / 1024)


class Desk:
    """`manage.py` on the scratch database."""

    def __init__(self, address: str) -> None:
        self._env = {**os.environ, "DATABASE_URL": address, "PYTHONUNBUFFERED": "1"}

    def run(self, *arguments: str, kill_at: int | None = None) -> Ended:
        """Run a command to its end, or kill it once it says that so many rows are done."""
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        text = b""
        while part := process.stdout.read1(4096):
            text = (text + part)[-4096:]
            done = DONE.findall(text.decode(errors="replace"))
            if kill_at and done and int(done[-1].replace(",", "")) >= kill_at:
                os.kill(process.pid, signal.SIGKILL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, -signal.SIGKILL):
            raise RuntimeError(text.decode(errors="replace"))
        return Ended(
            code=process.returncode,
            seconds=time.monotonic() - begun,
            used=used,
            text=text.decode(errors="replace"),
        )

    def counted(self) -> tuple[int, ...]:
        """The number of the import, of its contacts, and of those that are whole."""
        return tuple(map(int, self.run("shell", "-v0", "-c", COUNT).text.split()[-3:]))
