from django.contrib import admin
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.backoffice import ModelAdmin
from apps.assets.admin import label_field
from apps.assets.models import AssetLabel, LabelTag


@admin.register(AssetLabel)
class AssetLabelAdmin(ModelAdmin):
    list_display = ("name", "site")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    search_fields = ("name",)
    fixed_fields = ("site",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(label_field.choices)
        return [path("choices/", view, name="assets_assetlabel_choices"), *super().get_urls()]


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
