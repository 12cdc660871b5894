"""A contact's page as the support desk needs it: is she reached, why not, on which browsers."""

from django.http import HttpRequest
from django.utils.html import format_html

from apps.accounts.admin.contacts import STATUS_COLORS, push_status_label
from apps.accounts.models import Contact
from apps.accounts.panels import Panel, label, link_to, panel_on, table
from apps.devices import reachability, sessions
from apps.devices.reachability import DeviceState

SHOWN = 20


@panel_on(Contact, permission="devices.view_device")
def reachable(request: HttpRequest, contact: Contact) -> Panel:
    states = _states(request, contact)
    status, words = push_status_label(contact)
    return Panel(
        title="Push",
        template="admin/panels/reachable.html",
        is_above=True,
        place=-10,
        content={
            "contact": contact,
            "status": label(words, STATUS_COLORS.get(status, "")),
            "reasons": reachability.of_contact(contact, states),
            "live": sum(state.reason is None for state in states),
            "devices": len(states),
        },
    )


def _states(request: HttpRequest, contact: Contact) -> list[DeviceState]:
    """Read the contact's browsers once for the panels of one page."""
    kept = vars(request).setdefault("_device_states", {})
    if contact.pk not in kept:
        kept[contact.pk] = reachability.of_devices(contact)
    return kept[contact.pk]


@panel_on(Contact, permission="devices.view_device")
def devices_of_contact(request: HttpRequest, contact: Contact) -> Panel:
    return table(
        "Devices",
        ["Device", "Push", "Permission", "Language", "Last seen"],
        [_device(state) for state in _states(request, contact)],
        empty="No browser of this contact is known.",
        place=-10,
    )


def _device(state: DeviceState) -> list[object]:
    device = state.device
    version = f" {device.browser_version}" if device.browser_version else ""
    system = " on ".join(filter(None, [f"{device.browser}{version}".strip(), device.os]))
    kind = "Mobile" if device.is_mobile else "Desktop"
    if device.is_unclaimed:
        kind = "Imported, not seen yet"
    shown = format_html(
        "<span>{}<br><small>{}</small></span>",
        link_to(device, system or f"Device {device.pk}"),
        kind,
    )
    live = label("Live", "success") if state.reason is None else why(state.reason)
    return [
        shown,
        live,
        device.get_push_status_display(),
        device.language,
        None if device.is_unclaimed else device.last_seen_at,
    ]


def why(reason: reachability.Reason) -> str:
    """Show a reason in words, with its code for who has to look it up."""
    return format_html("<span>{}<br><code>{}</code></span>", reason.label, reason.value)


@panel_on(Contact, permission="devices.view_session")
def status_history(request: HttpRequest, contact: Contact) -> Panel:
    changes = sessions.status_changes(contact, most=SHOWN)
    return table(
        "Push status over time",
        ["Push status", "Since", "Device"],
        [
            [
                label(row.get_push_status_display(), STATUS_COLORS.get(row.push_status, "")),
                row.started_at,
                link_to(row.device),
            ]
            for row in changes
        ],
        empty="This contact has not been on the site yet.",
        place=-5,
    )
