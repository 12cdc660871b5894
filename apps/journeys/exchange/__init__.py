"""Exchange: journeys as a JSON file that another site or install takes.

`{"type": "pushdesk-journeys", "format": 1, "site": …, "journeys": [document, …]}`. Documents are
those of apps.journeys.documents, but for what they refer to: in a file assets, segments and other
journeys stand by their names, because ids mean nothing elsewhere.
"""

from apps.journeys.exchange.exporting import NotExported, export, file_name, text
from apps.journeys.exchange.files import MAX_BYTES, MAX_JOURNEYS, Unreadable, read
from apps.journeys.exchange.importing import NotImported, Plan, Planned, plan, run

__all__ = [
    "MAX_BYTES",
    "MAX_JOURNEYS",
    "NotExported",
    "NotImported",
    "Plan",
    "Planned",
    "Unreadable",
    "export",
    "file_name",
    "plan",
    "read",
    "run",
    "text",
]
