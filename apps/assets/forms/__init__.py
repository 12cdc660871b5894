"""What marketers write, checked field by field."""

from apps.assets.forms.buttons import (
    MAX_BUTTONS,
    ButtonFormSet,
    PopupButtonForm,
    PushButtonForm,
    VariationButtonFormSet,
)
from apps.assets.forms.contents import PopupForm, PushForm
from apps.assets.forms.labels import LabelTagForm, LabelValueForm, LabelValueFormSet
from apps.assets.forms.variations import VariationForm
from apps.assets.forms.widgets import ImageAddressInput, image_widgets, offer_images

__all__ = [
    "MAX_BUTTONS",
    "ButtonFormSet",
    "ImageAddressInput",
    "LabelTagForm",
    "LabelValueForm",
    "LabelValueFormSet",
    "PopupButtonForm",
    "PopupForm",
    "PushButtonForm",
    "PushForm",
    "VariationButtonFormSet",
    "VariationForm",
    "image_widgets",
    "offer_images",
]
