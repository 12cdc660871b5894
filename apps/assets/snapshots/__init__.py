"""Snapshots: a whole asset as one JSON object, which history, clones, exports and imports share.

`{"format": 1, "kind": "push", "name": …, "status": …, "labels": [name, …], "content": {field:
value, …}, "buttons": [{field: value, …}, …], "variations": [{"name": …, "status": …, "rule": …,
"content": {…}, "has_own_buttons": …, "buttons": […]}, …]}`. Fields are those of `CONTENT`;
a variation's content holds only what differs. Rules name segments by their ids.
"""

from apps.assets.snapshots.applying import apply, make
from apps.assets.snapshots.knowledge import Knowledge
from apps.assets.snapshots.reading import Checked, Problem, read
from apps.assets.snapshots.writing import FORMAT, KINDS, Snapshot, digest, prefetched, write

__all__ = [
    "FORMAT",
    "KINDS",
    "Checked",
    "Knowledge",
    "Problem",
    "Snapshot",
    "apply",
    "digest",
    "make",
    "prefetched",
    "read",
    "write",
]
