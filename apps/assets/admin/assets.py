from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.backoffice import (
    PolymorphicChildAdmin,
    PolymorphicParentAdmin,
    colors,
)
from apps.assets import variations
from apps.assets.admin.strips import VariedAdmin
from apps.assets.models import Asset, Popup, Push

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

    @display(description="Variations", ordering="variation_count")
    def variation_count(self, asset: Asset) -> int:
        return asset.variation_count

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return variations.counted(super().get_queryset(request))


@admin.register(Asset)
class AssetAdmin(AssetList, PolymorphicParentAdmin):
    child_models = (Push, Popup)
    list_display = ("name", "kind", "status_label", "variation_count", "site", "updated_at")

    @display(description="Kind", ordering="polymorphic_ctype")
    def kind(self, asset: Asset) -> str:
        # By the cache of content types; through the row it would be a query each.
        model = ContentType.objects.get_for_id(asset.polymorphic_ctype_id).model_class()
        return model._meta.verbose_name.capitalize()


class KindAdmin(AssetList, VariedAdmin, PolymorphicChildAdmin):
    base_model = Asset
    list_display = ("name", "status_label", "variation_count", "site", "updated_at")
    fixed_fields = ("site",)
    filter_horizontal = ()
    autocomplete_fields = ("labels",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("site")
