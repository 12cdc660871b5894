from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.models import Site
from apps.assets.admin.assets import KindAdmin
from apps.assets.admin.buttons import PushButtonInline
from apps.assets.admin.editor import EditorAdmin
from apps.assets.admin.fit import FitAdmin
from apps.assets.forms import WeighedPushForm
from apps.assets.models import Push


@admin.register(Push)
class PushAdmin(EditorAdmin, FitAdmin, KindAdmin):
    """The push's page in the order in which it is thought of."""

    form = WeighedPushForm
    invitation = "What a browser shows as a notification, even when your site is closed."
    inlines = (PushButtonInline,)
    OPTIONAL = ("message", "url", "icon", "image", "badge", "replace_key", "language")
    ADVANCED = (
        *("badge", ("stay_on_screen", "silent"), "replace_key", "ttl", "urgency"),
        *("language", "direction", "data"),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Push | None = None) -> list[Any]:
        """Ask for the site early where it is open; else it is only to be seen."""
        is_open = obj is None and Site.objects.count() != 1
        begin, end = (["site"], []) if is_open else ([], ["site"])
        return [
            (None, {"fields": ["name", *begin, *("title", "message", "url", "image", "icon")]}),
            ("Advanced", {"classes": ["collapse", "after-inlines"], "fields": self.ADVANCED}),
            ("Status", {"classes": ["after-inlines"], "fields": ["status", "labels", *end]}),
        ]
