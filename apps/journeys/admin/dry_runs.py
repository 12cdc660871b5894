"""The pages of a journey's dry runs: asking for one, waiting for it, reading it."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.accounts import keys
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.documents import reading
from apps.journeys.documents.problems import Refused
from apps.journeys.dry_runs import drafting, showing
from apps.journeys.forms.dry_runs import DryRunForm
from apps.journeys.models import DryRun

Status = DryRun.Status
PENDING = (Status.QUEUED, Status.RUNNING)


def every(opened: Opened) -> HttpResponse:
    """Show the form and the runs so far, or begin one."""
    _require(opened)
    journey, refused = opened.journey, []
    try:
        draft = drafting.of(journey, reading.read(journey))
    except Refused as error:
        draft, refused = None, error.messages
    # Moments are written, and shown, in the site's own time.
    with timezone.override(ZoneInfo(journey.site.time_zone)):
        form = DryRunForm(opened.request.POST or None, site=journey.site, draft=draft)
        if form.is_bound and draft and form.is_valid():
            run = form.begin(journey, opened.user)
            if run:
                return HttpResponseRedirect(_address("dry_run", journey.pk, run.pk))
        runs = [_row(run) for run in journey.dry_runs.select_related("by").defer("document")]
        context = {"form": form, "refused": refused, "runs": runs}
        return _page(opened, "dry_runs", context).render()


def one(opened: Opened, number: str) -> HttpResponse:
    """Show a run, delete it, or say how far it is to a page that asks."""
    _require(opened)
    pk = keys.read(number)
    run = opened.journey.dry_runs.select_related("by").filter(pk=pk).first() if pk else None
    if run is None:
        if "HX-Request" in opened.request.headers:
            return HttpResponse(headers={"HX-Refresh": "true"})
        raise Http404
    if opened.request.method == "POST":
        run.delete()
        messages.success(opened.request, "The dry run is deleted.")
        return HttpResponseRedirect(_address("dry_runs", opened.journey.pk))
    is_pending = run.status in PENDING
    if "HX-Request" in opened.request.headers and not is_pending:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context: dict[str, Any] = {"run": run, "is_pending": is_pending}
    if run.status == Status.DONE:
        shown = showing.of(run.result)
        chart, how = json.dumps(shown.chart), json.dumps(showing.CHART_OPTIONS)
        context |= {"shown": shown, "chart": chart, "chart_options": how}
    with timezone.override(ZoneInfo(opened.journey.site.time_zone)):
        return _page(opened, "dry_run", context).render()


def _row(run: DryRun) -> dict[str, Any]:
    return {"run": run, "address": _address("dry_run", run.journey_id, run.pk)}


def _require(opened: Opened) -> None:
    if not opened.may_write:
        raise PermissionDenied


def _address(name: str, *parts: int) -> str:
    return reverse(f"admin:journeys_journey_{name}", args=parts)


def _page(opened: Opened, name: str, context: dict[str, Any]) -> TemplateResponse:
    admin = opened.admin
    return TemplateResponse(
        opened.request,
        f"admin/journeys/{name}.html",
        {
            **admin.admin_site.each_context(opened.request),
            "opts": admin.opts,
            "original": opened.journey,
            "journey": opened.journey,
            "title": f"Dry run of “{opened.journey}”",
            **context,
        },
    )
