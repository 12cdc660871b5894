"""Why a contact is in a segment or is not: pieces of pages, loaded when they are asked for."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from apps.accounts import naming
from apps.accounts.models import Contact
from apps.segments import catalogue, counting, explaining, membership, rules
from apps.segments.models import Segment


@require_GET
def search(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Find the contact by external id or visitor's number, and answer why it is in or is not."""
    _require_reader(request)
    segment = get_object_or_404(Segment.objects.select_related("site"), pk=segment_id)
    term = term_of(request)
    found = naming.find(segment.site_id, term)
    if len(found) == 1:
        return _explained(request, segment, found[0])
    context = {"segment": segment, "term": term, "found": found}
    return _piece(request, "admin/segments/why_which.html", context)


@require_GET
def explained(request: HttpRequest, segment_id: int, contact_id: int) -> HttpResponse:
    """Answer why the contact is in the segment or is not."""
    _require_reader(request)
    segment = get_object_or_404(Segment.objects.select_related("site"), pk=segment_id)
    contact = get_object_or_404(Contact, pk=contact_id, site=segment.site_id)
    return _explained(request, segment, contact)


@require_GET
def of_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Answer with the segments of the contact's site, and in which of them it is."""
    _require_reader(request)
    contact = get_object_or_404(Contact.objects.select_related("site"), pk=contact_id)
    context: dict[str, object] = {"contact": contact}
    try:
        with counting.at_most(10):
            found = explaining.segments_of(contact)
    except counting.TooSlow:
        context["problem"] = "Asking all segments takes too long. Open one and ask there."
    else:
        known = [(segment, state) for segment, state in found if isinstance(state, bool)]
        context["inside"] = [segment for segment, is_in in known if is_in]
        context["outside"] = [segment for segment, is_in in known if not is_in]
        context["broken"] = [row for row in found if not isinstance(row[1], bool)]
    return _piece(request, "admin/segments/of_contact.html", context)


def _explained(request: HttpRequest, segment: Segment, contact: Contact) -> HttpResponse:
    context: dict[str, object] = {"segment": segment, "contact": contact}
    try:
        with counting.at_most(10):
            context["answer"] = explaining.explain(
                membership.rule_of(segment), contact, catalogue.of_site(segment.site)
            )
    except rules.Broken as broken:
        context["problem"] = f"This segment is broken: {broken.messages[0]}"
    except counting.TooSlow:
        context["problem"] = "Asking takes too long."
    return _piece(request, "admin/segments/why.html", context)


def _piece(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer with a piece for the page that asked, or with a page where none did."""
    if request.headers.get("HX-Request"):
        base: dict[str, Any] = {"base": "admin/segments/piece.html"}
    else:
        shown = admin.site.each_context(request)
        base = {**shown, "base": "admin/base_site.html", "opts": Segment._meta, "title": "Segments"}
    return TemplateResponse(request, template, {**base, **context})


def term_of(request: HttpRequest) -> str:
    """Return what was written to find a contact by."""
    return naming.clean(request.GET.get("contact", ""))[:150]


def _require_reader(request: HttpRequest) -> None:
    if not request.user.has_perms(["segments.view_segment", "accounts.view_contact"]):
        raise PermissionDenied
