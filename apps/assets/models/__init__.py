"""What: the resources that marketers make."""

from apps.assets.models.assets import Asset, AssetLabel, Revision
from apps.assets.models.images import CheckedAddress, Image
from apps.assets.models.labels import LabelTag, LabelValue
from apps.assets.models.popups import Popup
from apps.assets.models.pushes import Push
from apps.assets.models.variations import Button, Variation

__all__ = [
    "Asset",
    "AssetLabel",
    "Button",
    "CheckedAddress",
    "Image",
    "LabelTag",
    "LabelValue",
    "Popup",
    "Push",
    "Revision",
    "Variation",
]
