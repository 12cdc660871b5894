from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.assets.models import Asset, AssetLabel

EVERYTHING = "everything"
Status = Asset.Status


class StatusFilter(DropdownFilter):
    """Archived assets are out of the way until somebody asks for them."""

    title = "status"
    parameter_name = "status"
    all_option = ["", "Draft and active"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Status.choices, (EVERYTHING, "All, with archived ones")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in Status.values:
            return queryset.filter(status=self.value())
        if self.value() == EVERYTHING:
            return queryset
        return queryset.exclude(status=Status.ARCHIVED)


class LabelFilter(DropdownFilter):
    """By name: two sites may have labels that are called the same."""

    title = "label"
    parameter_name = "label"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = AssetLabel.objects.order_by("name").values_list("name", flat=True).distinct()
        return [(name, name) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        labels = Asset.labels.through.objects.filter(assetlabel__name=self.value())
        return queryset.filter(pk__in=labels.values("asset"))
