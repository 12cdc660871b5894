"""The workshop's pages in the back office."""

from apps.assets.admin import assets, images, labels, popups, pushes, variations

__all__ = ["assets", "images", "labels", "popups", "pushes", "variations"]
