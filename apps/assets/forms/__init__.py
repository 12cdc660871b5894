"""What marketers write, checked field by field."""

from apps.assets.forms.buttons import (
    MAX_BUTTONS,
    ButtonFormSet,
    PopupButtonForm,
    PushButtonForm,
)
from apps.assets.forms.contents import PopupForm, PushForm
from apps.assets.forms.widgets import ImageAddressInput, image_widgets, offer_images

__all__ = [
    "MAX_BUTTONS",
    "ButtonFormSet",
    "ImageAddressInput",
    "PopupButtonForm",
    "PopupForm",
    "PushButtonForm",
    "PushForm",
    "image_widgets",
    "offer_images",
]
