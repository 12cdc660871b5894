"""Rules in words, for people."""

from typing import Any

from apps.segments.rules import operators
from apps.segments.rules.context import Context, Rule
from apps.segments.rules.fields import Field
from apps.segments.rules.grammar import GROUPS, Broken, check, conditions, kind
from apps.segments.rules.validation import MEMBERSHIP, shown

MAX_SHOWN = 10
MEASURED = {"sum": "the sum of", "min": "the least", "max": "the greatest"}


def describe(rule: Any, context: Context) -> str:
    """Return the rule as a sentence, for example “Language is de”; never raises."""
    try:
        check(rule)
    except Broken:
        return "a rule that cannot be read"
    return _describe(rule, context) if rule else "Everybody"


def _describe(rule: Rule, context: Context) -> str:
    name = kind(rule)
    if name not in GROUPS:
        return describe_condition(rule, context)
    parts = [
        f"({_describe(node, context)})" if _is_many(node) else _describe(node, context)
        for node in rule[name]
    ]
    joined = (" and " if name == "all" else " or ").join(parts)
    return f"none of: {joined}" if name == "none" else joined


def _is_many(node: Rule) -> bool:
    # “None of: a and b” could mean both, where only a is meant.
    if kind(node) == "none":
        return True
    return kind(node) in GROUPS and sum(1 for _ in conditions(node)) > 1


def describe_condition(node: Rule, context: Context) -> str:
    """Return one condition in words, as well as can be where it is broken."""
    match kind(node):
        case "field":
            return _of_field(context.field(node["field"]), node)
        case "event":
            return _of_event(node, context)
    segment_id = node["segment"]
    segment = context.segments.get(segment_id) if type(segment_id) is int else None
    name = f"“{segment.name}”" if segment else "a segment that does not exist any more"
    op = node["op"] if isinstance(node["op"], str) else ""
    return f"{MEMBERSHIP.get(op, shown(op))} {name}"


def _of_field(field: Field | None, node: Rule) -> str:
    label = field.label if field else shown(node["field"])
    if node["op"] == "is_set":
        return f"{label} is {'set' if node['value'] else 'not set'}"
    words = f"{label} {_operator(field.type if field else '', node['op'])}"
    value = _value(node["value"], dict(field.choices) if field else {})
    if node["op"] == "between":
        value = value.replace(" or ", " and ")
    return f"{words} {value}".strip()


def _operator(type: str, name: Any) -> str:
    found = operators.find(type, name)
    return found.label if found else shown(operators.words(name)).replace("_", " ")


def _value(value: Any, labels: dict[str, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case {"amount": amount, "unit": unit}:
            unit = shown(unit)
            return f"{shown(amount)} {unit.removesuffix('s') if amount == 1 else unit}"
        case list():
            more = f" or {len(value) - MAX_SHOWN} more" if len(value) > MAX_SHOWN else ""
            return " or ".join(_value(one, labels) for one in value[:MAX_SHOWN]) + more
        case str():
            return labels.get(value, shown(value))
    return shown(value)


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
    name, op, value = shown(node["event"]), node["op"], _value(node["value"], {})
    if (op, value) in (("is", "0"), ("lt", "1"), ("lte", "0")):
        return f"did not do {name}"
    if (op, value) in (("gte", "1"), ("gt", "0")):
        return f"did {name}"
    if op == "between":
        return f"did {name} between {value.replace(' or ', ' and ')} times"
    exact = {"is": "exactly", "is_not": "not exactly"}
    label = exact[op] if op in tuple(exact) else _operator("count", op).removeprefix("is ")
    return f"did {name} {label} {value} {'time' if value == '1' else 'times'}"


def _amount(node: Rule) -> str:
    measured = f"{MEASURED[node['measure']]} {shown(node['of'])} of {shown(node['event'])}"
    if node["op"] == "is_set":
        return f"{measured} is {'set' if node['value'] else 'not set'}"
    value = _value(node["value"], {})
    if node["op"] == "between":
        value = value.replace(" or ", " and ")
    return f"{measured} {_operator('amount', node['op'])} {value}"
