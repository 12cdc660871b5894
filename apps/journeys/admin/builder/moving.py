"""Dialogs about those inside: over to the new version, and on after errors."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from apps.journeys import engine, moving_over
from apps.journeys.admin.builder.answers import panel
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.admin.builder.verbs import done, to_page
from apps.journeys.models import CompiledStep, Enrolment

STAY, LEAVE = moving_over.STAY, moving_over.LEAVE


def over(opened: Opened) -> HttpResponse:
    """Show who stands where in older versions, or have them moved."""
    if not opened.may_write or not moving_over.is_possible(opened.journey):
        raise PermissionDenied
    if opened.request.method == "POST":
        return _begin(opened)
    places = moving_over.preview(opened.journey)
    live = CompiledStep.objects.filter(version=opened.journey.live_version_id)
    context = {
        "journey": opened.journey,
        "moves": [place for place in places if place.moves],
        "gone": _by_key(places),
        "contacts": sum(place.contacts for place in places),
        "steps": list(live.values_list("key", "name")),
        "is_moving": opened.journey.move_over is not None,
    }
    return panel(opened, "moving_over", context)


def _by_key(places: list[moving_over.Place]) -> list[dict[str, Any]]:
    """One question for each step that is gone, whichever versions had it."""
    found: dict[str, dict[str, Any]] = {}
    for place in places:
        if not place.moves:
            row = found.setdefault(place.key, {"key": place.key, "name": place.name, "number": 0})
            row["number"] += place.contacts
    return list(found.values())


def _begin(opened: Opened) -> HttpResponse:
    sent = opened.request.POST
    chosen = {name[3:]: text for name, text in sent.items() if name.startswith("to_") and text}
    said = f"Those inside “{opened.journey}” are being moved to the live version."
    return done(opened, moving_over.begin, said, gone=sent.get("gone", STAY), to=chosen)


def retry(opened: Opened, key: str) -> HttpResponse:
    """Ask, then bring those back who are parked at the step after errors."""
    if not opened.may_write:
        raise PermissionDenied
    parked = Enrolment.objects.inside().filter(
        step__version__journey=opened.journey, step__key=key, state=Enrolment.State.FAILED
    )
    name = opened.step(key).name
    if opened.request.method == "GET":
        context = {"journey": opened.journey, "key": key, "name": name, "number": parked.count()}
        return panel(opened, "retrying", context)
    number = engine.retry(Enrolment.objects.filter(pk__in=parked.values("pk")))
    said = f"{number:,} {'contact tries' if number == 1 else 'contacts try'} “{name}” again."
    opened.admin.log_change(opened.request, opened.journey, said)
    messages.success(opened.request, said)
    return to_page(opened.journey, opened)
