"""What stands in a document, in the words of its forms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from apps.journeys.documents import Document
from apps.segments import rules
from apps.segments.rules import Context

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words for one document: `names` are those of the rows that it names, by part and id."""

    context: Context
    names: dict[str, dict[str, str]]

    @classmethod
    def of(cls, context: Context, document: Document) -> "Words":
        return cls(context=context, names=document["names"])

    def value(self, field: models.Field, value: Any, unit: str = "") -> str:
        """Return the value of the field as a marketer would say it; `unit` is a plural."""
        if unit:
            return f"{value} {unit[:-1] if value == 1 else unit}"
        if value in (None, "", [], {}) and field.name != "entry_rule":
            return NOTHING
        if words := SPECIAL.get(field.name):
            return words(self, value)
        if field.is_relation:
            return self.name(field.related_model, value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(field, models.DateTimeField):
            moment = datetime.fromisoformat(value).astimezone(self.context.zone)
            return f"{moment:%d %B %Y, %H:%M}"
        if isinstance(field, models.TimeField):
            return value[:5]
        return str(dict(field.flatchoices).get(value, value))

    def name(self, model: type[models.Model], pk: int) -> str:
        part = "journeys" if model._meta.model_name == "journey" else "assets"
        return f"“{self.names[part].get(str(pk), 'one that is gone')}”"

    def rule(self, rule: Any) -> str:
        return rules.describe(rule, self.context)

    def where(self, where: list[dict[str, Any]], event: str = "") -> str:
        known = [self.context.event_field(event, each["field"]) for each in where]
        return ", ".join(
            f"{field.label if field else each['field']} {each['op']} {each['value']}"
            for field, each in zip(known, where, strict=True)
        )

    def journeys(self, ids: list[int]) -> str:
        return ", ".join(f"“{self.names['journeys'].get(str(pk), 'gone')}”" for pk in ids)

    def branches(self, rows: list[dict[str, Any]]) -> str:
        return "; ".join(f"{row['name']}: {self.rule(row['rule'])}" for row in rows)

    def events(self, rows: list[dict[str, Any]]) -> str:
        return "; ".join(
            " ".join(filter(None, [row["event"], self.where(row.get("where", []), row["event"])]))
            for row in rows
        )


def _paths(words: Words, rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{row['name']} {row['weight']}" for row in rows)


def _changes(words: Words, rows: list[dict[str, Any]]) -> str:
    return ", ".join(
        " ".join(str(row[part]) for part in ("op", "name", "value") if part in row) for row in rows
    )


def _pairs(words: Words, pairs: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in pairs.items())


def _days(words: Words, days: list[int]) -> str:
    return ", ".join(WEEKDAYS[day] for day in sorted(days))


def _list(words: Words, values: list[Any]) -> str:
    return ", ".join(map(str, values))


# By name of the field, as documents have their forms.
SPECIAL: dict[str, Callable[[Words, Any], str]] = {
    "entry_rule": Words.rule,
    "entry_where": Words.where,
    "exit_where": Words.where,
    "goal_where": Words.where,
    "weekdays": _days,
    "month_days": _list,
    "reentry_pauses": _list,
    "excluded": Words.journeys,
    "branches": Words.branches,
    "events": Words.events,
    "paths": _paths,
    "changes": _changes,
    "properties": _pairs,
    "headers": _pairs,
}
