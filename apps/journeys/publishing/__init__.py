"""Publishing: from what a marketer wrote to an immutable version."""

from apps.journeys.publishing.changes import Changes, changes, discard
from apps.journeys.publishing.checking import problems, warnings
from apps.journeys.publishing.compiling import publish

__all__ = [
    "Changes",
    "changes",
    "discard",
    "problems",
    "publish",
    "warnings",
]
