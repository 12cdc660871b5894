"""Exchange: assets as a JSON file that another site or install takes.

`{"type": "pushdesk-assets", "format": 1, "site": …, "label_tags": [{"name": …, "value": …,
"values": [{"rule": …, "value": …}, …]}, …], "assets": [snapshot, …], "images": {address: {"name":
"sale.png", "data": base64}, …}}`. Snapshots are those of apps.assets.snapshots, but for rules: in a
file they name segments by their names, because ids mean nothing elsewhere.

`images` are the site's uploaded images that assets and label tags name, by their addresses as they
are written there; each picture once: another spelling of an address is `{"same_as": address}`. An
import stores them in its site and writes their addresses there instead. Other addresses stay.
"""

from apps.assets.exchange.exporting import NotExported, export, file_name, text
from apps.assets.exchange.files import MAX_BYTES, MAX_FILE_BYTES, MAX_IMAGE_BYTES, Unreadable, read
from apps.assets.exchange.importing import Outcome, Overtaken, run
from apps.assets.exchange.planning import Plan, Planned, Taken, Verdict, plan

__all__ = [
    "MAX_BYTES",
    "MAX_FILE_BYTES",
    "MAX_IMAGE_BYTES",
    "NotExported",
    "Outcome",
    "Overtaken",
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
