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
from apps.journeys.models import Journey
from apps.segments import counting


@require_GET
def search(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Find the contact by external id or visitor's number; the only one is explained at once."""
    journey = _journey(request, journey_id)
    term = naming.clean(request.GET.get("contact", ""))[:150]
    found = naming.find(journey.site_id, term)
    if len(found) == 1:
        return redirect("journeys_why_of", journey.pk, found[0].pk)
    return _page(request, journey, {"term": term, "found": found})


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
        "asked": {"journey": journey, "term": context.get("term", "")},
    }
    return TemplateResponse(request, "admin/journeys/why.html", {**shown, **context})


def _journey(request: HttpRequest, journey_id: int) -> Journey:
    _require_reader(request)
    rows = Journey.objects.select_related("site", "live_version")
    return get_object_or_404(rows, pk=journey_id)


def _require_reader(request: HttpRequest) -> None:
    if not request.user.has_perms(["journeys.view_journey", "accounts.view_contact"]):
        raise PermissionDenied
