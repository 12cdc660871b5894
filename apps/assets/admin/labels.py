from django.contrib import admin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.backoffice import ModelAdmin
from apps.assets.models import AssetLabel, LabelTag


@admin.register(AssetLabel)
class AssetLabelAdmin(ModelAdmin):
    list_display = ("name", "site")
    list_select_related = ("site",)
    search_fields = ("name",)
    fixed_fields = ("site",)


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
