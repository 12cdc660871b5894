"""Who is behind a number: the list, its file, and what is done to those on it."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts import audit, exporting, keys
from apps.accounts.exporting import as_text
from apps.accounts.lines import csv_lines
from apps.journeys import engine, leaving
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.models import Enrolment
from apps.journeys.numbers import people
from apps.journeys.numbers.people import Who

# More at once would keep everybody waiting.
MOST = 5_000
SEE, EXPORT = "accounts.view_contact", "accounts.export_contact"
COLUMNS = ("external_id", "contact", "entered_at", "step", "since", "state", "left_at", "goal_at")


def who(opened: Opened) -> HttpResponse:
    """Show the list, or do what was chosen with it."""
    if not opened.user.has_perm(SEE):
        raise PermissionDenied
    asked = _read(opened)
    if opened.request.method == "POST":
        return _do(opened, asked)
    page = people.page(asked, opened.request.GET.get("after", ""))
    context = {
        **opened.admin.admin_site.each_context(opened.request),
        "opts": opened.admin.opts,
        "original": opened.journey,
        "title": asked.words,
        "journey": opened.journey,
        "who": asked,
        "rows": [_row(opened, row) for row in page.rows],
        "first": _address(opened, asked),
        "following": _address(opened, asked, after=page.following) if page.following else "",
        "is_first": not opened.request.GET.get("after"),
        "back": _page(opened, asked),
        "export": f"{_address(opened, asked, name='who_export')}",
        "may_export": opened.user.has_perm(EXPORT),
        "may_take_out": opened.may_write and any(not row.left_at for row in page.rows),
        "may_retry": opened.may_write and asked.what == people.FAILED and page.rows,
    }
    opened.request.current_app = opened.admin.admin_site.name
    return TemplateResponse(opened.request, "admin/journeys/who.html", context)


def export(opened: Opened) -> HttpResponse | StreamingHttpResponse:
    """Send the list as a file, streamed."""
    if not opened.user.has_perms([SEE, EXPORT]):
        raise PermissionDenied
    asked = _read(opened)
    audit.note(
        audit.Action.EXPORTED,
        site=opened.journey.site,
        by=opened.user,
        subject=f"contacts of “{opened.journey}”",
        details={"filters": asked.query},
    )
    name = f"journey-{opened.journey.pk}-{asked.what}.csv"
    return StreamingHttpResponse(
        csv_lines(_table(asked)),
        content_type=exporting.CONTENT_TYPES[exporting.CSV],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _read(opened: Opened) -> Who:
    try:
        return people.read(opened.request.GET, opened.journey, set(opened.draft.steps))
    except ValidationError as error:
        raise Http404(" ".join(error.messages)) from error


def _address(opened: Opened, asked: Who, *, after: str = "", name: str = "who") -> str:
    query = urlencode({**asked.query, **({"after": after} if after else {})})
    return f"{reverse(f'admin:journeys_journey_{name}', args=[opened.journey.pk])}?{query}"


def _page(opened: Opened, asked: Who) -> str:
    page = reverse("admin:journeys_journey_change", args=[opened.journey.pk])
    return f"{page}?{urlencode(asked.chosen.query)}" if asked.chosen.query else page


def _row(opened: Opened, row: Enrolment) -> dict[str, Any]:
    return {
        "row": row,
        "contact": reverse("admin:accounts_contact_change", args=[row.contact_id]),
        "why": reverse("journeys_why_of", args=[row.journey_id, row.contact_id]),
        "state": people.outcome_words(row),
    }


def _table(asked: Who) -> Iterator[list[Any]]:
    yield list(COLUMNS)
    for row in people.everybody(asked):
        moments = (row.entered_at, row.arrived_at, row.left_at, row.converted_at)
        entered, since, left, goal = (as_text(moment) for moment in moments)
        state = people.outcome_words(row)
        known = row.contact.external_id
        yield [known, str(row.contact), entered, row.step.name, since, state, left, goal]


def _take_out(opened: Opened, rows: QuerySet[Enrolment]) -> str:
    number = leaving.leave_by_hand(rows, opened.user)
    return f"{number:,} {'contact is' if number == 1 else 'contacts are'} out of the journey."


def _retry(opened: Opened, rows: QuerySet[Enrolment]) -> str:
    number = engine.retry(rows)
    return f"{number:,} {'contact tries' if number == 1 else 'contacts try'} again."


DEEDS: dict[str, Callable[[Opened, QuerySet[Enrolment]], str]] = {
    "take_out": _take_out,
    "retry": _retry,
}


def _do(opened: Opened, asked: Who) -> HttpResponse:
    """Ask first, then do it to those who were ticked, or to the first of all of them."""
    sent = opened.request.POST
    deed = sent.get("deed", "")
    if deed not in DEEDS:
        raise Http404
    rows = asked.rows().inside()
    if sent.get("all") == "1" and sent.get("sure") != "1":
        ticked = list(rows.order_by("-entered_at", "-pk").values_list("pk", flat=True)[:MOST])
    else:
        texts = [text for each in sent.getlist("row") for text in each.split(",")]
        numbers = [keys.read(text) for text in texts[:MOST]]
        wanted = [number for number in numbers if number is not None]
        ticked = list(rows.filter(pk__in=wanted).values_list("pk", flat=True))
    if not ticked:
        messages.warning(opened.request, "Nobody was chosen who is inside.")
        return HttpResponseRedirect(_address(opened, asked))
    if sent.get("sure") != "1":
        return _ask(opened, asked, deed, ticked)
    # Whoever has come or gone since the question is left alone.
    said = DEEDS[deed](opened, Enrolment.objects.filter(journey=opened.journey, pk__in=ticked))
    opened.admin.log_change(opened.request, opened.journey, said)
    messages.success(opened.request, said)
    return HttpResponseRedirect(_address(opened, asked))


def _ask(opened: Opened, asked: Who, deed: str, ticked: list[int]) -> HttpResponse:
    context = {
        **opened.admin.admin_site.each_context(opened.request),
        "opts": opened.admin.opts,
        "original": opened.journey,
        "title": "Take them out?" if deed == "take_out" else "Try again?",
        "journey": opened.journey,
        "who": asked,
        "deed": deed,
        "ticked": ticked,
        "most": MOST,
        "back": _address(opened, asked),
    }
    opened.request.current_app = opened.admin.admin_site.name
    return TemplateResponse(opened.request, "admin/journeys/who_asking.html", context)
