"""What a message is worth to the real audience: fragments for the editor's page."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from apps.accounts import keys
from apps.assets import cuts, links, lint, payloads, places, rendering
from apps.assets.admin import bodies
from apps.assets.audience import Crowd, percent, unknown_words
from apps.assets.lint import Finding, Level, Subject
from apps.assets.misses import misses
from apps.assets.models import Asset, CheckedAddress, Popup, Push
from apps.assets.previews import drafts
from apps.assets.previews.drafts import Draft
from apps.assets.samples import Weighed
from apps.segments.models import Segment

Verdict = CheckedAddress.Verdict
MAX_BYTES = 500_000
MOST_SEGMENTS = 200
TITLES = {
    Level.ERROR: "To be corrected",
    Level.MISSING: "Still to be written",
    Level.WARNING: "To be looked at",
    Level.HINT: "Good to know",
}
# What is filled in only when it happens.
LATER = ("event.", "journey.")
# Parts of the page that are no fields have an id of another form.
PARTS = {places.BUTTONS: "buttons-group", places.VARIATIONS: "variations-group"}


class TooLong(Exception):
    """More was sent than an asset can be."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    subject: Subject
    segments: list[Segment]


class FitAdmin:
    """Mixed into the admin of a kind of asset: its fragments, and having addresses looked at."""

    model: type[Asset]

    def get_urls(self) -> list[URLPattern]:
        views = {"checks": self.checks_view}
        if self.model is Push:
            views["audience"] = self.audience_view
        routes = [
            path(f"fit/{name}/", self.admin_site.admin_view(view), name=_name(self.model, name))
            for name, view in views.items()
        ]
        return [*routes, *super().get_urls()]

    def audience_view(self, request: HttpRequest) -> HttpResponse:
        return _answer(self, request, "audience", _audience)

    def checks_view(self, request: HttpRequest) -> HttpResponse:
        return _answer(self, request, "checks", _checks)

    def save_related(self, request: HttpRequest, form: Any, *args: Any, **kwargs: Any) -> None:
        """Have the addresses of what was saved looked at."""
        super().save_related(request, form, *args, **kwargs)
        row = form.instance
        source = rendering.load(type(row), [row.pk])[row.pk][1]
        subject = Subject(source=source, crowd=Crowd(site=source.site))
        links.ask(source.site, list(subject.addresses.values()))


def _name(kind: type[Model], view: str) -> str:
    return f"{kind._meta.app_label}_{kind._meta.model_name}_{view}"


def _answer(admin: Any, request: HttpRequest, name: str, content: Any) -> HttpResponse:
    try:
        asked = _asked(admin, request)
    except TooLong:
        return HttpResponse("This is more than an asset can hold.", status=413)
    template = f"admin/assets/{name}.html"
    if asked is None:
        return render(request, template, {"waits": "Choose the site first."})
    may_change = admin.has_change_permission(request)
    return render(request, template, {**_common(asked), **content(asked, may_change)})


def _asked(admin: Any, request: HttpRequest) -> Asked | None:
    """Read the form as posted, or the stored asset where nothing is; None while there is no
    site. `?asset=` names the stored one."""
    if request.method not in ("GET", "POST"):
        raise Http404
    asset = _found(admin.model, keys.read(request.GET.get("asset")))
    if not admin.has_view_permission(request, asset):
        raise PermissionDenied
    if request.method == "POST":
        if bodies.size(request) > MAX_BYTES:
            raise TooLong
        draft = drafts.read(admin.model, request.POST, asset=asset)
        if draft is None:
            return None
    elif asset is None:
        return None
    else:
        draft = Draft(source=rendering.load(admin.model, [asset.pk])[asset.pk][1], errors={})
    return _judged(admin.model, request, draft, asset)


