from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts import addresses, sites
from apps.accounts.admin.identity import SiteForm
from apps.accounts.backoffice import ModelAdmin
from apps.accounts.inlines import TabularInline
from apps.accounts.models import Origin, Site
from apps.accounts.panels import Panel, panel_on


class OriginInline(TabularInline):
    model = Origin
    extra = 0
    fields = ("origin", "is_allowed", "seen_at")
    readonly_fields = ("seen_at",)
    hide_title = True
    verbose_name_plural = "Origins: where its pages are"


@admin.register(Site)
class SiteAdmin(ModelAdmin):
    form = SiteForm
    list_display = ("name", "home", "time_zone", "default_language")
    search_fields = ("name", "home")
    inlines = (OriginInline,)
    fieldsets = (
        (None, {"fields": ("name", "home", "vapid_subject")}),
        ("Defaults", {"fields": ("icon", "badge", "default_language", "time_zone")}),
        ("People", {"fields": ("identity_check", "recreates_erased")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        """A site that anybody has visited stays: its contacts and their story would go with it."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.contacts.exists())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer no deleting of several, which would ask for each of them."""
        return {}

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            sites.set_up(form.instance)


@panel_on(Site, permission="accounts.view_site")
def installing(request: HttpRequest, site: Site) -> Panel:
    worker = reverse("worker")
    return Panel(
        title="Install it on the site",
        template="admin/panels/install.html",
        content={
            "site": site,
            "script": addresses.absolute(reverse("script"), request),
            "worker": addresses.absolute(worker, request),
            "worker_name": worker.rsplit("/", 1)[-1],
        },
        is_above=True,
    )
