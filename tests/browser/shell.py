"""`manage.py shell` as a process that stays: a question costs what its queries cost, no start."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Runs in the shell. A line is code as JSON; its answer is what it printed and what it raised.
# Each runs with the names that a new shell has, and leaves none behind.
ANSWER = """
import contextlib, io, json, sys, traceback
names = dict(globals())
for line in sys.stdin:
    printed, raised = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(json.loads(line), dict(names))
    except BaseException:
        raised = traceback.format_exc()
    print(json.dumps([printed.getvalue(), raised]), flush=True)
"""


class Shell:
    """Runs code in the project with this environment; `log` takes what goes to stderr.

    It ends with `close`, and by itself when whoever started it is gone.
    """

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "-v0", "-c", ANSWER],
                cwd=ROOT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, code: str) -> str:
        """What the code printed. Raises AssertionError with the traceback of what it raised."""
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the shell has ended:\n{self._log.read_text(errors='replace')}"
        printed, raised = json.loads(answer)
        assert not raised, raised
        return printed.strip()

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)
