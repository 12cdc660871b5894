"""The page “History” of an asset, and the way back to one of its revisions."""

from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.accounts.backoffice import ModelAdmin
from apps.assets import snapshots
from apps.assets.library import differences, history
from apps.assets.models import Asset, Revision
from apps.segments import catalogue

PER_PAGE = 20


class HistoryPages(ModelAdmin):
    """Replaces Django's history, which says that something was changed but not what."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.restore_view)
        name = f"assets_{self.opts.model_name}_restore"
        return [
            path("<int:asset_id>/history/<int:number>/restore/", view, name=name),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        asset = self.get_object(request, unquote(object_id))
        if asset is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, asset):
            raise PermissionDenied
        context = {
            **self._context(request, asset),
            "title": f"History of “{asset}”",
            **(extra_context or {}),
        }
        two = _two(request, asset)
        if two is None:
            return TemplateResponse(
                request, "admin/assets/history.html", {**context, **_page(request, asset)}
            )
        old, new = two
        compared = {"old": old, "new": new, "changes": _changes(asset, old, new)}
        return TemplateResponse(request, "admin/assets/compare.html", {**context, **compared})

    def restore_view(self, request: HttpRequest, asset_id: int, number: int) -> HttpResponse:
        """Ask, saying what will change; by POST do it."""
        asset = self.get_object(request, str(asset_id))
        if asset is None:
            raise Http404
        if not self.has_change_permission(request, asset):
            raise PermissionDenied
        revision = asset.revisions.select_related("by").filter(number=number).first()
        if revision is None:
            raise Http404
        revision.asset = asset
        problems: list[str] = []
        if request.method == "POST":
            try:
                return self._restored(request, revision)
            except ValidationError as error:
                problems = error.messages
        return self._ask(request, revision, problems)

    def _restored(self, request: HttpRequest, revision: Revision) -> HttpResponse:
        asset = revision.asset
        if history.restore(revision, request.user) is None:
            messages.info(request, "It is so already: nothing was changed.")
        else:
            words = f"“{asset}” is as in revision {revision.number} again"
            messages.success(
                request, f"{words}, and {asset.get_status_display().lower()} as before."
            )
        name = f"admin:assets_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[asset.pk]))

    def _ask(self, request: HttpRequest, revision: Revision, problems: list[str]) -> HttpResponse:
        asset = revision.asset
        checked = history.check(revision)
        now = snapshots.write(asset)
        then = checked.snapshot or revision.snapshot
        context = catalogue.of_site(asset.site)
        found = [f"{each.field}: {each.message}" for each in checked.problems]
        shown = {
            "title": f"Restore revision {revision.number}?",
            "revision": revision,
            "problems": problems or found,
            "notes": [
                *checked.broken,
                *([] if asset.is_active else [*checked.unknown, *checked.too_large]),
            ],
            "changes": differences.between(now, {**then, "status": now["status"]}, context),
        }
        page = {**self._context(request, asset), **shown}
        return TemplateResponse(request, "admin/assets/restore.html", page)

    def _context(self, request: HttpRequest, asset: Asset) -> dict[str, Any]:
        base = f"admin:assets_{self.opts.model_name}"
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": asset,
            "may_restore": self.has_change_permission(request, asset),
            "page": reverse(f"{base}_change", args=[asset.pk]),
            "history": reverse(f"{base}_history", args=[asset.pk]),
        }


def _two(request: HttpRequest, asset: Asset) -> tuple[Revision, Revision] | None:
    """Return the two revisions that the address asks to compare, the older first."""
    asked = [request.GET.get(name, "") for name in ("old", "new")]
    if not all(text.isascii() and text.isdecimal() and len(text) < 9 for text in asked):
        return None
    numbers = sorted(int(text) for text in asked)
    found = {row.number: row for row in asset.revisions.filter(number__in=numbers)}
    if set(found) != set(numbers):
        raise Http404
    return found[numbers[0]], found[numbers[1]]


def _changes(asset: Asset, old: Revision, new: Revision) -> list[differences.Change]:
    return differences.between(old.snapshot, new.snapshot, catalogue.of_site(asset.site))


def _page(request: HttpRequest, asset: Asset) -> dict[str, Any]:
    """Return the revisions of a page, each with what it changed, in few queries."""
    paginator = Paginator(asset.revisions.select_related("by"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page", "1")[:6])
    start = (page.number - 1) * PER_PAGE
    # One more: what the last of the page differs from.
    rows = list(asset.revisions.select_related("by")[start : start + PER_PAGE + 1])
    context = catalogue.of_site(asset.site)
    entries = [
        (row, differences.between(before.snapshot, row.snapshot, context) if before else None)
        for row, before in zip_longest(rows, rows[1:])
    ][:PER_PAGE]
    return {"entries": entries, "pages": page, "newest": paginator.count}
