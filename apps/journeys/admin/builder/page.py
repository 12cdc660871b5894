"""The builder's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse

from apps.accounts.panels import panels_of
from apps.journeys.admin.builder import numbers
from apps.journeys.admin.builder.answers import of_page
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.models import STEPS, Step

# In the order in which they are offered; others come after.
GROUPS = ("Messages", "Time", "Paths", "Profile")
HELP = {
    "popup": "Shown on the site, until the contact answers.",
    "push": "To the contact’s browsers: one, or the best of several.",
    "wait": "For a while, until a date, or until an hour. What is past goes on at once.",
    "event": "Until one of several events happens; when it takes too long, by “Not in time”.",
    "check": "Different ways by rules about the contact; the first that is met counts.",
    "split": "Different ways by chance.",
    "limit": "Only the first so many go on, counted over all contacts.",
    "start": "Lets the contact into another journey, beside this one.",
    "leave": "The journey ends here.",
    "update": "Changes properties of the contact.",
    "tag": "Keeps a value as it is now, for texts of later steps.",
    "track": "Tracks an event, as if the contact had done it.",
    "webhook": "Calls one of your own systems, and goes on by its answer.",
}


def kinds() -> list[tuple[str, list[dict[str, str]]]]:
    """Return what can be added, by group."""
    groups: dict[str, list[dict[str, str]]] = {group: [] for group in GROUPS}
    for model in STEPS:
        groups.setdefault(model.group, []).append(offered(model))
    return [(group, rows) for group, rows in groups.items() if rows]


def offered(model: type[Step]) -> dict[str, str]:
    name = str(model._meta.verbose_name)
    return {
        "kind": model.kind,
        "name": name[:1].upper() + name[1:],
        "icon": model.icon,
        "help": HELP.get(model.kind, ""),
    }


def page(admin: Any, request: HttpRequest, opened: Opened) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    built = panels_of(request, opened.journey)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": opened.journey,
        "object_id": opened.journey.pk,
        "title": opened.journey.name,
        "media": admin.media,
        "has_view_permission": True,
        "is_fullwidth": "1",
        "kinds": kinds(),
        "numbers": numbers.of_page(opened),
        "panels_above": [panel for panel in built if panel.is_above],
        "panels_below": [panel for panel in built if not panel.is_above],
        **of_page(opened),
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, "admin/journeys/builder.html", context)
