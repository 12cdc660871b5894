"""From a rule to one condition on Contact: never a loop over people, never a stale table."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import Aggregate, Count, Expression, F, Max, Min, Q, QuerySet, Sum
from django.db.models.lookups import IsNull

from apps.segments.rules import expressions, operators
from apps.segments.rules.context import Context, Rule
from apps.segments.rules.fields import Field
from apps.segments.rules.grammar import GROUPS, kind
from apps.segments.rules.operators import within
from apps.segments.rules.ranges import RANGES
from apps.segments.rules.sources import Scope, exists, grouped, times
from apps.segments.rules.validation import require

AGGREGATES = {"sum": Sum, "min": Min, "max": Max}
NOBODY, EVERYBODY = Q(pk__isnull=True), Q(pk__isnull=False)


def compile(
    rule: Rule, context: Context, *, among: Sequence[int] | QuerySet[Any] | None = None
) -> Q:
    """Return the rule as a condition on Contact, of the context's site and moment.

    `among` (ids of contacts, or a query for them) limits what is read of other tables: give it
    wherever the contacts asked about are few. Raises Broken when the rule cannot be asked.
    """
    require(rule, context)
    scope = Scope(now=context.now, zone=context.zone, among=among)
    return _node(rule, context, scope) if rule else Q()


def condition(
    node: Rule, context: Context, *, among: Sequence[int] | QuerySet[Any] | None = None
) -> Q:
    """Return one condition of a rule that has been validated, as `compile` does the whole."""
    return _condition(node, context, Scope(now=context.now, zone=context.zone, among=among))


def _node(node: Rule, context: Context, scope: Scope) -> Q:
    name = kind(node)
    if name in GROUPS:
        parts = [_node(child, context, scope) for child in node[name]]
        joined = parts[0]
        for part in parts[1:]:
            joined = joined & part if name == "all" else joined | part
        return ~joined if name == "none" else joined
    return _condition(node, context, scope)


def _condition(node: Rule, context: Context, scope: Scope) -> Q:
    match kind(node):
        case "field":
            return _field(context.field(node["field"]), node, scope)
        case "event":
            return _event(node, context, scope)
    return _membership(node, context, scope)


def _field(field: Field, node: Rule, scope: Scope) -> Q:
    operator = operators.find(field.type, node["op"])
    if operator.name == "is_set":
        found = field.source.is_set(field.type, scope)
        return found if node["value"] else ~found
    asked = operators.find(field.type, operator.denies) if operator.denies else operator
    found = field.source.meets(field.type, asked, node["value"], scope)
    return ~found if operator.denies else found


def events_meant(node: Rule, context: Context) -> Q:
    """Return which events a condition on events is about, as a condition on Event."""
    scope = Scope(now=context.now, zone=context.zone)
    meant = Q(name=context.events[node["event"]])
    if when := node.get("when"):
        asked = RANGES[when["op"]](when["value"], scope.now, scope.zone)
        meant &= within(F("at"), asked)
    for each in node.get("where", []):
        meant &= _field(context.event_field(node["event"], each["field"]), each, scope)
    return meant


def measured(node: Rule, **options: Any) -> Aggregate:
    """Return what a condition on events adds up: their number, or a number that they hold."""
    if node["measure"] == "count":
        return Count("pk", **options)
    return AGGREGATES[node["measure"]](_number(node), **options)


def _number(node: Rule) -> Expression:
    return expressions.Number("properties", node["of"])


def _event(node: Rule, context: Context, scope: Scope) -> Q:
    rows = apps.get_model("accounts.Event").objects.filter(events_meant(node, context))
    if node["measure"] == "count":
        return times(rows, node["op"], node["value"], scope)
    if node["op"] == "is_set":
        found = exists(rows.filter(IsNull(_number(node), False)), scope)
        return found if node["value"] else ~found
    operator = operators.find("amount", node["op"])
    return grouped(rows, operator.test(F("amount"), node["value"]), scope, amount=measured(node))


def _membership(node: Rule, context: Context, scope: Scope) -> Q:
    segment = context.segments[node["segment"]]
    if segment.rule is None:
        members = apps.get_model("segments.Member").objects.filter(segment=segment.id)
        found = exists(members, scope)
    else:
        found = _node(segment.rule, context, scope) if segment.rule else EVERYBODY
    return ~found if node["op"] == "not_in" else found
