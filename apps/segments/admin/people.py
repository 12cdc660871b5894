"""Who is in a segment: how many, and page by page."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET
from unfold.paginator import InfinitePaginator

from apps.accounts.models import Contact
from apps.segments import catalogue, counting, membership, rules
from apps.segments.models import Segment

PER_PAGE = 25
# Further down nobody reads, and each page costs more than the one before.
MAX_PAGE = 400


@require_GET
def numbers(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Answer with the segment's numbers, as a piece of its page."""
    segment = _segment(request, segment_id)
    context: dict[str, object] = {"segment": segment}
    try:
        rule = membership.rule_of(segment)
        context["found"] = counting.count(rule, catalogue.of_site(segment.site))
    except rules.Broken as broken:
        context["problem"] = f"Broken: {broken.messages[0]}"
    except counting.TooSlow:
        context["problem"] = "Counting takes too long. Try again when the database has less to do."
    return TemplateResponse(request, "admin/segments/numbers.html", context)


@require_GET
def contacts(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Answer with the page of those who are in the segment now, the newest first."""
    segment = _segment(request, segment_id)
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    number = min(max(number, 1), MAX_PAGE)
    context = {
        **admin.site.each_context(request),
        "title": f"Contacts in “{segment}”",
        "opts": Segment._meta,
        "original": segment,
        "segment": segment,
        "number": number,
    }
    try:
        context |= _page(membership.rule_of(segment), segment, number)
    except rules.Broken as broken:
        context["problem"] = f"This segment is broken: {broken.messages[0]}"
    except counting.TooSlow:
        context["problem"] = "Finding them takes too long. Try again in a while."
    return TemplateResponse(request, "admin/segments/contacts.html", context)


def _page(rule: rules.Rule, segment: Segment, number: int) -> dict[str, object]:
    found: QuerySet[Contact] = membership.matching(rule, catalogue.of_site(segment.site))
    paginator = InfinitePaginator(found.order_by("-pk"), PER_PAGE)
    with counting.at_most(15):
        rows = list(paginator.page(number).object_list)
    has_more = len(rows) == PER_PAGE and number < MAX_PAGE
    return {"contacts": rows, "next": number + 1 if has_more else None, "previous": number - 1}


def _segment(request: HttpRequest, segment_id: int) -> Segment:
    if not request.user.has_perms(["segments.view_segment", "accounts.view_contact"]):
        raise PermissionDenied
    return get_object_or_404(Segment.objects.select_related("site"), pk=segment_id)
