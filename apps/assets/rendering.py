"""Rendering: an asset, for one contact, as plain data that a browser can show. Pure.

The parts that cost queries (the contact, the labels of the site) are loaded by the caller for a
whole batch; what is written here touches no database.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from apps.accounts.models import Contact, Site
from apps.assets.models import Asset, Button, LabelTag, Popup, Push
from apps.assets.tags import is_web_address, render

Context = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The label tags of a site, loaded once for a batch."""

    values: dict[str, str]

    @classmethod
    def of(cls, site: Site) -> "Labels":
        return cls(values=dict(LabelTag.objects.filter(site=site).values_list("name", "value")))


def context_for(contact: Contact, labels: Labels, more: Context | None = None) -> Context:
    """Return what tags can name: `more` holds `event` and `journey` where there are any."""
    state = {
        **contact.state,
        "external_id": contact.external_id or "",
        "language": contact.language,
        "time_zone": contact.time_zone,
        "push_status": contact.push_status,
    }
    context: Context = {"event": {}, "journey": {}, **(more or {}), "state": state}
    context["label"] = {name: render(value, context) for name, value in labels.values.items()}
    return context


def push(asset: Push, site: Site, context: Context) -> dict[str, Any]:
    """Return the `notification` of a declarative web push message, without tag and data.

    Members that would be empty are left out: bytes are few. Raises NotFilled (apps.assets.tags).
    """
    buttons = [
        {
            "action": str(number),
            "title": render(button.label, context),
            "navigate": _address(button.url, site, context, home=True),
            "icon": _address(button.icon, site, context),
        }
        for number, button in enumerate(_buttons(asset), start=1)
    ]
    notification = {
        "title": render(asset.title, context).strip() or site.name,
        "body": render(asset.message, context).strip(),
        "navigate": _address(asset.url, site, context, home=True),
        "lang": context["state"]["language"] or site.default_language,
        "icon": _address(asset.icon, site, context) or site.icon,
        "image": _address(asset.image, site, context),
        "badge": _address(asset.badge, site, context),
        "requireInteraction": asset.stay_on_screen,
        "actions": [_filled(button) for button in buttons],
    }
    return _filled(notification)


def popup(asset: Popup, site: Site, context: Context) -> dict[str, Any]:
    """Return what the script needs to show the popup; texts only, never markup."""
    return {
        "title": render(asset.title, context).strip(),
        "text": render(asset.text, context).strip(),
        "image": _address(asset.image, site, context) or None,
        "layout": asset.layout,
        "position": asset.position,
        "delay": asset.delay,
        "language": site.default_language,
        "direction": "auto",
        "close_label": "Close",
        "colors": None,
        "buttons": [
            {
                "index": index,
                "label": render(button.label, context),
                "action": button.action,
                "url": _address(button.url, site, context) or None,
                "event": button.event or None,
                "style": "secondary" if button.action == Button.Action.CLOSE else "primary",
            }
            for index, button in enumerate(_buttons(asset))
        ],
    }


def _buttons(asset: Asset) -> list[Button]:
    return list(asset.buttons.all())


def _address(text: str, site: Site, context: Context, *, home: bool = False) -> str:
    """Return the filled address, absolute; what is no web address leads home or nowhere."""
    filled = render(text, context).strip()
    try:
        absolute = urljoin(site.home, filled) if filled else ""
    except ValueError:
        absolute = ""
    if is_web_address(absolute):
        return absolute
    return site.home if home else ""


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
