from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.assets import starters
from apps.assets.admin import popup_links, popup_stage
from apps.assets.admin.assets import KindAdmin
from apps.assets.admin.buttons import PopupButtonInline
from apps.assets.admin.colors import ColorInput
from apps.assets.admin.editor import EditorAdmin
from apps.assets.admin.fit import FitAdmin
from apps.assets.forms import POSITIONS, PopupForm
from apps.assets.forms.popups import OF_THE_BROWSER
from apps.assets.models import Popup


@admin.register(Popup)
class PopupAdmin(EditorAdmin, FitAdmin, KindAdmin):
    form = PopupForm
    invitation = "A dialog on your own pages: to ask for permission, to tell some news."
    inlines = (PopupButtonInline,)
    change_form_template = "admin/assets/popup_form.html"
    OPTIONAL = ("text", "image", "language", "pages")
    fieldsets = (
        (None, {"fields": ("name", "status", "site", "labels")}),
        ("Content", {"fields": ("title", "text", "image")}),
        (
            "Look",
            {
                "classes": ["after-inlines"],
                "fields": (
                    *(("layout", "position"), "is_full_screen_on_phones"),
                    *(("background_color", "text_color"), ("button_color", "button_text_color")),
                ),
                "description": "Without a colour of its own a popup follows the visitor’s light "
                "or dark mode; with one it looks the same in both.",
            },
        ),
        (
            "When and where",
            {"classes": ["after-inlines"], "fields": ("pages", ("delay", "wait_hours"))},
        ),
        (
            "Advanced",
            {
                "classes": ["collapse", "after-inlines"],
                "fields": ("close_label", "language", "direction"),
            },
        ),
    )

    class Media:
        css = {"all": ["admin/popup.css"]}

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("stage/", popup_stage.stage, "stage"),
            ("<int:popup_id>/preview-link/", popup_links.make, "link"),
        ]
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"assets_popup_{name}")
                for route, view, name in views
            ),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        if db_field.name.endswith("_color"):
            kwargs["widget"] = ColorInput
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Offer what to begin with, and then the form."""
        if request.method != "GET" or "starter" in request.GET:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Create a popup",
            "opts": self.opts,
            "is_popup": IS_POPUP_VAR in request.GET,
            "starters": starters.STARTERS,
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/assets/popup_gallery.html", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        starter = starters.find(request.GET.get("starter", ""))
        initial = super().get_changeform_initial_data(request)
        initial.pop("starter", None)
        return {**(starter.content if starter else {}), **initial}

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Fill in the buttons of the starter. Not when the form comes back: what is as it was
        filled in would count as nothing, and not be stored."""
        options = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, PopupButtonInline) and request.method == "GET":
            options["initial"] = inline.begin_with(request, obj)
        return options

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        rules = {"positions": POSITIONS, "of_the_browser": OF_THE_BROWSER}
        return super().render_change_form(
            request, {**context, "form_rules": rules}, *args, **kwargs
        )
