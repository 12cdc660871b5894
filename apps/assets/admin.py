from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.backoffice import (
    ModelAdmin,
    PolymorphicChildAdmin,
    PolymorphicParentAdmin,
    TabularInline,
    colors,
)
from apps.assets.forms import MAX_BUTTONS, PopupButtonForm, PushButtonForm
from apps.assets.models import Asset, Button, LabelTag, Popup, Push

STATUS_COLORS = colors(
    Asset.Status, {Asset.Status.ACTIVE: "success", Asset.Status.ARCHIVED: "warning"}
)


class AssetList:
    """What the lists of assets have in common."""

    list_filter = (("status", ChoicesDropdownFilter), ("site", RelatedDropdownFilter))
    list_select_related = ("site",)
    search_fields = ("name",)

    @display(description="Status", label=STATUS_COLORS, ordering="status")
    def status_label(self, asset: Asset) -> tuple[str, str]:
        return asset.status, asset.get_status_display()


@admin.register(Asset)
class AssetAdmin(AssetList, PolymorphicParentAdmin):
    child_models = (Push, Popup)
    list_display = ("name", "kind", "status_label", "site", "updated_at")

    @display(description="Kind", ordering="polymorphic_ctype")
    def kind(self, asset: Asset) -> str:
        # By the cache of content types; through the row it would be a query each.
        model = ContentType.objects.get_for_id(asset.polymorphic_ctype_id).model_class()
        return model._meta.verbose_name.capitalize()


class ButtonInline(TabularInline):
    model = Button
    extra = 0
    max_num = MAX_BUTTONS
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type:
        return super().get_formset(request, obj, **{"validate_max": True, **kwargs})


class PushButtonInline(ButtonInline):
    form = PushButtonForm
    fields = ("label", "url", "icon", "position")
    verbose_name_plural = "Buttons: at most three; Chrome and Edge show two, Safari none"


class PopupButtonInline(ButtonInline):
    form = PopupButtonForm
    fields = ("label", "action", "url", "event", "position")
    verbose_name_plural = "Buttons: at most three"


class KindAdmin(AssetList, PolymorphicChildAdmin):
    base_model = Asset
    list_display = ("name", "status_label", "site", "updated_at")
    fixed_fields = ("site",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("site")


@admin.register(Push)
class PushAdmin(KindAdmin):
    list_display = ("name", "title", "status_label", "site", "updated_at")
    search_fields = ("name", "title", "message")
    inlines = (PushButtonInline,)
    fieldsets = (
        (None, {"fields": ("name", "status", "site")}),
        ("Content", {"fields": ("title", "message", "url", "icon", "image")}),
        (
            "Advanced",
            {"classes": ["collapse"], "fields": ("badge", "stay_on_screen", "ttl", "urgency")},
        ),
    )


@admin.register(Popup)
class PopupAdmin(KindAdmin):
    list_display = ("name", "title", "status_label", "site", "updated_at")
    search_fields = ("name", "title", "text")
    inlines = (PopupButtonInline,)
    fieldsets = (
        (None, {"fields": ("name", "status", "site")}),
        ("Content", {"fields": ("title", "text", "image")}),
        ("On the page", {"fields": ("layout", "position", "delay", "wait_hours")}),
    )


@admin.register(LabelTag)
class LabelTagAdmin(ModelAdmin):
    list_display = ("name", "tag", "value", "site")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    search_fields = ("name", "value")
    fixed_fields = ("site",)
    fields = ("site", "name", "value")

    @display(description="Written")
    def tag(self, label: LabelTag) -> str:
        return f"{{{{ label.{label.name} }}}}"
