"""What: the resources that marketers make."""

from apps.assets.models.assets import Asset, Button
from apps.assets.models.labels import LabelTag
from apps.assets.models.popups import Popup
from apps.assets.models.pushes import Push

__all__ = ["Asset", "Button", "LabelTag", "Popup", "Push"]
