"""What a contact really has, in words, beside what a condition asks of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Max, QuerySet

from apps.accounts.models import Contact, Event
from apps.accounts.properties import type_of
from apps.segments import rules
from apps.segments.rules import Context, Rule
from apps.segments.rules.fields import Field
from apps.segments.rules.sources import (
    ContactColumn,
    JsonProperty,
    LatestMoment,
    RelatedColumn,
    RowCount,
)
from apps.segments.rules.validation import TYPES
from apps.segments.rules.words import MEASURED

SHOWN_ITEMS, SHOWN_LETTERS = 10, 200
UNSET = "not set"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one contact, as far as the conditions ask for it."""

    contact: Contact
    context: Context
    # By the field's name: what the rows hold that point at the contact.
    values: dict[str, Any]
    # By the condition's place among those asked: what its events add up to, when the last was.
    events: list[tuple[Any, datetime | None]]

    def of_field(self, field: Field) -> str:
        """Return the value of the field, for example “Language is fr”."""
        match field.source:
            case ContactColumn(column=column):
                value = getattr(self.contact, column)
            case JsonProperty(name=name):
                return self._of_property(field, self.contact.state.get(name))
            case _:
                value = self.values[field.name]
        return f"{field.label} is {shown(value, field, self.context)}"

    def _of_property(self, field: Field, value: Any) -> str:
        words = f"{field.label} is {shown(value, field, self.context)}"
        if value is None or fits(value, field.type):
            return words
        # It reads as not set for the condition, and a marketer would wonder why.
        return f"{words}, which is not a {TYPES[field.type]}"

    def of_events(self, node: Rule, number: int) -> str:
        """Return what the events add up to that the condition is about, and when the last was."""
        found, last = self.events[number]
        if node["measure"] == "count":
            times = "once" if found == 1 else f"{found} times"
            words = f"did {node['event']} {times}" if found else f"did not do {node['event']}"
        else:
            amount = UNSET if found is None else f"{found:.15g}"
            words = f"{MEASURED[node['measure']]} {node['of']} of {node['event']} is {amount}"
        when = f", last on {day_and_time(last, self.context)}" if last else ""
        return words + rules.describe_events(node, self.context) + when


def fits(value: Any, type: str) -> bool:
    """Whether a value of the type is what rules ask for."""
    return type_of(value) == type or (type == "text" and isinstance(value, str))


def shown(value: Any, field: Field, context: Context) -> str:
    """Return the value in words, as people of the site write it."""
    match value:
        case None | "" | []:
            return UNSET
        case bool():
            return "yes" if value else "no"
        case datetime():
            return day_and_time(value, context)
        case list():
            words = [shown(one, field, context) for one in value[:SHOWN_ITEMS]]
            more = len(value) - SHOWN_ITEMS
            return ", ".join([*words, f"{more} more"] if more > 0 else words)
    text = str(dict(field.choices).get(value, value)) if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"


def day_and_time(moment: datetime, context: Context) -> str:
    """Return the moment as the site’s clocks show it: “3 November 2026, 09:05”."""
    local = moment.astimezone(context.zone)
    return f"{local.day} {local:%B %Y, %H:%M}"


def of(contact: Contact, asked: list[Rule], context: Context) -> Facts:
    """Load what the conditions look at: one query for all events, and one for each table of rows
    that point at the contact; none for what the contact's own row holds."""
    events = [node for node in asked if "event" in node]
    return Facts(
        contact=contact,
        context=context,
        values=_values(contact, [node for node in asked if "field" in node], context),
        events=_events(contact, events, context),
    )


def _values(contact: Contact, asked: list[Rule], context: Context) -> dict[str, Any]:
    tables: dict[tuple[Any, str], list[Field]] = defaultdict(list)
    for field in {node["field"]: context.field(node["field"]) for node in asked}.values():
        if type(field.source) in READERS:
            tables[READERS[type(field.source)], field.source.model].append(field)
    values: dict[str, Any] = {}
    for (read, model), fields in tables.items():
        rows = apps.get_model(model).objects.filter(contact=contact).order_by()
        values |= read(rows, fields)
    return values


def _in_rows(rows: QuerySet[Any], fields: list[Field]) -> dict[str, Any]:
    found = list(rows.values(*{field.source.column for field in fields}).distinct())
    return {
        field.name: sorted({field.source.name_of(row[field.source.column]) for row in found} - {""})
        for field in fields
    }


def _latest(rows: QuerySet[Any], fields: list[Field]) -> dict[str, Any]:
    found = rows.aggregate(**{f"max_{row.source.column}": Max(row.source.column) for row in fields})
    return {field.name: found[f"max_{field.source.column}"] for field in fields}


def _count(rows: QuerySet[Any], fields: list[Field]) -> dict[str, Any]:
    number = rows.count()
    return {field.name: number for field in fields}


# How to read for one contact what the fields of one table hold.
READERS = {RelatedColumn: _in_rows, LatestMoment: _latest, RowCount: _count}


def _events(contact: Contact, asked: list[Rule], context: Context) -> list[Any]:
    if not asked:
        return []
    names = {context.events[node["event"]] for node in asked}
    wanted = {}
    for number, node in enumerate(asked):
        meant = rules.events_meant(node, context)
        wanted[f"found_{number}"] = rules.measured(node, filter=meant)
        wanted[f"last_{number}"] = Max("at", filter=meant)
    row = Event.objects.filter(contact=contact, name__in=names).order_by().aggregate(**wanted)
    return [(row[f"found_{number}"], row[f"last_{number}"]) for number in range(len(asked))]
