from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.backoffice import ModelAdmin
from apps.accounts.panels import Panel, numbers, panel_on
from apps.segments import rules
from apps.segments.forms import FacetForm, facet_names, further_conditions
from apps.segments.models import Segment


class SegmentForm(FacetForm):
    class Meta:
        model = Segment
        fields = ("site", "name")


@admin.register(Segment)
class SegmentAdmin(ModelAdmin):
    form = SegmentForm
    list_display = ("name", "site", "in_words", "updated_at")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    search_fields = ("name",)
    fixed_fields = ("site",)
    readonly_fields = ("further_conditions",)

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> list[Any]:
        return [
            (None, {"fields": ["name", "site"]}),
            (
                "Contacts who meet all of these",
                {"fields": facet_names(obj.rule if obj else {})},
            ),
        ]

    @display(description="Contacts")
    def in_words(self, segment: Segment) -> str:
        return rules.describe(segment.rule)

    @display(description="And further")
    def further_conditions(self, segment: Segment) -> str:
        return further_conditions(segment.rule)


@panel_on(Segment, permission="accounts.view_contact")
def who(request: HttpRequest, segment: Segment) -> Panel:
    contacts = segment.contacts().order_by()
    return numbers(
        "Now in this segment",
        [
            ("Contacts", contacts.count()),
            ("Reachable by push", contacts.filter(is_reachable=True).count()),
        ],
        note=rules.describe(segment.rule),
    )
