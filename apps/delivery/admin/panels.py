"""What became of messages, on the pages of assets and contacts."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest

from apps.accounts.models import Contact
from apps.accounts.panels import Panel, link_to, name_use, numbers, panel_on, table
from apps.assets import models as assets
from apps.delivery import models, statistics

RECENT = 20

name_use(models.Push, "message sent or to be sent", lambda push: f"Push {push.pk}")
name_use(models.Popup, "popup shown or to be shown", lambda popup: f"Popup {popup.pk}")


@panel_on(assets.Push, permission="delivery.view_push")
def numbers_of_push(request: HttpRequest, asset: assets.Push) -> Panel:
    found = statistics.of_push(asset)
    failed = [f"{count} × {reason.lower()}" for reason, count in found.failed.items()]
    notes = [f"Failed: {'; '.join(failed)}."] if failed else []
    if found.slimmed:
        many = "1 was" if found.slimmed == 1 else f"{intcomma(found.slimmed)} were"
        notes.append(f"{many} slimmed: something was left out so that it fits.")
    return numbers(
        "Messages to devices",
        [
            ("Queued", found.queued),
            ("Accepted", found.accepted),
            ("Shown", found.shown),
            ("Clicked", found.clicked),
            ("Dismissed", found.dismissed),
            ("Failed", sum(found.failed.values())),
        ],
        note=" ".join(notes),
    )


@panel_on(assets.Popup, permission="delivery.view_popup")
def numbers_of_popup(request: HttpRequest, asset: assets.Popup) -> Panel:
    found = statistics.of_popup(asset)
    return numbers(
        "Popups for contacts",
        [("Queued", found.queued), ("Shown", found.shown), *found.answers.items()],
    )


@panel_on(Contact, permission="delivery.view_push")
def pushes_of_contact(request: HttpRequest, contact: Contact) -> Panel:
    rows = contact.pushes.select_related("asset", "device")[:RECENT]
    return table(
        "Recent pushes",
        ["Push", "Device", "Status", "Queued", "Shown", "Clicked", "Dismissed"],
        [
            [
                link_to(row, row.asset),
                link_to(row.device),
                row.get_reason_display() or row.get_status_display(),
                row.queued_at,
                row.shown_at,
                row.clicked_at,
                row.dismissed_at,
            ]
            for row in rows
        ],
        empty="No push was sent to this contact.",
    )


@panel_on(Contact, permission="delivery.view_popup")
def popups_of_contact(request: HttpRequest, contact: Contact) -> Panel:
    rows = contact.popups.select_related("asset")[:RECENT]
    return table(
        "Recent popups",
        ["Popup", "Status", "Pressed", "Queued", "Shown", "Ended"],
        [
            [
                link_to(row, row.asset),
                row.get_status_display(),
                row.button or None,
                row.queued_at,
                row.shown_at,
                row.answered_at,
            ]
            for row in rows
        ],
        empty="No popup was meant for this contact.",
    )
