"""Why a contact entered a journey or did not: pages reached from either."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from apps.accounts import keys, naming
from apps.accounts.models import Contact
from apps.journeys import explaining
from apps.journeys.models import Enrolment, Journey
from apps.segments import counting

MOST_FOUND = 8


@require_GET
def search(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Find the contact by external id or visitor's number; the only one is explained at once.

    To a page that asks while somebody writes, the answer is a list of those that may be meant.
    """
    journey = _journey(request, journey_id)
    term = naming.clean(request.GET.get("contact", ""))[:150]
    if request.headers.get("HX-Request"):
        context = {"journey": journey, "term": term, "found": _meant(journey, term)}
        return TemplateResponse(request, "admin/journeys/why_found.html", context)
    found = naming.find(journey.site_id, term)
    if len(found) == 1:
        return redirect("journeys_why_of", journey.pk, found[0].pk)
    lately = [] if term else _lately(journey)
    return _page(request, journey, {"term": term, "found": found, "lately": lately})


def _meant(journey: Journey, term: str) -> list[Contact]:
    """Return who is named so exactly, then whose external id begins so."""
    if not term:
        return []
    exactly = naming.exactly(journey.site_id, term)
    beginning = naming.beginning(journey.site_id, term, most=MOST_FOUND)
    return list(dict.fromkeys([*exactly, *beginning]))[:MOST_FOUND]


def _lately(journey: Journey) -> list[Enrolment]:
    """Return the last times that somebody entered, each with its contact."""
    rows = Enrolment.objects.filter(journey=journey, is_control=False)
    return list(rows.select_related("contact").order_by("-entered_at", "-pk")[:MOST_FOUND])


@require_GET
def explained(request: HttpRequest, journey_id: int, contact_id: int) -> HttpResponse:
    """Explain the contact and the journey."""
    journey = _journey(request, journey_id)
    people = Contact.objects.filter(site=journey.site_id).select_related("site")
    contact = get_object_or_404(people, pk=contact_id)
    context: dict[str, object] = {"contact": contact, "term": str(contact)}
    try:
        with counting.at_most(10):
            context["why"] = explaining.explain(journey, contact)
    except counting.TooSlow:
        context["problem"] = "Asking takes too long. Try again when the database has less to do."
    return _page(request, journey, context)


@require_GET
def of_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Go on to the journey that was chosen on the contact's page."""
    _require_reader(request)
    contact = get_object_or_404(Contact, pk=contact_id)
    chosen = keys.read(request.GET.get("journey", ""))
    journey = get_object_or_404(Journey, pk=chosen, site=contact.site_id)
    return redirect("journeys_why_of", journey.pk, contact.pk)


def _page(request: HttpRequest, journey: Journey, context: dict[str, object]) -> HttpResponse:
    shown = {
        **admin.site.each_context(request),
        "title": f"Why in “{journey}”, and why not",
        "opts": Journey._meta,
        "original": journey,
        "journey": journey,
        "asked": {
            "journey": journey,
            "term": context.get("term", ""),
            "lately": context.get("lately", []),
        },
    }
    return TemplateResponse(request, "admin/journeys/why.html", {**shown, **context})


def _journey(request: HttpRequest, journey_id: int) -> Journey:
    _require_reader(request)
    rows = Journey.objects.select_related("site", "live_version")
    return get_object_or_404(rows, pk=journey_id)


def _require_reader(request: HttpRequest) -> None:
    if not request.user.has_perms(["journeys.view_journey", "accounts.view_contact"]):
        raise PermissionDenied
