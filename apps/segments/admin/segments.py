from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from apps.accounts import keys
from apps.accounts.backoffice import colors
from apps.accounts.confirming import AsksFirstAdmin, Consequences
from apps.accounts.panels import uses
from apps.segments import catalogue, rules
from apps.segments.admin import builder, effects, people, why
from apps.segments.forms import RuleField, RuleForm
from apps.segments.models import Segment
from apps.segments.rules import Context

Status, Kind = Segment.Status, Segment.Kind
BROKEN = "broken"
STATUS_COLORS = colors(
    Status, {Status.ACTIVE: "success", Status.ARCHIVED: "warning", BROKEN: "danger"}
)
SHORT = {Kind.RULE: "Rule", Kind.IMPORTED: "Imported"}
MAX_WORDS = 160


class SegmentForm(RuleForm):
    rule = RuleField(
        label="Rule",
        help_text="Live: whoever meets it at the moment of asking is in the segment. Capital and "
        "small letters differ in texts.",
    )

    class Meta:
        model = Segment
        fields = ("site", "name", "kind", "rule")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == Kind.IMPORTED:
            cleaned["rule"] = {}
        return cleaned


@admin.register(Segment)
class SegmentAdmin(AsksFirstAdmin):
    form = SegmentForm
    list_display = ("name", "status_label", "kind_label", "described", "site", "updated_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("site", RelatedDropdownFilter),
    )
    list_select_related = ("site",)
    search_fields = ("name",)
    fixed_fields = ("site", "kind")
    readonly_fields = ("in_words",)
    actions_detail = ("archive", "bring_back")

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> list[Any]:
        who = [] if obj and obj.kind == Kind.IMPORTED else ["rule"]
        if obj and who and not self.has_change_permission(request, obj):
            who = ["in_words"]
        return [(None, {"fields": ["name", "site", "kind", *who]})]

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("builder/offers/", builder.offered, "offers"),
            ("builder/values/", builder.values, "values"),
            ("builder/count/", builder.count, "count"),
            ("of-contact/<int:contact_id>/", why.of_contact, "of_contact"),
            ("<int:segment_id>/why/", why.search, "why"),
            ("<int:segment_id>/why/<int:contact_id>/", why.explained, "explained"),
            ("<int:segment_id>/numbers/", people.numbers, "numbers"),
            ("<int:segment_id>/contacts/", people.contacts, "contacts"),
        ]
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"segments_segment_{name}")
                for route, view, name in views
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        return super().get_queryset(request).select_related("site")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Load what the page's rules can name for all of its sites at once."""
        changelist = super().get_changelist_instance(request)
        sites = {row.site_id: row.site for row in changelist.result_list}
        contexts = catalogue.of_sites(sites.values()) if sites else {}
        for row in changelist.result_list:
            row.context = contexts[row.site_id]
        return changelist

    @display(description="Status", label=STATUS_COLORS, ordering="status")
    def status_label(self, segment: Segment) -> tuple[str, str]:
        if problems(segment, segment.context):
            return BROKEN, "Broken"
        return segment.status, segment.get_status_display()

    @display(description="Kind", ordering="kind")
    def kind_label(self, segment: Segment) -> str:
        return SHORT[Kind(segment.kind)]

    @display(description="Who")
    def described(self, segment: Segment) -> str:
        found = problems(segment, segment.context)
        if found:
            return found[0].message
        words = in_words(segment, segment.context)
        return words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"

    @display(description="Rule")
    def in_words(self, segment: Segment) -> str:
        return in_words(segment, catalogue.of_site(segment.site))

    def consequences(self, request: HttpRequest, form: ModelForm) -> Consequences | None:
        if "rule" not in form.changed_data:
            return None
        return effects.of_editing(form.instance, form.initial["rule"], form.cleaned_data["rule"])

    def get_deleted_objects(
        self, objs: Iterable[Segment], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Say what goes without loading the million members that a list may have."""
        objs = list(objs)
        used = [
            format_html("“{}” is used by {}", row, words) for row in objs for words in uses(row)
        ]
        if used:
            return [], {}, set(), used
        is_allowed = self.has_delete_permission(request)
        lacking = set() if is_allowed else {str(self.opts.verbose_name)}
        return [str(row) for row in objs], {"Segments": len(objs)}, lacking, []

    @action(description="Archive", icon="archive", permissions=["archive"])
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        segment = self.get_object(request, object_id)
        if request.method != "POST":
            return self.ask_first(request, effects.of_archiving(segment, back=page_of(segment)))
        return self._change(request, segment, Status.ARCHIVED, "archived")

    @action(description="Bring back", icon="unarchive", permissions=["bring_back"])
    def bring_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        segment = self.get_object(request, object_id)
        if request.method != "POST":
            return self.ask_first(request, effects.of_bringing_back(segment, back=page_of(segment)))
        return self._change(request, segment, Status.ACTIVE, "offered again")

    def has_archive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_change(request, object_id, Status.ACTIVE)

    def has_bring_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_change(request, object_id, Status.ARCHIVED)

    def _may_change(self, request: HttpRequest, object_id: Any, status: Status) -> bool:
        return (
            self.has_change_permission(request)
            and Segment.objects.filter(pk=keys.read(object_id), status=status).exists()
        )

    def _change(
        self, request: HttpRequest, segment: Segment, status: Status, done: str
    ) -> HttpResponse:
        segment.status = status
        segment.save(update_fields=["status"])
        self.log_change(request, segment, f"{done.capitalize()}.")
        messages.success(request, f"“{segment}” is {done}.")
        return HttpResponseRedirect(page_of(segment))


def page_of(segment: Segment) -> str:
    return reverse("admin:segments_segment_change", args=[segment.pk])


def problems(segment: Segment, context: Context) -> list[rules.Problem]:
    if segment.kind == Kind.IMPORTED:
        return []
    return rules.problems(segment.rule, context, inside=(segment.pk,))


def in_words(segment: Segment, context: Context) -> str:
    if segment.kind == Kind.IMPORTED:
        return "A list of external ids from a file"
    words = rules.describe(segment.rule, context)
    # Not the names of properties, which are as the site writes them.
    return (
        words[0].upper() + words[1:]
        if words.startswith(("did ", "is ", "the ", "none "))
        else words
    )
