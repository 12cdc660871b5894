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

from apps.accounts import exporting, keys
from apps.accounts.lines import csv_lines
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.documents import reading
from apps.journeys.documents.problems import Refused
from apps.journeys.dry_runs import comparing, drafting, running, showing, tables
from apps.journeys.forms.dry_runs import DryRunForm
from apps.journeys.models import DryRun

Status = DryRun.Status


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
        pending = next((row for row in runs if row["run"].status in running.PENDING), None)
        context = {"form": form, "refused": refused, "runs": runs, "pending": pending}
        return _page(opened, "dry_runs", context).render()


def one(opened: Opened, number: str) -> HttpResponse:
    """Show a run, delete it, or say how far it is to a page that asks."""
    _require(opened)
    run = _run(opened, number)
    if run is None:
        if "HX-Request" in opened.request.headers:
            return HttpResponse(headers={"HX-Refresh": "true"})
        raise Http404
    if opened.request.method == "POST":
        run.delete()
        messages.success(opened.request, "The dry run is deleted.")
        return HttpResponseRedirect(_address("dry_runs", opened.journey.pk))
    is_pending = run.status in running.PENDING
    if "HX-Request" in opened.request.headers and not is_pending:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context: dict[str, Any] = {"run": run, "is_pending": is_pending}
    if run.status == Status.DONE:
        context |= _result(opened, run)
    with timezone.override(ZoneInfo(opened.journey.site.time_zone)):
        return _page(opened, "dry_run", context).render()


def download(opened: Opened, number: str, table: str) -> HttpResponse:
    """Send the numbers, or the days, of a run as a file."""
    _require(opened)
    run = _run(opened, number)
    if run is None or run.status != Status.DONE or table not in tables.TABLES:
        raise Http404
    name = f"dry-run-{run.pk}-{table}.csv"
    return HttpResponse(
        csv_lines(tables.TABLES[table](run.result)),
        content_type=exporting.CONTENT_TYPES[exporting.CSV],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _run(opened: Opened, number: str) -> DryRun | None:
    pk = keys.read(number)
    return opened.journey.dry_runs.select_related("by").filter(pk=pk).first() if pk else None


def _result(opened: Opened, run: DryRun) -> dict[str, Any]:
    """Return what the page shows of a run that is done, beside the one it is compared with."""
    others = comparing.others(run)
    before = comparing.chosen(run, others, opened.request.GET.get("with", ""))
    shown = showing.of(run.result, before.result if before else None)
    return {
        "shown": shown,
        "chart": json.dumps(shown.chart),
        "chart_options": json.dumps(showing.CHART_OPTIONS),
        "others": others,
        "before": before,
        "differences": comparing.differences(run, before) if before else [],
        "files": [
            (words, _address("dry_run_csv", run.journey_id, run.pk, table))
            for table, words in (("numbers", "Numbers as CSV"), ("days", "Days as CSV"))
        ],
    }


def _row(run: DryRun) -> dict[str, Any]:
    return {"run": run, "address": _address("dry_run", run.journey_id, run.pk)}


def _require(opened: Opened) -> None:
    if not opened.may_write:
        raise PermissionDenied


def _address(name: str, *parts: int | str) -> str:
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
