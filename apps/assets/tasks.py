"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.assets import links
from apps.assets.exchange import waiting


def check_addresses() -> int:
    """Look at the addresses in assets that wait to be."""
    wakeups.heard(links.CHECK)
    total = links.drain(seconds=40)
    if total and links.due().exists():
        wakeups.call(links.CHECK)
    return total


def sweep_files() -> int:
    """Remove the files of assets that were uploaded, and that nobody can import any more."""
    return waiting.sweep()
