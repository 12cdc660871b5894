"""Exchange: assets as a JSON file that another site or install takes.

`{"type": "pushdesk-assets", "format": 1, "site": …, "label_tags": [{"name": …, "value": …,
"values": [{"rule": …, "value": …}, …]}, …], "assets": [snapshot, …], "images": {}}`. Snapshots
are those of apps.assets.snapshots, but for rules: in a file they name segments by their names,
because ids mean nothing elsewhere. `images` is kept for pictures; addresses are as they were.
"""

from apps.assets.exchange.exporting import NotExported, export, file_name, text
from apps.assets.exchange.files import MAX_BYTES, Unreadable, read
from apps.assets.exchange.importing import Outcome, run
from apps.assets.exchange.planning import Plan, Planned, Taken, Verdict, plan

__all__ = [
    "MAX_BYTES",
    "NotExported",
    "Outcome",
    "Plan",
    "Planned",
    "Taken",
    "Unreadable",
    "Verdict",
    "export",
    "file_name",
    "plan",
    "read",
    "run",
    "text",
]
