"""The back office’s theme: its sidebar, its tabs and its name, as data."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _may_view(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _item(title: str, icon: str, app: str, model: str, **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(f"{app}.view_{model}"),
        **more,
    }


def _group(title: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "separator": True, "collapsible": False, "items": items}


SIDEBAR = [
    _group(
        "Marketing",
        [
            _item("Journeys", "route", "journeys", "journey"),
            _item(
                "Assets",
                "perm_media",
                "assets",
                "asset",
                items=[
                    _item("Push", "notifications", "assets", "push"),
                    _item("Popup", "chat_bubble", "assets", "popup"),
                    _item("Images", "image", "assets", "image"),
                    _item("Labels", "sell", "assets", "assetlabel"),
                ],
            ),
            _item("Segments", "filter_alt", "segments", "segment"),
        ],
    ),
    _group(
        "Audience",
        [
            _item("Contacts", "group", "accounts", "contact"),
            _item("Devices", "devices", "devices", "device"),
            _item("Events", "bolt", "accounts", "event"),
            _item("Imports", "upload_file", "accounts", "import"),
        ],
    ),
    _group(
        "Delivery",
        [
            _item("Pushes", "send", "delivery", "push"),
            _item("Popups", "web_asset", "delivery", "popup"),
        ],
    ),
    _group(
        "Settings",
        [
            _item("Sites", "language", "accounts", "site"),
            _item("Properties", "data_object", "accounts", "property"),
            _item("Label tags", "label", "assets", "labeltag"),
            _item("API keys", "key", "accounts", "apikey"),
            _item("Users", "person", "accounts", "user"),
            _item("Roles", "badge", "accounts", "role"),
        ],
    ),
    _group(
        "Operations",
        [
            _item("Audit log", "policy", "accounts", "auditentry"),
            _item("Queued tasks", "pending_actions", "django_q", "ormq"),
            _item("Scheduled tasks", "schedule", "django_q", "schedule"),
            _item("Successful tasks", "check_circle", "django_q", "success"),
            _item("Failed tasks", "error", "django_q", "failure"),
        ],
    ),
]

TABS = [
    {
        "models": [
            f"assets.{model}" for model in ("asset", "push", "popup", "image", "assetlabel")
        ],
        "items": [
            {
                "title": title,
                "link": reverse_lazy(f"admin:assets_{model}_changelist"),
                "permission": _may_view(f"assets.view_{model}"),
            }
            for title, model in (
                ("All assets", "asset"),
                ("Push", "push"),
                ("Popup", "popup"),
                ("Images", "image"),
                ("Labels", "assetlabel"),
            )
        ],
    }
]


def _css(name: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(f"admin/{name}.css")


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the user's own menu offers beside logging out."""
    links = []
    if request.user.has_perm("devices.view_linkedbrowser"):
        mine = reverse_lazy("my_browsers")
        links.append({"title": "My browsers", "link": mine})
    if request.user.is_authenticated and request.user.has_usable_password():
        links.append({"title": "Change password", "link": reverse_lazy("admin:password_change")})
    return links


def favicon(request: HttpRequest) -> str:
    return static("admin/favicon.svg")


UNFOLD = {
    "SITE_TITLE": "Pushdesk",
    "SITE_HEADER": "Pushdesk",
    "SITE_SUBHEADER": "Browser push for marketers",
    "SITE_SYMBOL": "notifications_active",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "config.dashboard.home",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
    "STYLES": [_css(name) for name in ("pushdesk", "fit", "images")],
    "SCRIPTS": [lambda request: static("admin/dialogs.js")],
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": SIDEBAR},
    "TABS": TABS,
    "ACCOUNT": {"navigation": account_links},
    "COLORS": {},
}
