"""Rules: a JSON tree of groups and conditions over the registry of fields.

A group is `{"all": [...]}`, `{"any": [...]}` or `{"none": [...]}`; a condition is
`{"field": name, "op": name, "value": …}`. An empty object means everybody.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from apps.segments.fields import FIELDS, OPERATORS, Field, Operator, operator

Rule = dict[str, Any]

GROUPS = ("all", "any", "none")
MAX_DEPTH, MAX_CONDITIONS = 5, 100


def check(rule: Any) -> None:
    """Raise ValidationError, with the place in words, unless the rule compiles."""
    if rule == {}:
        return
    if _check_node(rule, depth=1) > MAX_CONDITIONS:
        raise ValidationError(f"A rule has at most {MAX_CONDITIONS} conditions.")


def compile(rule: Rule) -> Q:
    """Return the rule as a condition on Contact. The rule must have passed `check`."""
    if not rule:
        return Q()
    kind = next(iter(rule))
    if kind not in GROUPS:
        field = FIELDS[rule["field"]]
        return _operator(field, rule["op"]).compile(field.lookup, rule["value"])
    result = Q()
    for node in rule[kind]:
        result = result & compile(node) if kind == "all" else result | compile(node)
    return ~result if kind == "none" else result


def describe(rule: Rule) -> str:
    """Return the rule as a sentence for people, for example “Language is de”."""
    if not rule:
        return "Everybody"
    kind = next(iter(rule))
    if kind not in GROUPS:
        field = FIELDS[rule["field"]]
        return f"{field.label} {_operator(field, rule['op']).label} {_words(field, rule['value'])}"
    parts = [f"({describe(n)})" if _is_group(n) else describe(n) for n in rule[kind]]
    joined = (" and " if kind == "all" else " or ").join(parts)
    return f"none of: {joined}" if kind == "none" else joined


def _is_group(node: Rule) -> bool:
    return next(iter(node)) in GROUPS and len(next(iter(node.values()))) > 1


def _words(field: Field, value: Any) -> str:
    labels = dict(field.choices)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " or ".join(str(labels.get(v, v)) for v in value)
    return str(labels.get(value, value))


def _operator(field: Field, name: str) -> Operator:
    found = operator(field, name)
    if found is None:
        known = ", ".join(row.name for row in OPERATORS[field.type])
        raise ValidationError(f"“{field.label}” cannot be asked with “{name}”, only: {known}.")
    return found


def _check_node(node: Any, *, depth: int) -> int:
    """Check one node and return how many conditions it holds."""
    if depth > MAX_DEPTH:
        raise ValidationError(f"Groups nest at most {MAX_DEPTH} deep.")
    if not isinstance(node, dict):
        raise ValidationError("Each part of a rule is an object.")
    kind = next(iter(node), None)
    if kind in GROUPS:
        if len(node) != 1 or not isinstance(node[kind], list) or not node[kind]:
            raise ValidationError(f"The group “{kind}” needs a list of conditions.")
        return sum(_check_node(child, depth=depth + 1) for child in node[kind])
    if set(node) != {"field", "op", "value"}:
        raise ValidationError("A condition has a field, an op and a value, nothing else.")
    _check_condition(node)
    return 1


def _check_condition(node: Rule) -> None:
    field = FIELDS.get(node["field"]) if isinstance(node["field"], str) else None
    if field is None:
        raise ValidationError(f"There is no field “{node['field']}”.")
    asked, value = _operator(field, node["op"]), node["value"]
    # bool is an int in Python and an empty list asks nothing: the exact type is what counts.
    if asked.takes and type(value) is not asked.takes:
        raise ValidationError(f"“{field.label} {asked.label}” needs a value that fits.")
    values = value if isinstance(value, list) else [value]
    if not values or (asked.takes is list and not all(isinstance(v, str) for v in values)):
        raise ValidationError(f"“{field.label} {asked.label}” needs at least one text.")
    known = {choice for choice, _ in field.choices}
    for one in values:
        if known and one not in known:
            raise ValidationError(f"“{one}” is no value of “{field.label}”.")
        if isinstance(one, str) and (len(one) > 500 or "\x00" in one):
            raise ValidationError(f"A value of “{field.label}” is at most 500 characters long.")
