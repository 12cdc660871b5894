"""What marketers write, checked field by field."""

from apps.assets.forms.buttons import (
    MAX_BUTTONS,
    ButtonFormSet,
    PushButtonForm,
    VariationButtonFormSet,
)
from apps.assets.forms.contents import PushForm
from apps.assets.forms.labels import LabelTagForm, LabelValueForm, LabelValueFormSet
from apps.assets.forms.popups import (
    POSITIONS,
    PopupButtonForm,
    PopupButtonFormSet,
    PopupForm,
    PopupVariationButtonFormSet,
)
from apps.assets.forms.variations import VariationForm
from apps.assets.forms.weighed import (
    WeighedButtonFormSet,
    WeighedPushForm,
    WeighedVariationButtonFormSet,
    WeighedVariationForm,
)
from apps.assets.forms.widgets import ImageAddressInput, image_widgets, of_site, offer_images

__all__ = [
    "MAX_BUTTONS",
    "POSITIONS",
    "ButtonFormSet",
    "ImageAddressInput",
    "LabelTagForm",
    "LabelValueForm",
    "LabelValueFormSet",
    "PopupButtonForm",
    "PopupButtonFormSet",
    "PopupForm",
    "PopupVariationButtonFormSet",
    "PushButtonForm",
    "PushForm",
    "VariationButtonFormSet",
    "VariationForm",
    "WeighedButtonFormSet",
    "WeighedPushForm",
    "WeighedVariationButtonFormSet",
    "WeighedVariationForm",
    "image_widgets",
    "of_site",
    "offer_images",
]
