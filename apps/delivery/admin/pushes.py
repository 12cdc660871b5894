from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.admin.contacts import ContactSearch
from apps.accounts.backoffice import ReadOnlyAdmin, colors
from apps.accounts.panels import Panel, panel_on, timeline
from apps.delivery.admin.sent import SlimmedFilter, VariationShown
from apps.delivery.admin.testing import TestPages
from apps.delivery.models import Push

STATUS_COLORS = colors(
    Push.Status,
    {
        Push.Status.QUEUED: "info",
        Push.Status.SENDING: "info",
        Push.Status.ACCEPTED: "success",
        Push.Status.FAILED: "danger",
    },
)


@admin.register(Push)
class PushAdmin(TestPages, VariationShown, ContactSearch, ReadOnlyAdmin):
    list_display = (
        *("asset", "contact", "device", "state", "why", "sent_content", "result", "queued_at"),
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        SlimmedFilter,
        ("asset", RelatedDropdownFilter),
    )
    list_select_related = ("asset", "contact", "device", "variation")
    fields = (
        ("asset", "status"),
        ("contact", "device"),
        ("reason", "answer"),
        ("sent_content", "attempts"),
        "expires_at",
    )

    @display(description="Status", label=STATUS_COLORS)
    def state(self, push: Push) -> tuple[str, str]:
        return push.status, push.get_status_display()

    @display(description="Why it failed")
    def why(self, push: Push) -> str:
        return push.get_reason_display()

    @display(description="Then")
    def result(self, push: Push) -> str:
        if push.clicked_at:
            return "Clicked"
        if push.dismissed_at:
            return "Dismissed"
        return "Shown" if push.shown_at else ""


@panel_on(Push, permission="delivery.view_push")
def story(request: HttpRequest, push: Push) -> Panel:
    button = f"button {push.clicked_button}" if push.clicked_button else "the push itself"
    moments: list[tuple[Any, str]] = [
        (push.queued_at, "Queued"),
        (push.accepted_at, f"Accepted by the push service{_without(push)}"),
        (push.shown_at, "Shown by the browser"),
        (push.clicked_at, f"Clicked: {button}"),
        (push.dismissed_at, "Dismissed"),
    ]
    known = sorted((moment for moment in moments if moment[0]), key=lambda moment: moment[0])
    if push.status == Push.Status.FAILED:
        known.append((None, f"Failed: {push.get_reason_display()}"))
    elif push.due_at and push.attempts:
        known.append((push.due_at, f"To be tried again, after {push.attempts} attempts"))
    return timeline("Its story", known)


def _without(push: Push) -> str:
    return f"; left out: {push.left_out}" if push.left_out else ""
