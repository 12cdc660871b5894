"""The workshop's pages in the back office."""

from apps.assets.admin import assets, labels, popups, pushes, variations

__all__ = ["assets", "labels", "popups", "pushes", "variations"]
