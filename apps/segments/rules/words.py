"""Rules in words, for people."""

from typing import Any

from apps.segments.rules import operators
from apps.segments.rules.context import Context, Rule
from apps.segments.rules.fields import STATE, Field
from apps.segments.rules.grammar import GROUPS, conditions, kind
from apps.segments.rules.validation import MEMBERSHIP

MEASURED = {"sum": "the sum of", "min": "the least", "max": "the greatest"}


def describe(rule: Rule, context: Context) -> str:
    """Return the rule as a sentence, for example “Language is de”."""
    if not rule:
        return "Everybody"
    name = kind(rule)
    if name not in GROUPS:
        return describe_condition(rule, context)
    parts = [
        f"({describe(node, context)})" if _is_many(node) else describe(node, context)
        for node in rule[name]
    ]
    joined = (" and " if name == "all" else " or ").join(parts)
    return f"none of: {joined}" if name == "none" else joined


def _is_many(node: Rule) -> bool:
    return kind(node) in GROUPS and sum(1 for _ in conditions(node)) > 1


def describe_condition(node: Rule, context: Context) -> str:
    """Return one condition in words, as well as can be where it is broken."""
    match kind(node):
        case "field":
            return _of_field(context.field(node["field"]), node)
        case "event":
            return _of_event(node, context)
    segment = context.segments.get(node["segment"])
    name = f"“{segment.name}”" if segment else "a segment that does not exist any more"
    return f"{MEMBERSHIP.get(node['op'], node['op'])} {name}"


def _of_field(field: Field | None, node: Rule) -> str:
    label = field.label if field else str(node["field"]).removeprefix(STATE)
    if node["op"] == "is_set":
        return f"{label} is {'set' if node['value'] else 'not set'}"
    words = f"{label} {_operator(field.type if field else '', node['op'])}"
    value = _value(node["value"], dict(field.choices) if field else {})
    if node["op"] == "between":
        value = value.replace(" or ", " and ")
    return f"{words} {value}".strip()


def _operator(type: str, name: Any) -> str:
    found = operators.find(type, name) if type in operators.OPERATORS else None
    return found.label if found else str(name).replace("_", " ")


def _value(value: Any, labels: dict[str, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case {"amount": amount, "unit": unit}:
            return f"{amount} {str(unit)[:-1] if amount == 1 else unit}"
        case list():
            return " or ".join(_value(one, labels) for one in value)
    return str(labels.get(value, value))


def _of_event(node: Rule, context: Context) -> str:
    words = _times(node) if node["measure"] == "count" else _amount(node)
    return words + describe_events(node, context)


def describe_events(node: Rule, context: Context) -> str:
    """Return which events are meant: “, in the last 30 days, where price is greater than 20”."""
    words = ""
    if node.get("when"):
        when = f"{_operator('when', node['when']['op'])} {_value(node['when']['value'], {})}"
        words += f", {when.removeprefix('is ').strip()}"
    where = [
        _of_field(context.event_field(node["event"], each["field"]), each)
        for each in node.get("where", [])
    ]
    return f"{words}, where {' and '.join(where)}" if where else words


def _times(node: Rule) -> str:
    name, op, value = node["event"], node["op"], node["value"]
    if (op, value) in (("is", 0), ("lt", 1), ("lte", 0)):
        return f"did not do {name}"
    if (op, value) in (("gte", 1), ("gt", 0)):
        return f"did {name}"
    if op == "between":
        return f"did {name} between {_value(value, {}).replace(' or ', ' and ')} times"
    label = {"is": "exactly", "is_not": "not exactly"}.get(op)
    label = label or _operator("count", op).removeprefix("is ")
    return f"did {name} {label} {value} {'time' if value == 1 else 'times'}"


def _amount(node: Rule) -> str:
    measured = f"{MEASURED[node['measure']]} {node['of']} of {node['event']}"
    value = _value(node["value"], {})
    if node["op"] == "between":
        value = value.replace(" or ", " and ")
    return f"{measured} {_operator('amount', node['op'])} {value}"
