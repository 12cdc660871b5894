"""What each browser shows of a push, as data: `matrix.toml`."""

from apps.assets.compatibility.clients import (
    SHOWN,
    Client,
    clients,
    label_of,
    missing,
    of_device,
)

__all__ = ["SHOWN", "Client", "clients", "label_of", "missing", "of_device"]
