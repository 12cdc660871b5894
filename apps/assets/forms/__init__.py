"""What marketers write, checked field by field."""

from apps.assets.forms.buttons import (
    MAX_BUTTONS,
    ButtonFormSet,
    PopupButtonForm,
    PushButtonForm,
)
from apps.assets.forms.contents import PopupForm, PushForm

__all__ = [
    "MAX_BUTTONS",
    "ButtonFormSet",
    "PopupButtonForm",
    "PopupForm",
    "PushButtonForm",
    "PushForm",
]
