"""Changes that reach further than their own row: what they will do is said before it is done."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.backoffice import ModelAdmin


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """What a change will do to others, to be read before it is done; `rows` are table rows."""

    title: str
    text: str
    headers: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    button: str = "Save all the same"
    # Where “Cancel” leads; empty: back to the form, with what was typed.
    back: str = ""


class AsksFirstAdmin(ModelAdmin):
    """An admin whose changes may reach further than their own row, and says so before saving and
    before deleting."""

    actions = ("delete_selected",)

    def consequences(self, request: HttpRequest, form: ModelForm) -> Consequences | None:
        """Return what saving the valid form will change elsewhere; None where nothing."""
        return None

    def consequences_of_deleting(self, rows: list[Any]) -> Consequences | None:
        """Return what deleting the rows will change elsewhere; None where nothing."""
        return None

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        if row is not None and self.has_delete_permission(request, row):
            extra_context = {
                **(extra_context or {}),
                "consequences": self.consequences_of_deleting([row]),
            }
        return super().delete_view(request, object_id, extra_context)

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        answer = delete_selected(self, request, queryset)
        if isinstance(answer, TemplateResponse):
            # They have not been deleted yet: this is the page that asks.
            answer.context_data["consequences"] = self.consequences_of_deleting(list(queryset))
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" and not {"_confirmed", "_edit_again"} & request.POST.keys():
            found = self._consequences(request, object_id)
            if found:
                return self.ask_first(request, found)
        return super().change_view(request, object_id, form_url, extra_context)

    def _consequences(self, request: HttpRequest, object_id: str) -> Consequences | None:
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return None
        form = self.get_form(request, row, change=True)(request.POST, request.FILES, instance=row)
        return self.consequences(request, form) if form.is_valid() else None

    def ask_first(self, request: HttpRequest, found: Consequences) -> HttpResponse:
        """Show the consequences; the form is sent again with the answer."""
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        context = {
            **self.admin_site.each_context(request),
            "title": found.title,
            "opts": self.opts,
            "consequences": found,
            "sent": [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"],
        }
        return TemplateResponse(request, "admin/ask_first.html", context)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[ModelForm]:
        """Return a form that saves nothing when the answer was to go on editing."""
        form = super().get_form(request, *args, **kwargs)
        if request.method != "POST" or "_edit_again" not in request.POST:
            return form

        def is_valid(self: ModelForm) -> bool:
            self.full_clean()
            return False

        return type(form.__name__, (form,), {"is_valid": is_valid})
