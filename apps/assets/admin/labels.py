from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, TextField
from django.http import HttpRequest
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.backoffice import ModelAdmin
from apps.accounts.inlines import StackedInline
from apps.assets.admin import label_field, label_pages
from apps.assets.forms import LabelTagForm, LabelValueForm, LabelValueFormSet
from apps.assets.forms.labels import MAX_VALUES
from apps.assets.models import AssetLabel, LabelTag, LabelValue
from apps.segments import catalogue, rules
from apps.segments.rules import Context


@admin.register(AssetLabel)
class AssetLabelAdmin(ModelAdmin):
    list_display = ("name", "site")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    search_fields = ("name",)
    search_help_text = "Name"
    invitation = "Words to sort and filter assets by; visitors never see them."
    fixed_fields = ("site",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(label_field.choices)
        return [path("choices/", view, name="assets_assetlabel_choices"), *super().get_urls()]


class LabelValueInline(StackedInline):
    model = LabelValue
    form = LabelValueForm
    formset = LabelValueFormSet
    template = "admin/assets/label_values.html"
    formfield_overrides = {
        TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 2})},
    }
    extra = 0
    max_num = MAX_VALUES
    fields = ("value", "rule", "position")
    readonly_fields = ("in_words",)
    verbose_name = "value"
    context: Context | None = None
    verbose_name_plural = "Values for some contacts: the first whose rule is met wins"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        may_edit = obj is None or self.has_change_permission(request, obj)
        return self.fields if may_edit else ("value", "in_words")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type:
        return super().get_formset(request, obj, **{"validate_max": True, **kwargs})

    def get_queryset(self, request: HttpRequest) -> QuerySet[LabelValue]:
        return super().get_queryset(request).select_related("label__site")

    @display(description="For contacts who")
    def in_words(self, value: LabelValue) -> str:
        # An inline is made anew for each request, so this is as old as the page.
        if self.context is None:
            self.context = catalogue.of_site(value.label.site)
        return rules.describe(value.rule, self.context)


@admin.register(LabelTag)
class LabelTagAdmin(ModelAdmin):
    form = LabelTagForm
    list_display = ("name", "tag", "value", "site")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    search_fields = ("name", "value")
    search_help_text = "Name and default value"
    invitation = (
        "A snippet for many texts, such as a discount, with other values for some contacts."
    )
    fixed_fields = ("site",)
    fields = ("site", "name", "value")
    inlines = (LabelValueInline,)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(label_pages.preview)
        name = "assets_labeltag_preview"
        return [path("<int:label_id>/preview/", view, name=name), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LabelTag]:
        return super().get_queryset(request).select_related("site")

    @display(description="Written")
    def tag(self, label: LabelTag) -> str:
        return f"{{{{ label.{label.name} }}}}"
