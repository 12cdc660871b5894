from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from apps.accounts import exporting, keys
from apps.accounts.admin.exports import ExportMixin
from apps.accounts.admin.privacy import PrivacyActions
from apps.accounts.admin.story import properties
from apps.accounts.backoffice import ReadOnlyAdmin, colors
from apps.accounts.models import Contact, Event, EventName, PushStatus, Site

MOST_FOUND = 200

STATUS_COLORS = colors(
    PushStatus,
    {
        PushStatus.ALLOWED: "success",
        PushStatus.BLOCKED: "danger",
        PushStatus.ASK: "info",
        PushStatus.SUSPENDED: "warning",
    },
)


def push_status_label(row: Any) -> tuple[str, str]:
    return row.push_status, row.get_push_status_display()


class ContactSearch:
    """Finds rows by the external id of their contact, by its index, among a million."""

    search_fields = ("external_id",)
    search_help_text = "The contact’s external id or how it begins, or the number of a visitor."
    contact_lookup = "contact__in"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        return queryset.filter(**{self.contact_lookup: _contacts(search_term)}), False


def _contacts(term: str) -> list[int]:
    number = term.lower().removeprefix("visitor").strip()
    # The index on the external id begins with the site.
    known = Contact.objects.order_by().filter(site__in=list(Site.objects.values_list("pk")[:500]))
    exact = list(known.filter(external_id=term).values_list("pk", flat=True))
    if (visitor := keys.read(number)) is not None:
        visitors = Contact.objects.filter(pk=visitor, external_id=None)
        exact += visitors.values_list("pk", flat=True)
    if exact:
        return exact
    beginning = known.filter(external_id__startswith=term)
    return list(beginning.values_list("pk", flat=True)[:MOST_FOUND])


@admin.register(Contact)
class ContactAdmin(PrivacyActions, ExportMixin, ContactSearch, ReadOnlyAdmin):
    export_permission = "accounts.export_contact"
    export_note = "All that the list shows. Visitors without an external id are left out."
    contact_lookup = "pk__in"
    list_display = ("__str__", "site", "status", "is_reachable", "language", "last_seen_at")
    list_filter = (
        ("site", RelatedDropdownFilter),
        ("push_status", ChoicesDropdownFilter),
        "is_reachable",
        "push_disabled_by_platform",
    )
    list_select_related = ("site",)
    fields = (
        ("external_id", "site"),
        ("language", "time_zone"),
        "created_at",
        "state",
    )

    def export_lines(self, rows: QuerySet[Contact], format_: str) -> Iterator[str]:
        return exporting.contacts(rows, format_=format_)

    @display(description="Push status of the last session", label=STATUS_COLORS)
    def status(self, contact: Contact) -> tuple[str, str]:
        return push_status_label(contact)


class NameFilter(DropdownFilter):
    title = "event"
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = EventName.objects.order_by("name").values_list("name", flat=True).distinct()
        return [(name, name) for name in names[:1000]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if not self.value():
            return queryset
        names = EventName.objects.filter(name=self.value())
        return queryset.filter(name__in=list(names.values_list("pk", flat=True)))


@admin.register(Event)
class EventAdmin(ContactSearch, ReadOnlyAdmin):
    list_display = ("name", "contact", "at", "properties_shown")
    list_filter = (NameFilter,)
    list_select_related = ("name", "contact")
    fields = (("name", "at"), "contact", "properties")

    @display(description="Properties")
    def properties_shown(self, event: Event) -> str:
        return properties(event)
