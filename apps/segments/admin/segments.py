from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from apps.accounts.backoffice import ModelAdmin
from apps.accounts.panels import Panel, numbers, panel_on
from apps.segments import catalogue, counting, rules
from apps.segments.forms import RuleField, RuleForm
from apps.segments.membership import rule_of
from apps.segments.models import Segment


class SegmentForm(RuleForm):
    rule = RuleField(label="Contacts who meet this")

    class Meta:
        model = Segment
        fields = ("site", "name", "kind", "rule")

    def inside(self) -> tuple[int, ...]:
        return (self.instance.pk,) if self.instance.pk else ()


@admin.register(Segment)
class SegmentAdmin(ModelAdmin):
    form = SegmentForm
    list_display = ("name", "site", "kind", "updated_at")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    search_fields = ("name",)
    fixed_fields = ("site", "kind")

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> list[Any]:
        return [(None, {"fields": ["name", "site", "kind", "rule"]})]


@panel_on(Segment, permission="accounts.view_contact")
def who(request: HttpRequest, segment: Segment) -> Panel:
    context = catalogue.of_site(segment.site)
    try:
        found = counting.count(rule_of(segment), context)
    except rules.Broken as broken:
        return numbers("Now in this segment", [], note=f"Broken: {' '.join(broken.messages)}")
    except counting.TooSlow:
        return numbers("Now in this segment", [], note="Counting takes too long.")
    return numbers(
        "Now in this segment",
        [("Contacts", found.contacts), ("Reachable by push", found.reachable)],
        note=rules.describe(segment.rule, context),
    )
