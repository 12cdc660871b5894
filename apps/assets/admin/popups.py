from django.contrib import admin

from apps.assets.admin.assets import KindAdmin
from apps.assets.admin.buttons import PopupButtonInline
from apps.assets.admin.fit import FitAdmin
from apps.assets.forms import PopupForm
from apps.assets.models import Popup


@admin.register(Popup)
class PopupAdmin(FitAdmin, KindAdmin):
    form = PopupForm
    invitation = "A dialog on your own pages: to ask for permission, to tell some news."
    inlines = (PopupButtonInline,)
    fieldsets = (
        (None, {"fields": ("name", "status", "site", "labels")}),
        ("Content", {"fields": ("title", "text", "image", "close_label")}),
        (
            "On the page",
            {
                "fields": (
                    *("layout", "position", "is_full_screen_on_phones"),
                    *("delay", "pages", "wait_hours"),
                )
            },
        ),
        (
            "Colours",
            {
                "classes": ["collapse"],
                "fields": (
                    ("background_color", "text_color"),
                    ("button_color", "button_text_color"),
                ),
            },
        ),
        ("Advanced", {"classes": ["collapse"], "fields": ("language", "direction")}),
    )
