"""What stands beside the form of a segment, and on the page of a contact."""

from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import Contact, Property
from apps.accounts.panels import Panel, panel_on, table
from apps.segments import usage
from apps.segments.admin.effects import HEADERS, rows_of
from apps.segments.admin.segments import in_words, problems
from apps.segments.catalogue import of_site
from apps.segments.models import Segment


@panel_on(Segment, permission="segments.view_segment")
def who(request: HttpRequest, segment: Segment) -> Panel:
    context = of_site(segment.site)
    can_change = request.user.has_perm("segments.change_segment")
    is_list = segment.kind == Segment.Kind.IMPORTED
    return Panel(
        title="Who is in it",
        template="admin/segments/who.html",
        content={
            "segment": segment,
            "words": in_words(segment, context),
            "problems": problems(segment, context),
            "is_list": is_list,
            "can_change": can_change,
            # The rule builder counts by itself.
            "shows_numbers": is_list or not can_change,
            "can_see_contacts": request.user.has_perm("accounts.view_contact"),
        },
        is_above=True,
    )


@panel_on(Segment, permission="accounts.view_contact")
def why(request: HttpRequest, segment: Segment) -> Panel:
    return Panel(
        title="Why is somebody in, or not?",
        template="admin/segments/why_search.html",
        content={"segment": segment},
    )


@panel_on(Segment, permission="segments.view_segment")
def used_in(request: HttpRequest, segment: Segment) -> Panel:
    return table(
        "Used in",
        HEADERS,
        rows_of(usage.of_segment(segment)),
        empty="Nothing uses it yet. Journeys, other segments, variations of assets and label tags "
        "can ask for it in their rules.",
    )


@panel_on(Property, permission="segments.view_segment")
def rules_with(request: HttpRequest, row: Property) -> Panel:
    return table(
        "Used in",
        HEADERS,
        rows_of(usage.of_properties(row.site_id, [usage.place_of(row)])),
        empty="No rule of a segment, a journey, a variation or a label tag asks for it.",
    )


@panel_on(Contact, permission="segments.view_segment")
def segments_of(request: HttpRequest, contact: Contact) -> Panel:
    return Panel(
        title="Segments",
        template="admin/segments/loaded.html",
        content={
            "address": reverse("admin:segments_segment_of_contact", args=[contact.pk]),
            "waiting": "Asking the segments…",
        },
    )