def _judged(kind: type[Asset], request: HttpRequest, draft: Draft, asset: Asset | None) -> Asked:
    source = draft.source
    rows = Segment.objects.filter(site=source.site, status=Segment.Status.ACTIVE)
    segments = list(rows.select_related("site")[:MOST_SEGMENTS])
    data = request.POST if request.method == "POST" else request.GET
    chosen = keys.read(data.get("fit_segment"))
    segment = next((row for row in segments if row.pk == chosen), None)
    crowd = Crowd.of(source.site, segment, is_reachable=kind is Push)
    subject = Subject(
        source=source, crowd=crowd, asset=asset, errors=draft.errors, missing=draft.missing
    )
    return Asked(subject=subject, segments=segments)


def _found(kind: type[Asset], number: int | None) -> Asset | None:
    if number is None:
        return None
    asset = kind.objects.select_related("site").filter(pk=number).first()
    if asset is None:
        raise Http404
    return asset


def _common(asked: Asked) -> dict[str, Any]:
    crowd = asked.subject.crowd
    return {
        "segments": asked.segments,
        "segment": crowd.segment,
        "everybody": "everybody who can be reached" if crowd.is_reachable else "all contacts",
        "is_popup": asked.subject.source.kind is Popup,
    }


def _audience(asked: Asked, may_change: bool) -> dict[str, Any]:
    subject = asked.subject
    audience, sample = subject.audience, subject.sample
    found: dict[str, Any] = {"trouble": subject.trouble}
    if audience is not None:
        whole = audience.total * audience.times
        found |= {
            "browsers": f"{whole:,}" if whole else "",
            "is_one": whole == 1,
            "is_exact": audience.is_exact,
            "misses": misses(subject.source, audience, cuts.of(subject.source, sample)),
            "bars": [(name, *_bar(count, audience.total)) for name, count in audience.browsers],
            "unknown": unknown_words(audience),
        }
    if sample is not None:
        texts = [each.text for each in subject.places]
        found |= {
            "weights": [_weight(each) for each in sample.versions],
            "looked_at": sum(each.looked_at for each in sample.versions if each.contacts),
            "has_later": any(root in text for root in LATER for text in texts),
            "limit": payloads.MAX_BYTES,
            "words": f"{payloads.MAX_BYTES:,}",
            "narrow": f"{payloads.FIREFOX_ANDROID_BYTES:,}",
        }
    return found


def _bar(count: int, total: int) -> tuple[int, str]:
    return round(100 * count / total) if total else 0, percent(count, total)


def _weight(each: Weighed) -> dict[str, Any]:
    """Say what the variation weighs, and what would be left out for whom."""
    return {
        "name": each.name,
        "bytes": f"{each.bytes:,}",
        "value": each.bytes,
        "level": each.level,
        "is_for_nobody": not each.contacts,
        "notes": list(_weight_notes(each)),
    }


def _weight_notes(each: Weighed) -> Iterator[str]:
    people = each.looked_at
    if each.not_filled:
        yield f"Its tags cannot be filled for {percent(each.not_filled, people)}: they get nothing."
    if each.too_large:
        yield f"Cannot be sent to {percent(each.too_large, people)}: nothing more can be left out."
    for name, whom in (("all", "Everywhere"), ("firefox_android", "Firefox on Android")):
        if each.slimmed[name]:
            parts = ", ".join(each.left_out[name]) or "nothing, which is not enough"
            share = percent(each.slimmed[name], people)
            yield f"{whom}, for {share}: left out at sending: {parts}."


def _checks(asked: Asked, may_change: bool) -> dict[str, Any]:
    subject = asked.subject
    if may_change:
        subject.looked_at = links.ask(subject.source.site, list(subject.addresses.values()))
    subject.asks = may_change
    found = lint.findings(subject)
    waiting = (row.verdict == Verdict.WAITING for row in subject.looked_at.values())
    groups = [
        (level, TITLES[level], [(row, anchor(row)) for row in rows])
        for level, rows in groupby(found, key=lambda row: row.level)
    ]
    return {"groups": groups, "is_waiting": any(waiting)}


def anchor(finding: Finding) -> str:
    """Return the id of the field on the editor's page; empty for the whole."""
    return PARTS.get(finding.field, f"id_{finding.field}") if finding.field else ""
