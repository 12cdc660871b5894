"""“Export” on lists: what the list shows, streamed as a file."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse

from apps.accounts import audit, exporting


class ExportMixin:
    """For an admin whose model has the permission `export_<model>`."""

    export_permission = ""
    export_note = ""
    list_before_template = "admin/export.html"

    def export_lines(self, rows: QuerySet[Any], format_: str) -> Iterator[str]:
        raise NotImplementedError

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.export_permission)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {
            "may_export": self.has_export_permission(request),
            "export_note": self.export_note,
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/<str:format_>/", view), *super().get_urls()]

    def export_view(
        self, request: HttpRequest, format_: str
    ) -> HttpResponse | StreamingHttpResponse:
        """Send what the list shows under the same filters and search."""
        if not (self.has_view_permission(request) and self.has_export_permission(request)):
            raise PermissionDenied
        if format_ not in exporting.CONTENT_TYPES:
            raise Http404
        try:
            shown: ChangeList = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            # As the list itself does with an address that makes no sense.
            return HttpResponseRedirect(
                reverse(f"admin:{self.opts.label_lower.replace('.', '_')}_changelist")
            )
        lines = self.export_lines(shown.get_queryset(request), format_)
        name = exporting.file_name(self.model, format_)
        audit.note(
            audit.Action.EXPORTED,
            site=None,
            by=request.user,
            subject=str(self.opts.verbose_name_plural),
            details={"filters": _filters(request, shown)},
        )
        return StreamingHttpResponse(
            lines,
            content_type=exporting.CONTENT_TYPES[format_],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _filters(request: HttpRequest, shown: ChangeList) -> dict[str, str]:
    """Return what the list was narrowed by, without what was searched for: that may name a
    person, and the audit log is kept for ever."""
    offered = {name for spec in shown.filter_specs for name in spec.expected_parameters()}
    return {name: value if name in offered else "…" for name, value in request.GET.items()}
