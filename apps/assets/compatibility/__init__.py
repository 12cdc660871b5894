"""What each browser shows of a push, as data: `matrix.toml`."""

from apps.assets.compatibility.clients import (
    SHOWN,
    Client,
    clients,
    label_of,
    missing,
    of_device,
)
from apps.assets.compatibility.texts import TEXTS, Extent, is_cut, room, seen

__all__ = [
    "SHOWN",
    "TEXTS",
    "Client",
    "Extent",
    "clients",
    "is_cut",
    "label_of",
    "missing",
    "of_device",
    "room",
    "seen",
]
