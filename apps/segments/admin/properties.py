"""The names that sites have sent, as Settings → Properties."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from apps.accounts.confirming import AsksFirstAdmin, Consequences
from apps.accounts.models import Property
from apps.accounts.panels import link_to
from apps.segments import catalogue, rules, usage
from apps.segments.admin.effects import HEADERS, how
from apps.segments.rules import Context
from apps.segments.usage import Use


class OfFilter(DropdownFilter):
    title = "of"
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("contacts", "Contacts"), ("events", "Events")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Property]) -> QuerySet[Property]:
        if self.value() not in ("contacts", "events"):
            return queryset
        return queryset.filter(event_name__isnull=self.value() == "contacts")


@admin.register(Property)
class PropertyAdmin(AsksFirstAdmin):
    list_display = ("name", "of", "type_label", "site", "created_at")
    list_filter = (
        OfFilter,
        ("type", ChoicesDropdownFilter),
        ("site", RelatedDropdownFilter),
    )
    list_select_related = ("site", "event_name")
    search_fields = ("name",)
    search_help_text = "The name of a property."
    fields = (("name", "of"), ("site", "created_at"), "type")
    readonly_fields = ("name", "of", "site", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Names are learnt from what sites send."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A name that is sent would only be learnt again."""
        return request.user.is_superuser and super().has_delete_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Property]:
        return super().get_queryset(request).select_related("site", "event_name")

    @display(description="Of", ordering="event_name__name")
    def of(self, row: Property) -> str:
        return f"Event {row.event_name.name}" if row.event_name else "Contacts"

    @display(description="Type", ordering="type", label=True)
    def type_label(self, row: Property) -> str:
        return row.get_type_display()

    def consequences(self, request: HttpRequest, form: ModelForm) -> Consequences | None:
        if "type" not in form.changed_data:
            return None
        row: Property = form.instance
        now = catalogue.of_site(row.site)
        broken = usage.broken_by(row.site_id, now, _with(row, now))
        if not broken:
            return None
        return Consequences(
            title=f"“{row}” as {row.get_type_display().lower()}: this breaks rules",
            text="They ask for it in ways that do not fit the new type. A broken segment has "
            "nobody in it, a broken journey lets nobody enter, a broken variation or label value "
            "is sent to nobody, until you correct them:",
            headers=["Kind", "Name", "What is wrong then"],
            rows=[[use.kind, link_to(use.row), why] for use, why in broken],
        )

    def get_deleted_objects(
        self, objs: Iterable[Property], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Say of each whose it is: several events have one of the same name."""
        _, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return [f"{row}: {self.of(row)}, {row.site}" for row in objs], counts, lacking, protected

    def consequences_of_deleting(self, rows: list[Property]) -> Consequences | None:
        found = [
            [use.kind, link_to(use.row), _asked(use, places), how(use)]
            for site_id, places in _places_by_site(rows).items()
            for use in usage.of_properties(site_id, places)
        ]
        if not found:
            return None
        them = f"“{rows[0]}” is" if len(rows) == 1 else "Some of them are"
        return Consequences(
            title=f"{them} used in rules, and deleting breaks those",
            text="A broken segment has nobody in it, a broken journey lets nobody enter, a broken "
            "variation or label value is sent to nobody, until you correct the rule. A name that "
            "the site goes on sending is learnt again, with the type that it has then.",
            headers=["Kind", "Name", "Asks for", HEADERS[-1]],
            rows=found,
        )


def _places_by_site(rows: list[Property]) -> dict[int, set[usage.Place]]:
    found: dict[int, set[usage.Place]] = defaultdict(set)
    for row in rows:
        found[row.site_id].add(usage.place_of(row))
    return found


def _asked(use: Use, places: set[usage.Place]) -> str:
    named = sorted(rules.properties_in(use.rule) & places, key=str)
    words = [f"{name} of {event}" if event else name for event, name in named]
    return ", ".join(words) or "–"


def _with(row: Property, context: Context) -> Context:
    if row.event_name is None:
        return replace(context, properties={**context.properties, row.name: row.type})
    event = row.event_name.name
    own = {**context.event_properties.get(event, {}), row.name: row.type}
    return replace(context, event_properties={**context.event_properties, event: own})
