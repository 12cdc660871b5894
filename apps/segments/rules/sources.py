"""Where the value of a field is: a column of the contact, its state, or rows that point at it.

Each source turns a condition into one on Contact. Rows are asked by EXISTS on PostgreSQL, whose
planner makes joins of it, and by IN on SQLite, which reads the rows once instead of once a
contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import NullIf
from django.db.models.lookups import IsNull

from apps.segments.rules import expressions
from apps.segments.rules.expressions import IsTrue
from apps.segments.rules.operators import Column, Operator, within
from apps.segments.rules.ranges import RANGES, Range


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a compilation needs to know beside the rule. `among` limits the rows that are read to
    those of these contacts: ids, or a query for them."""

    now: datetime
    zone: ZoneInfo
    among: Sequence[int] | QuerySet[Any] | None = None


def exists(rows: QuerySet[Any], scope: Scope, *, contact: str = "contact") -> Q:
    """Return whether any of the rows points at the contact."""
    if scope.among is not None:
        rows = rows.filter(**{f"{contact}__in": scope.among})
    rows = rows.order_by()
    if connection.vendor == "sqlite":
        return Q(pk__in=rows.values(contact))
    return Q(Exists(rows.filter(**{contact: OuterRef("pk")})))


def at_least(rows: QuerySet[Any], times: int, scope: Scope) -> Q:
    """Return whether at least so many of the rows point at the contact."""
    if times <= 0:
        return Q(pk__isnull=False)
    if times == 1:
        return exists(rows, scope)
    return grouped(rows, Q(count__gte=times), scope, count=Count("*"))


def grouped(rows: QuerySet[Any], having: Q, scope: Scope, **aggregate: Any) -> Q:
    """Return whether what the rows of the contact add up to meets `having`.

    Grouped once for all contacts: asked contact by contact it takes ten times as long.
    """
    if scope.among is not None:
        rows = rows.filter(contact__in=scope.among)
    return Q(
        pk__in=rows.order_by()
        .values("contact")
        .annotate(**aggregate)
        .filter(having)
        .values("contact")
    )


def times(rows: QuerySet[Any], operator: str, value: Any, scope: Scope) -> Q:
    """Return whether the number of the contact's rows is as asked; nobody has fewer than none."""
    if operator == "between":
        low, high = value
        return at_least(rows, low, scope) & ~at_least(rows, high + 1, scope)
    more, fewer = value, value + 1
    match operator:
        case "gte":
            return at_least(rows, more, scope)
        case "gt":
            return at_least(rows, fewer, scope)
        case "lt":
            return ~at_least(rows, more, scope)
        case "lte":
            return ~at_least(rows, fewer, scope)
    exactly = at_least(rows, more, scope) & ~at_least(rows, fewer, scope)
    return ~exactly if operator == "is_not" else exactly


def test(column: Column, type: str, operator: Operator, value: Any, scope: Scope) -> Q:
    """Return what the operator means for the column, of a value that is there."""
    if type == "date":
        return within(column, RANGES[operator.name](value, scope.now, scope.zone))
    return operator.test(column, value)


@dataclass(frozen=True, kw_only=True)
class ContactColumn:
    """A column of the contact; `empty` is what it holds when it is not set, None for NULL."""

    column: str
    is_null_when_empty: bool = False

    def is_set(self, type: str, scope: Scope) -> Q:
        if self.is_null_when_empty:
            return Q(**{f"{self.column}__isnull": False})
        return ~Q(**{self.column: ""})

    def meets(self, type: str, operator: Operator, value: Any, scope: Scope) -> Q:
        found = test(F(self.column), type, operator, value, scope)
        return self.is_set(type, scope) & found if self.is_null_when_empty else found


@dataclass(frozen=True, kw_only=True)
class JsonProperty:
    """A name in a JSON column: of the contact's state, or of an event's properties."""

    column: str
    name: str

    def is_set(self, type: str, scope: Scope) -> Q:
        if type == "list":
            return Q(expressions.IsList(self.column, self.name))
        value = self.typed(type, scope)
        # Empty is not set, as in the contact's own columns.
        return Q(
            IsNull(
                NullIf(value, Value("", output_field=TextField())) if type == "text" else value,
                False,
            )
        )

    def typed(self, type: str, scope: Scope) -> Column:
        """Return the value as the type; NULL where it is of another one."""
        match type:
            case "number":
                return expressions.Number(self.column, self.name)
            case "yes_no":
                return expressions.YesNo(self.column, self.name)
            case "date":
                return expressions.Moment(self.column, self.name, zone=scope.zone.key)
        return expressions.Text(self.column, self.name)

    def meets(self, type: str, operator: Operator, value: Any, scope: Scope) -> Q:
        if type == "list":
            items = value if isinstance(value, list) else [value]
            return Q(expressions.ListHas(self.column, self.name, items=items))
        if type == "text" and operator.name == "is":
            return Q(expressions.Holds(self.column, self.name, item=value))
        # Never unknown, so that its denial is exact; and the value is read once, not twice.
        return Q(IsTrue(test(self.typed(type, scope), type, operator, value, scope)))


@dataclass(frozen=True, kw_only=True)
class RelatedColumn:
    """A column of rows that point at the contact, of which any may meet the condition."""

    model: str
    column: str
    # What the column holds for each value of the rule, where that is something else.
    stands_for: dict[str, Any] = field(default_factory=dict)

    def rows(self) -> QuerySet[Any]:
        return apps.get_model(self.model).objects.all()

    def name_of(self, held: Any) -> str:
        """Return what rules call the value that the column holds."""
        return next((name for name, value in self.stands_for.items() if value == held), held)

    def is_set(self, type: str, scope: Scope) -> Q:
        rows = self.rows()
        return exists(rows.exclude(**{self.column: ""}) if type == "text" else rows, scope)

    def meets(self, type: str, operator: Operator, value: Any, scope: Scope) -> Q:
        if self.stands_for:
            many = isinstance(value, list)
            value = [self.stands_for[v] for v in value] if many else self.stands_for[value]
        met = test(F(self.column), type, operator, value, scope)
        return exists(self.rows().filter(met), scope)


@dataclass(frozen=True, kw_only=True)
class LatestMoment:
    """When the latest of the rows that point at the contact happened."""

    model: str
    column: str

    def rows(self) -> QuerySet[Any]:
        return apps.get_model(self.model).objects.filter(**{f"{self.column}__isnull": False})

    def is_set(self, type: str, scope: Scope) -> Q:
        return exists(self.rows(), scope)

    def meets(self, type: str, operator: Operator, value: Any, scope: Scope) -> Q:
        asked: Range = RANGES[operator.name](value, scope.now, scope.zone)
        found = exists(self.rows().filter(within(F(self.column), asked)), scope)
        if asked.end is None:
            return found
        later = self.rows().filter(within(F(self.column), Range(start=asked.end)))
        return found & ~exists(later, scope)


@dataclass(frozen=True, kw_only=True)
class RowCount:
    """How many rows point at the contact."""

    model: str

    def is_set(self, type: str, scope: Scope) -> Q:
        return exists(apps.get_model(self.model).objects.all(), scope)

    def meets(self, type: str, operator: Operator, value: Any, scope: Scope) -> Q:
        return times(apps.get_model(self.model).objects.all(), operator.name, value, scope)


Source = ContactColumn | JsonProperty | RelatedColumn | LatestMoment | RowCount
