"""“Add journey”: from a template, empty, or from a file."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.collisions import until_unique
from apps.accounts.models import User
from apps.journeys import exchange, templates
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.forms.creating import EMPTY, FILE, NewForm
from apps.journeys.models import Journey

ICONS = {
    "ask-for-permission": "notifications_active",
    "broadcast": "campaign",
    "welcome-series": "waving_hand",
    "win-back": "replay",
    "abandoned-basket": "shopping_cart",
    "re-ask": "schedule",
}


def add(admin: Any, request: HttpRequest) -> HttpResponse:
    if not admin.has_add_permission(request):
        raise PermissionDenied
    starts = [template.slug for template in templates.TEMPLATES]
    if request.method == "POST":
        # Of two who send one name at once, the slower is told at the field that it is taken.
        form, made = until_unique(lambda: _sent(request, starts))
        if made:
            return _to(admin, request, made)
    else:
        form = NewForm(starts=starts, initial={"start": request.GET.get("start", "")})
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": "Add journey",
        "add": True,
        "form": form,
        "offered": [(each, ICONS.get(each.slug, "route")) for each in templates.TEMPLATES],
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, "admin/journeys/add.html", context)


def _sent(request: HttpRequest, starts: list[str]) -> tuple[NewForm, list[Journey]]:
    """Make what the form asks for; nothing where something is wrong with it, which it says."""
    form = NewForm(request.POST, request.FILES, starts=starts)
    if not form.is_valid():
        return form, []
    try:
        return form, _make(form, request.user)
    except ValidationError as error:
        form.add_error("file" if form.cleaned_data["start"] == FILE else None, error)
        return form, []


@transaction.atomic
def _make(form: NewForm, by: User) -> list[Journey]:
    found = form.cleaned_data
    if found["start"] == FILE:
        return exchange.run(form.content, found["site"])
    if found["start"] == EMPTY:
        return [Journey.objects.create(site=found["site"], name=found["name"])]
    journey = templates.create(found["site"], templates.find(found["start"]), by)
    journey.name = found["name"]
    journey.save(update_fields=["name"])
    return [journey]


def _to(admin: Any, request: HttpRequest, made: list[Journey]) -> HttpResponse:
    for journey in made:
        admin.log_addition(request, journey, "Added.")
    if len(made) > 1:
        messages.success(request, f"{len(made)} journeys are here, as drafts.")
        return HttpResponseRedirect(reverse("admin:journeys_journey_changelist"))
    return HttpResponseRedirect(reverse("admin:journeys_journey_change", args=[made[0].pk]))


def export(opened: Opened) -> HttpResponse:
    """Give the draft out as a file."""
    rows = Journey.objects.filter(pk=opened.journey.pk)
    try:
        text = exchange.text(rows, by=opened.user)
    except exchange.NotExported as error:
        messages.error(opened.request, str(error))
        page = reverse("admin:journeys_journey_change", args=[opened.journey.pk])
        return HttpResponseRedirect(page)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{exchange.file_name()}"'
    return answer
