"""Who gets which variation: the table on the page of an asset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import keys
from apps.accounts.panels import Panel, panel_on
from apps.assets import shares as counted
from apps.assets import variations
from apps.assets.admin.strips import may_change, page_of, strip_of
from apps.assets.library import history
from apps.assets.models import Asset, Popup, Push, Variation
from apps.assets.shares import Among, Share, Shares
from apps.segments import catalogue, counting, rules
from apps.segments.models import Segment
from apps.segments.rules import Context

REACHABLE, EVERYBODY = "reachable", "everybody"
# A drop-down of more is no drop-down any more.
MAX_SEGMENTS = 500


@dataclass(frozen=True, kw_only=True)
class Row:
    """A variation in the table, or with `variation` None the default content."""

    variation: Variation | None
    words: str
    problem: str = ""
    never: str = ""
    share: Share | None = None
    is_exact: bool = True
    is_first: bool = False
    is_last: bool = False

    @property
    def percent(self) -> str:
        about = "" if self.is_exact else "about "
        if 0 < self.share.percent < 1:
            return f"{about}< 1 %"
        return f"{about}{self.share.percent:.0f} %"

    @property
    def lost(self) -> str:
        """Say what those who meet the rule get instead, where nobody gets the variation."""
        if self.never or not (self.share and self.share.is_lost):
            return ""
        before = " or ".join(f"“{name}”" for name in self.share.before)
        if self.share.met == 1:
            return f"The only one who meets it gets {before} before."
        return f"All {self.share.met:,} who meet it get {before} before."


def panel(request: HttpRequest, asset: Asset) -> Panel | None:
    rows = variations.in_order(asset)
    if not rows:
        return None
    segments = Segment.objects.filter(site=asset.site_id, status=Segment.Status.ACTIVE)
    content = {
        **_table(request, asset, rows),
        "segments": list(segments.values_list("pk", "name")[:MAX_SEGMENTS]),
    }
    return Panel(
        title="Who gets which variation",
        template="admin/assets/variations.html",
        content=content,
        place=-2,
    )


for kind in (Push, Popup):
    panel_on(kind, permission="assets.view_variation")(panel)


@panel_on(Variation, permission="assets.view_variation")
def never(request: HttpRequest, variation: Variation) -> Panel | None:
    """Say on its own page that nobody gets it, whoever the contacts are."""
    context = catalogue.of_site(variation.asset.site)
    problem = counted.problem_of(variation.rule, context)
    rows = variations.in_order(variation.asset)
    why = counted.never_wins(rows, context).get(variation.pk, "")
    if not (problem or why):
        return None
    return Panel(
        title="Nobody gets it",
        template="admin/assets/never.html",
        content={"problem": problem, "never": why},
        is_above=True,
    )


@require_GET
def shares(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Answer with the table and the shares in it, as a piece of the asset's page."""
    if not request.user.has_perm("assets.view_variation"):
        raise PermissionDenied
    asset = get_object_or_404(Asset.objects.select_related("site"), pk=asset_id)
    if not request.user.has_perm(f"assets.view_{asset._meta.model_name}"):
        raise PermissionDenied
    rows = variations.in_order(asset)
    return _piece(request, _table(request, asset, rows, asked=request.GET.get("among", "")))


@require_POST
def move(request: HttpRequest, variation_id: int) -> HttpResponse:
    """Move the variation by one place; answer with the table, and with the strip beside it."""
    variation = get_object_or_404(Variation, pk=variation_id)
    asset = Asset.objects.select_related("site").get(pk=variation.asset_id)
    if not may_change(request, asset):
        raise PermissionDenied
    history.begin(asset)
    variations.move(variation, -1 if request.POST.get("to") == "up" else 1)
    history.record(asset, request.user)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{page_of(asset)}#variations")
    content = _table(request, asset, variations.in_order(asset))
    content["among"] = request.POST.get("among", "")
    content["strip"] = strip_of(request, asset)
    return _piece(request, content)


def _table(
    request: HttpRequest, asset: Asset, rows: Sequence[Variation], *, asked: str | None = None
) -> dict[str, Any]:
    """Return what the table shows; with the shares of those who are `asked` for, if any are."""
    context = catalogue.of_site(asset.site)
    found, problem = _shares(rows, asset, asked, context) if asked is not None else (None, "")
    return {
        "asset": asset,
        "rows": _rows(rows, found, context),
        "shares": found,
        "problem": problem,
        "is_counted": asked is not None,
        "among": asked or "",
        "can_change": may_change(request, asset),
        "address": reverse("admin:assets_variation_shares", args=[asset.pk]),
    }


def _shares(
    rows: Sequence[Variation], asset: Asset, asked: str, context: Context
) -> tuple[Shares | None, str]:
    """Return the shares of those asked for; or why there are none."""
    among = Among(is_reachable=asked != EVERYBODY)
    if asked not in ("", REACHABLE, EVERYBODY):
        segment = Segment.objects.filter(site=asset.site_id, pk=keys.read(asked)).first()
        if segment is None:
            return None, "There is no such segment any more."
        among = Among(segment=segment)
    try:
        return counted.of(rows, among, context), ""
    except rules.Broken as broken:
        return None, f"This segment is broken: {broken.messages[0]}"
    except counting.TooSlow:
        return None, "Counting takes too long. Try again when the database has less to do."


def _rows(rows: Sequence[Variation], found: Shares | None, context: Context) -> list[Row]:
    never_won = counted.never_wins(rows, context)
    by_key = found.rows if found else {}
    is_exact = found.is_exact if found else True
    made = [
        Row(
            variation=each,
            words=rules.describe(each.rule, context),
            problem=counted.problem_of(each.rule, context),
            never=never_won.get(each.pk, ""),
            share=by_key.get(each.pk),
            is_exact=is_exact,
            is_first=place == 0,
            is_last=place == len(rows) - 1,
        )
        for place, each in enumerate(rows)
    ]
    rest = "Everybody else" if any(row.is_active for row in rows) else "Everybody"
    return [*made, Row(variation=None, words=rest, share=by_key.get(None), is_exact=is_exact)]


def _piece(request: HttpRequest, content: dict[str, Any]) -> HttpResponse:
    """Answer with a piece for the page that asked, or with a page where none did."""
    if request.headers.get("HX-Request"):
        base: dict[str, Any] = {"base": "admin/segments/piece.html"}
    else:
        shown = admin.site.each_context(request)
        title = f"Who gets which variation of “{content['asset']}”"
        base = {**shown, "base": "admin/base_site.html", "opts": Asset._meta, "title": title}
    return TemplateResponse(request, "admin/assets/shares.html", {**base, "content": content})
