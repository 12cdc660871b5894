"""Whether a rule can be asked on a site: does it name what there is, with values that fit."""

from collections.abc import Iterator
from typing import Any

from apps.segments.rules import grammar, operators, values
from apps.segments.rules.context import Context, Rule
from apps.segments.rules.fields import STATE, Field
from apps.segments.rules.grammar import Path, Problem

MEMBERSHIP = {"in": "is in", "not_in": "is not in"}


def problems(rule: Any, context: Context, *, inside: tuple[int, ...] = ()) -> list[Problem]:
    """Return what is wrong with the rule on the context's site; an empty list when nothing is.

    `inside` are the segments that are being asked already, so that a cycle is found: the id of
    the segment whose own rule this is, when it has one.
    """
    try:
        grammar.check(rule)
    except grammar.Broken as broken:
        return broken.problems
    found: list[Problem] = []
    for path, node in grammar.conditions(rule):
        match grammar.kind(node):
            case "field":
                field = context.field(node["field"])
                found += _in_field(field, node, path, name=_shown(node["field"]))
            case "event":
                found += _in_event(node, path, context)
            case "segment":
                found += _in_segment(node, path, context, inside)
    return found


def require(rule: Any, context: Context, *, inside: tuple[int, ...] = ()) -> None:
    """Raise Broken, with every problem, unless the rule can be asked on the context's site."""
    found = problems(rule, context, inside=inside)
    if found:
        raise grammar.Broken(found)


def _shown(name: Any) -> str:
    return str(name).removeprefix(STATE)[:100]


def _in_field(field: Field | None, node: Rule, path: Path, *, name: str) -> Iterator[Problem]:
    if field is None:
        yield Problem(path=(*path, "field"), message=f"Nothing is known as “{name}” here.")
        return
    yield from _in_operator(field.type, node, path, about=field.label)
    known = {value for value, _ in field.choices}
    asked = node["value"] if isinstance(node["value"], list) else [node["value"]]
    if known and node["op"] != "is_set":
        for value in asked:
            if value not in known:
                message = f"“{value}” is no value of “{field.label}”."
                yield Problem(path=(*path, "value"), message=message)


def _in_operator(type: str, node: Rule, path: Path, *, about: str) -> Iterator[Problem]:
    operator = operators.find(type, node["op"])
    if operator is None:
        message = f"“{about}” is a {TYPES[type]} now and cannot be asked with “{node['op']}”."
        yield Problem(path=(*path, "op"), message=message)
        return
    wrong = values.wrong(operator.takes, node["value"])
    if wrong:
        yield Problem(path=(*path, "value"), message=f"“{about} {operator.label}”: {wrong}")


TYPES = {
    "choice": "choice",
    "text": "text",
    "number": "number",
    "yes_no": "yes or no",
    "flag": "yes or no",
    "date": "date",
    "when": "date",
    "list": "list",
    "count": "count",
    "amount": "number",
}


def _in_event(node: Rule, path: Path, context: Context) -> Iterator[Problem]:
    name = node["event"]
    if not isinstance(name, str) or name not in context.events:
        message = f"No event “{str(name)[:100]}” has been seen on this site."
        yield Problem(path=(*path, "event"), message=message)
        return
    if node["measure"] == "count":
        yield from _in_operator("count", node, path, about="Times")
        asked = node["value"] if isinstance(node["value"], list) else [node["value"]]
        if any(type(value) is not int or not 0 <= value <= 1_000_000 for value in asked):
            message = "Write a whole number of times, from 0 to 1,000,000."
            yield Problem(path=(*path, "value"), message=message)
    else:
        measured = context.event_field(name, node["of"])
        if measured is None or measured.type != "number":
            message = f"“{name}” has no number “{str(node['of'])[:100]}”."
            yield Problem(path=(*path, "of"), message=message)
        yield from _in_operator("amount", node, path, about=node["measure"])
    if node.get("when"):
        yield from _in_operator("when", node["when"], (*path, "when"), about="When")
    for number, each in enumerate(node.get("where", [])):
        field = context.event_field(name, each["field"])
        yield from _in_field(field, each, (*path, "where", number), name=_shown(each["field"]))


def _in_segment(
    node: Rule, path: Path, context: Context, inside: tuple[int, ...]
) -> Iterator[Problem]:
    segment_id = node["segment"]
    segment = context.segments.get(segment_id) if type(segment_id) is int else None
    if not isinstance(node["op"], str) or node["op"] not in MEMBERSHIP:
        yield Problem(path=(*path, "op"), message="A contact is in a segment or is not in it.")
    if segment is None:
        yield Problem(path=(*path, "segment"), message="This segment does not exist any more.")
        return
    if segment_id in inside:
        names = " → ".join(context.segments[one].name for one in (*inside, segment_id))
        message = f"The segments would ask each other for ever: {names}."
        yield Problem(path=(*path, "segment"), message=message)
        return
    if len(inside) >= grammar.MAX_DEPTH:
        message = f"Segments stand in each other at most {grammar.MAX_DEPTH} deep."
        yield Problem(path=(*path, "segment"), message=message)
        return
    within = problems(segment.rule or {}, context, inside=(*inside, segment_id))
    if within:
        message = f"The segment “{segment.name}” is broken: {within[0].message}"
        yield Problem(path=(*path, "segment"), message=message)
