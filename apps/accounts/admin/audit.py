from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from apps.accounts.audit import Action
from apps.accounts.backoffice import ReadOnlyAdmin
from apps.accounts.models import AuditEntry


class ActionFilter(DropdownFilter):
    title = "what"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return list(Action.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "what", "subject", "site")
    list_filter = (
        ActionFilter,
        ("site", RelatedDropdownFilter),
    )
    list_select_related = ("site",)
    search_fields = ("who", "subject")
    fields = (("at", "who"), ("what", "subject"), "site", "more")
    readonly_fields = ("what", "more")

    @display(description="What")
    def what(self, entry: AuditEntry) -> str:
        known = entry.action in Action.values
        return str(Action(entry.action).label) if known else entry.action

    @display(description="Details")
    def more(self, entry: AuditEntry) -> str:
        parts = [f"{name}: {_words(value)}" for name, value in entry.details.items()]
        return "; ".join(parts) or "–"


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
