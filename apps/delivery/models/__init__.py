"""How: one message to one device, one popup for one contact, and what became of them."""

from apps.delivery.models.limits import Category, Hold, Limits
from apps.delivery.models.popups import Popup
from apps.delivery.models.pushes import Push

__all__ = ["Category", "Hold", "Limits", "Popup", "Push"]
