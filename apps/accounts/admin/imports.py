"""The import wizard: choose, upload, map, check, run, read the report."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts import roles
from apps.accounts.admin.import_forms import MappingForm, UploadForm
from apps.accounts.backoffice import ModelAdmin, colors
from apps.accounts.imports import kinds, reports, running, steering
from apps.accounts.imports.sniffing import Layout
from apps.accounts.models import Import
from apps.accounts.privacy import retention

ISSUES_PER_PAGE = 50
STATUS_COLORS = colors(
    Import.Status,
    {
        Import.Status.FINISHED: "success",
        Import.Status.FAILED: "danger",
        Import.Status.RUNNING: "info",
        Import.Status.CHECKING: "info",
        Import.Status.CANCELLED: "warning",
    },
)
# What a button of the page does, and what is said when it came too late.
VERBS: dict[str, tuple[Callable[[Import], bool], str]] = {
    "check": (steering.check, "It cannot be checked any more."),
    "run": (steering.run, "It has run already."),
    "stop": (steering.stop, "It has ended already."),
    "resume": (steering.resume, "It cannot be gone on with."),
}


@admin.register(Import)
class ImportAdmin(ModelAdmin):
    list_display = ("file_name", "kind_shown", "site", "status_shown", "progress", "outcome",
                    "created_by", "created_at")  # fmt: skip
    list_filter = (("status", ChoicesDropdownFilter), ("site", RelatedDropdownFilter))
    list_select_related = ("site", "created_by")
    search_fields = ("file_name",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Import]:
        """Show imports of the kinds that the user may bring in."""
        names = [kind.name for kind in kinds.for_user(request.user)]
        return super().get_queryset(request).filter(kind__in=names)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def has_delete_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.status not in Import.MOVING)

    def get_deleted_objects(
        self, objs: QuerySet[Import] | list[Import], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Name the report alone: what was left out may be a hundred thousand rows."""
        return [str(row) for row in objs], {self.opts.verbose_name_plural: len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Import) -> None:
        steering.forget(obj)

    @display(description="What")
    def kind_shown(self, import_: Import) -> str:
        return kinds.find(import_.kind).label

    @display(description="Status", label=STATUS_COLORS)
    def status_shown(self, import_: Import) -> tuple[str, str]:
        return import_.status, import_.get_status_display()

    @display(description="Progress")
    def progress(self, import_: Import) -> str:
        return f"{reports.percent(import_)} %" if import_.position else "–"

    @display(description="Rows")
    def outcome(self, import_: Import) -> str:
        left_out = f", {import_.broken:,} left out" if import_.broken else ""
        return f"{import_.rows:,}{left_out}"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", wrap(self.progress_view), name="accounts_import_progress"),
            path("<int:pk>/report/", wrap(self.report_view), name="accounts_import_report"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask what to bring in, then for the file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        allowed = kinds.for_user(request.user)
        kind = next((row for row in allowed if row.name == request.GET.get("kind")), None)
        if kind is None:
            return self._choose(request, allowed)
        form = UploadForm(kind, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            import_ = form.receive(request.user)
            if import_:
                return HttpResponseRedirect(_address(import_))
        return self._page(request, "upload.html", {"kind": kind, "form": form, "add": True})

    def _choose(self, request: HttpRequest, allowed: list[kinds.Kind]) -> HttpResponse:
        closed = [
            (kind, roles.holders(*kind.permissions)) for kind in kinds.not_for_user(request.user)
        ]
        context = {"kinds": allowed, "closed": closed, "add": True}
        return self._page(request, "choose.html", context)

    @method_decorator(sensitive_post_parameters("private_key"))
    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        import_ = self._find(request, object_id)
        if request.method == "POST":
            return self._act(request, import_)
        return self._show(request, import_)

    def _find(self, request: HttpRequest, object_id: str | int) -> Import:
        if not self.has_view_permission(request):
            raise PermissionDenied
        import_ = self.get_object(request, str(object_id))
        if import_ is None:
            raise Http404
        return import_

    def _act(self, request: HttpRequest, import_: Import) -> HttpResponse:
        if not self.has_change_permission(request, import_):
            raise PermissionDenied
        verb = request.POST.get("verb", "")
        if verb == "check" and "to_0" in request.POST and import_.status in steering.WAITING:
            form = self._mapping(request, import_, request.POST)
            if not (form.is_valid() and form.keep()):
                return self._show(request, import_, form)
        act, too_late = VERBS.get(verb, (None, ""))
        if act is None:
            raise Http404
        try:
            if not act(import_):
                messages.warning(request, too_late)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(_address(import_))

    def _mapping(self, request: HttpRequest, import_: Import, data: Any = None) -> MappingForm:
        samples = []
        # Where it is lost, running or checking it says so.
        with suppress(FileNotFoundError), import_.file.storage.open(import_.file.name) as file:
            samples = steering.samples(file.file, Layout.of(import_))
        return MappingForm(import_, request.user, samples, data)

    def _show(
        self, request: HttpRequest, import_: Import, form: MappingForm | None = None
    ) -> HttpResponse:
        statuses = Import.Status
        is_mapped = request.GET.get("step") == "map" and import_.status == statuses.CHECKED
        context = {
            "import": import_,
            "original": import_,
            "kind": kinds.find(import_.kind),
            "may_change": self.has_change_permission(request, import_),
            "may_delete": self.has_delete_permission(request, import_),
            "can_resume": steering.can_resume(import_),
            **reports.progress(import_),
        }
        if import_.file and (form or import_.status == statuses.UPLOADED or is_mapped):
            context["form"] = form or self._mapping(request, import_)
            return self._page(request, "mapping.html", context)
        issues = Paginator(import_.issues.all(), ISSUES_PER_PAGE)
        context["issues"] = issues.get_page(request.GET.get("page"))
        context["most_issues"] = running.MAX_ISSUES
        context["report_days"] = retention.days_kept("accounts.ImportIssue")
        context["file_days"] = settings.UPLOADS_KEPT_DAYS
        return self._page(request, "progress.html", context)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/imports/{template}",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        return JsonResponse(reports.progress(self._find(request, pk)))

    def report_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        import_ = self._find(request, pk)
        name = f"import-{import_.pk}-left-out.csv"
        return StreamingHttpResponse(
            reports.report(import_),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _address(import_: Import) -> str:
    return reverse("admin:accounts_import_change", args=[import_.pk])
