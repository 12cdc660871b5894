from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.admin.contacts import ContactSearch
from apps.accounts.backoffice import ReadOnlyAdmin, colors
from apps.accounts.panels import Panel, panel_on, timeline
from apps.delivery.admin.sent import VariationShown
from apps.delivery.models import Popup

Status = Popup.Status
STATUS_COLORS = colors(
    Status,
    {
        Status.WAITING: "info",
        Status.SHOWN: "info",
        Status.ACCEPTED: "info",
        Status.ALLOWED: "success",
        Status.CLICKED: "success",
        Status.BLOCKED: "danger",
        Status.DISMISSED: "warning",
        Status.DECLINED: "warning",
        Status.CLOSED: "warning",
    },
)


@admin.register(Popup)
class PopupAdmin(VariationShown, ContactSearch, ReadOnlyAdmin):
    list_display = ("asset", "contact", "state", "sent_content", "button", "queued_at", "shown_at")
    list_filter = (("status", ChoicesDropdownFilter), ("asset", RelatedDropdownFilter))
    list_select_related = ("asset", "contact", "variation")
    fields = (
        ("asset", "status"),
        ("contact", "device"),
        ("sent_content", "button"),
        "expires_at",
    )

    @display(description="Status", label=STATUS_COLORS)
    def state(self, popup: Popup) -> tuple[str, str]:
        return popup.status, popup.get_status_display()


@panel_on(Popup, permission="delivery.view_popup")
def story(request: HttpRequest, popup: Popup) -> Panel:
    moments = [
        (popup.queued_at, "Waits to be seen"),
        (popup.shown_at, "Shown on the page"),
        (popup.answered_at, popup.get_status_display()),
    ]
    return timeline("Its story", [moment for moment in moments if moment[0]])
