"""Ended from outside it goes down at a moment at which it knows all that it has started: not in
the middle of starting a cluster or a server, which would be left behind."""

import signal
import sys

_has_been_told: list[bool] = []


def listen() -> None:
    """From now on SIGTERM is no more than noted."""
    signal.signal(signal.SIGTERM, lambda *_: _has_been_told.append(True))


def end_if_told() -> None:
    """Raises SystemExit where SIGTERM came since."""
    if _has_been_told:
        # Python gives its handlers up before it is down.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit("Ended before its time.")
