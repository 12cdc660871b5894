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

__all__ = [
    "MAX_BUTTONS",
    "ButtonFormSet",
    "LabelTagForm",
    "LabelValueForm",
    "LabelValueFormSet",
    "PopupButtonForm",
    "PopupForm",
    "PushButtonForm",
    "PushForm",
    "VariationButtonFormSet",
    "VariationForm",
]
