from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from apps.accounts.backoffice import ModelAdmin, labels
from apps.journeys.admin.builder import urls
from apps.journeys.admin.builder.creating import add
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.admin.builder.page import page
from apps.journeys.admin.builder.wording import when
from apps.journeys.models import Journey
from apps.journeys.uses import asset_uses, audience

Status = Journey.Status
STATUS_COLORS = {Status.ACTIVE: "success", Status.PAUSED: "warning", Status.FINISHED: "info"}
SHORT = {Status.PAUSED: "Paused"}


class BrokenFilter(DropdownFilter):
    title = "entry"
    parameter_name = "entry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("broken", "Broken: nobody enters")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journey]) -> QuerySet[Journey]:
        if self.value() != "broken":
            return queryset
        # Journeys are written by hand, so there are few enough to ask each.
        everyone = Journey.objects.select_related("site", "live_version")
        return queryset.filter(pk__in=audience.broken(everyone))


@admin.register(Journey)
class JourneyAdmin(ModelAdmin):
    list_display = ("name", "status_label", "entry", "version", "site", "updated_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        BrokenFilter,
        ("site", RelatedDropdownFilter),
    )
    list_select_related = ("site", "live_version")
    search_fields = ("name",)
    fields = ("name", "site")
    actions = None

    def get_list_display(self, request: HttpRequest) -> Sequence[str]:
        shown = super().get_list_display(request)
        return (*shown, "why") if request.user.has_perm("accounts.view_contact") else shown

    def get_urls(self) -> list[URLPattern]:
        return [*urls.of_builder(self), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return add(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of a journey is the builder."""
        journey = self.get_object(request, unquote(object_id))
        if journey is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, journey):
            raise PermissionDenied
        return page(self, request, Opened(admin=self, request=request, journey=journey))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and getattr(obj, "status", None) != Status.ARCHIVED

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been published is archived instead: its numbers stay."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and getattr(obj, "status", Status.DRAFT) == Status.DRAFT

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Ask the rules and the assets of the page's journeys all at once."""
        changelist = super().get_changelist_instance(request)
        broken = audience.broken(changelist.result_list)
        out_of_use = asset_uses.out_of_use(changelist.result_list)
        for row in changelist.result_list:
            row.broken = broken.get(row.pk, "")
            row.out_of_use = out_of_use.get(row.pk, [])
        return changelist

    @display(description="Status", ordering="status")
    def status_label(self, journey: Journey) -> str:
        status = Status(journey.status)
        shown = (SHORT.get(status, status.label), STATUS_COLORS.get(status, ""))
        worse = {"Broken": journey.broken, "Asset not active": journey.out_of_use}
        found = labels(shown, *((word, "danger") for word, reason in worse.items() if reason))
        if not journey.out_of_use:
            return found
        return format_html(
            '<div class="with-reason">{}<span class="reason">{}</span></div>',
            found,
            " ".join(journey.out_of_use),
        )

    @display(description="Contacts enter", ordering="entry_kind")
    def entry(self, journey: Journey) -> str:
        if not journey.broken:
            return when(journey)
        return format_html(
            '<div class="with-reason">{}<span class="reason">{}</span></div>',
            when(journey),
            journey.broken,
        )

    @display(description="Who is in?")
    def why(self, journey: Journey) -> str:
        return format_html(
            '<a class="text-link" href="{}" aria-label="Explain “{}”">Explain</a>',
            reverse("journeys_why", args=[journey.pk]),
            journey,
        )

    @display(description="Version")
    def version(self, journey: Journey) -> str:
        live = journey.live_version
        if live is None:
            return "Not published yet"
        unpublished = "; changed since, not published" if journey.has_unpublished_changes else ""
        return f"{live.number}, of {live.published_at:%d %B %Y}{unpublished}"
