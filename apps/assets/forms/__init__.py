"""What marketers write, checked field by field."""

from apps.assets.forms.buttons import (
    MAX_BUTTONS,
    ButtonFormSet,
    PushButtonForm,
)
from apps.assets.forms.contents import PushForm
from apps.assets.forms.popups import (
    POSITIONS,
    PopupButtonForm,
    PopupButtonFormSet,
    PopupForm,
)

__all__ = [
    "MAX_BUTTONS",
    "POSITIONS",
    "ButtonFormSet",
    "PopupButtonForm",
    "PopupButtonFormSet",
    "PopupForm",
    "PushButtonForm",
    "PushForm",
]
