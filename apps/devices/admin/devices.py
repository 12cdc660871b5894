from collections.abc import Iterator
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from apps.accounts.admin.contacts import STATUS_COLORS, ContactSearch, push_status_label
from apps.accounts.admin.exports import ExportMixin
from apps.accounts.backoffice import ReadOnlyAdmin
from apps.accounts.panels import Panel, link_to, panel_on, table
from apps.devices import exporting
from apps.devices.models import Device, Subscription

RECENT = 20


class LiveFilter(DropdownFilter):
    title = "live subscription"
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> QuerySet[Device]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(is_live=self.value() == "yes")


@admin.register(Device)
class DeviceAdmin(ExportMixin, ContactSearch, ReadOnlyAdmin):
    export_permission = "devices.export_subscription"
    export_note = (
        "The live subscriptions of all that the list shows, with their keys; not those of people "
        "who have unsubscribed. Who has them and "
        "the VAPID keys can send: keep them secret."
    )
    list_display = ("__str__", "contact", "status", "live", "language", "last_seen_at")
    list_filter = (LiveFilter, ("push_status", ChoicesDropdownFilter), "is_mobile")
    list_select_related = ("contact",)
    fields = (
        ("contact", "push_status"),
        ("browser", "browser_version"),
        ("os", "is_mobile"),
        ("language", "time_zone"),
        ("created_at", "last_seen_at"),
        "uid",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        live = Subscription.objects.live().filter(device=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_live=Exists(live))

    def export_lines(self, rows: QuerySet[Device], format_: str) -> Iterator[str]:
        of_devices = Subscription.objects.filter(device__in=rows.order_by().values("pk"))
        return exporting.subscriptions(of_devices, format_=format_)

    @display(description="Push status", label=STATUS_COLORS)
    def status(self, device: Device) -> tuple[str, str]:
        return push_status_label(device)

    @display(description="Live subscription", boolean=True)
    def live(self, device: Device) -> bool:
        return device.is_live


def _state(subscription: Subscription) -> str:
    if subscription.ended_at is None:
        return "Live"
    return subscription.get_end_reason_display()


@panel_on(Device, permission="devices.view_subscription")
def subscriptions(request: HttpRequest, device: Device) -> Panel:
    rows = device.subscriptions.all()[:RECENT]
    return table(
        "Subscriptions",
        ["State", "Push service", "Since", "Ended"],
        [
            [_state(row), urlsplit(row.endpoint).hostname, row.created_at, row.ended_at]
            for row in rows
        ],
        empty="This browser has never subscribed.",
    )


@panel_on(Device, permission="devices.view_session")
def sessions(request: HttpRequest, device: Device) -> Panel:
    rows = device.sessions.select_related("contact")[:RECENT]
    return table(
        "Recent sessions",
        ["Started", "Last seen", "Push status", "Contact", "First page"],
        [
            [
                row.started_at,
                row.last_seen_at,
                row.get_push_status_display(),
                link_to(row.contact),
                row.url,
            ]
            for row in rows
        ],
        empty="It has not been seen yet.",
    )
