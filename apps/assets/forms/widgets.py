"""Fields that hold the address of a picture: choose one, upload one, or write an address."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.forms import BaseForm
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.models import Site
from apps.assets.models import Button


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How browsers show the picture of a field: `ratio` is width by height; below `width` and
    `height`, pixels, it looks blurred; a badge is its transparency alone, in white."""

    ratio: float
    width: int
    height: int
    is_badge: bool = False


IMAGES = {
    "icon": Shown(ratio=1, width=192, height=192),
    "image": Shown(ratio=2, width=720, height=360),
    "badge": Shown(ratio=1, width=96, height=96, is_badge=True),
}
# Chrome draws the icon of a button at 24 px, on screens of up to four dots each.
BUTTON_ICON = Shown(ratio=1, width=96, height=96)


class ImageAddressInput(UnfoldAdminTextInputWidget):
    """A text input that `image_picker.js` puts a preview and the site's images beside.

    `site` is whose images are offered; without it, the one chosen in the form's field `site`.
    """

    template_name = "admin/assets/image_address.html"
    site: Site | None = None

    def __init__(self, shown: Shown, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"spellcheck": "false", "autocomplete": "off", **(attrs or {})})
        self.shown = shown

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        images = {
            **asdict(self.shown),
            "site": self.site.pk if self.site else None,
            "home": self.site.home if self.site else "",
            "upload": reverse("admin:assets_image_upload"),
            "pick": reverse("admin:assets_image_pick"),
        }
        context["images"] = json.dumps(images)
        return context


def image_widgets(model: type[Model]) -> dict[str, ImageAddressInput]:
    """Return the widgets of the model's fields that hold the address of a picture, by name.

    For `Meta.widgets` of a form; and for one field of a form that is built by hand,
    `field.formfield(widget=image_widgets(model).get(field.name))`. Then tell them the site with
    `offer_images`.
    """
    shown = {**IMAGES, "icon": BUTTON_ICON} if issubclass(model, Button) else IMAGES
    return {name: ImageAddressInput(each) for name, each in shown.items() if _has(model, name)}


def offer_images(form: BaseForm, site: Site | None) -> None:
    """Have the form's image fields offer the images of the site."""
    for field in form.fields.values():
        if isinstance(field.widget, ImageAddressInput):
            field.widget.site = site


def of_site(field: str, site: Site) -> ImageAddressInput:
    """Return the widget of a field of the site itself that holds the address of a picture."""
    widget = ImageAddressInput(IMAGES[field])
    widget.site = site
    return widget


def _has(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
