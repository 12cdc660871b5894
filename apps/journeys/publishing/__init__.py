"""Publishing: from what a marketer wrote to an immutable version."""

from apps.journeys.lifecycle import archive, pause, resume, sweep
from apps.journeys.publishing.changes import Changes, changes, discard
from apps.journeys.publishing.checking import problems, warnings
from apps.journeys.publishing.compiling import publish

__all__ = [
    "Changes",
    "archive",
    "changes",
    "discard",
    "pause",
    "problems",
    "publish",
    "resume",
    "sweep",
    "warnings",
]
