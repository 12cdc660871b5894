"""Rendering: an asset, for contacts, as plain data that a browser can show.

Sources (the default content and what differs from it) and what the contacts meet are loaded for
a whole batch, in a number of queries that does not depend on its size; the rest is pure.
"""

from apps.assets.rendering.batches import CORE_STATE, Batch, Rendered, context_of
from apps.assets.rendering.dialogs import asks_permission
from apps.assets.rendering.sources import Source, Version, active, load, of

__all__ = [
    "CORE_STATE",
    "Batch",
    "Rendered",
    "Source",
    "Version",
    "active",
    "asks_permission",
    "context_of",
    "load",
    "of",
]
