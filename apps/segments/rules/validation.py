"""Whether a rule can be asked on a site: does it name what there is, with values that fit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from apps.segments.rules import grammar, operators, values
from apps.segments.rules.context import Context, Rule
from apps.segments.rules.fields import STATE, Field
from apps.segments.rules.grammar import Path, Problem

# Of a rule together with the segments that it names: they become one query.
MAX_CONDITIONS, MAX_EVENTS, MAX_VALUES = 300, 60, 5_000
TOO_DEEP = f"Segments stand in each other at most {grammar.MAX_DEPTH} deep."
MEMBERSHIP = {"in": "is in", "not_in": "is not in"}


def problems(rule: Any, context: Context, *, inside: tuple[int, ...] = ()) -> list[Problem]:
    """Return what is wrong with the rule on the context's site; an empty list when nothing is.

    `inside` are the segments that are being asked already, so that a cycle is found: the id of
    the segment whose own rule this is, when it has one.
    """
    known: dict[int, Weighed] = {}
    found, weight = _weigh(rule, context, inside, known)
    return found or list(_too_heavy(weight))


def _weigh(
    rule: Any, context: Context, inside: tuple[int, ...], known: dict[int, "Weighed"]
) -> tuple[list[Problem], "Weight"]:
    """`known` holds the segments that were looked at already: rules that name each other many
    times would take for ever otherwise."""
    try:
        grammar.check(rule)
    except grammar.Broken as broken:
        return broken.problems, Weight()
    found: list[Problem] = []
    weight = Weight()
    for path, node in grammar.conditions(rule):
        weight += Weight(conditions=1, events="event" in node, values=_values_in(node))
        match grammar.kind(node):
            case "field":
                field = context.field(node["field"])
                found += _in_field(field, node, path, name=shown(node["field"]))
            case "event":
                found += _in_event(node, path, context)
            case "segment":
                found += _in_membership(node, path)
                inner = _in_segment(node["segment"], context, inside, known)
                weight += inner.weight
                if inner.message:
                    found.append(Problem(path=(*path, "segment"), message=inner.message))
    return found, weight


def require(rule: Any, context: Context, *, inside: tuple[int, ...] = ()) -> None:
    """Raise Broken, with every problem, unless the rule can be asked on the context's site."""
    found = problems(rule, context, inside=inside)
    if found:
        raise grammar.Broken(found)


def shown(name: Any) -> str:
    """Return what a rule says, whatever it is, as a text that a page can show."""
    # Half a character, which JSON can spell, would end the page that shows it.
    text = str(name).removeprefix(STATE)[:100]
    return text.encode(errors="replace").decode()


def _in_field(field: Field | None, node: Rule, path: Path, *, name: str) -> Iterator[Problem]:
    if field is None:
        yield Problem(path=(*path, "field"), message=f"Nothing is known as “{name}” here.")
        return
    wrong = list(_in_operator(field.type, node, path, about=field.label))
    yield from wrong
    known = {value for value, _ in field.choices}
    if wrong or not known or node["op"] == "is_set":
        return
    for value in node["value"] if isinstance(node["value"], list) else [node["value"]]:
        if value not in known:
            message = f"“{shown(value)}” is no value of “{field.label}”."
            yield Problem(path=(*path, "value"), message=message)


def _in_operator(type: str, node: Rule, path: Path, *, about: str) -> Iterator[Problem]:
    operator = operators.find(type, node["op"])
    if operator is None:
        asked = shown(operators.words(node["op"]))
        message = f"“{about}” is a {TYPES[type]} now and cannot be asked with “{asked}”."
        yield Problem(path=(*path, "op"), message=message)
        return
    wrong = values.wrong(operator.takes, node["value"])
    if wrong:
        yield Problem(path=(*path, "value"), message=f"“{about} {operator.label}”: {wrong}")


TYPES = {
    "choice": "choice",
    "status": "choice",
    "text": "text",
    "number": "number",
    "yes_no": "yes or no",
    "flag": "yes or no",
    "date": "date",
    "when": "date",
    "list": "list",
    "count": "count",
    "total": "count",
    "amount": "number",
}


def _in_event(node: Rule, path: Path, context: Context) -> Iterator[Problem]:
    name = node["event"]
    if not isinstance(name, str) or name not in context.events:
        message = f"No event “{shown(name)}” has been seen on this site."
        yield Problem(path=(*path, "event"), message=message)
        return
    if node["measure"] == "count":
        yield from _in_operator("count", node, path, about="Times")
    else:
        measured = context.event_field(name, node["of"])
        if measured is None or measured.type != "number":
            message = f"“{name}” has no number “{shown(node['of'])}”."
            yield Problem(path=(*path, "of"), message=message)
        yield from _in_operator("amount", node, path, about=node["measure"])
    if node.get("when"):
        yield from _in_operator("when", node["when"], (*path, "when"), about="When")
    for number, each in enumerate(node.get("where", [])):
        field = context.event_field(name, each["field"])
        yield from _in_field(field, each, (*path, "where", number), name=shown(each["field"]))


def _in_membership(node: Rule, path: Path) -> Iterator[Problem]:
    if not isinstance(node["op"], str) or node["op"] not in MEMBERSHIP:
        yield Problem(path=(*path, "op"), message="A contact is in a segment or is not in it.")


def _in_segment(
    segment_id: Any, context: Context, inside: tuple[int, ...], known: dict[int, "Weighed"]
) -> "Weighed":
    segment = context.segments.get(segment_id) if type(segment_id) is int else None
    if segment is None:
        return Weighed(message="This segment does not exist any more.")
    if segment_id in inside:
        names = " → ".join(context.segments[one].name for one in (*inside, segment_id))
        return Weighed(message=f"The segments would ask each other for ever: {names}.")
    if len(inside) >= grammar.MAX_DEPTH:
        return Weighed(message=TOO_DEEP)
    if segment_id not in known:
        found, weight = _weigh(segment.rule or {}, context, (*inside, segment_id), known)
        message = f"The segment “{segment.name}” is broken: {found[0].message}" if found else ""
        known[segment_id] = Weighed(message=message, weight=weight.in_a_segment())
    return known[segment_id]


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What asking a rule takes, the rules of the segments that it names among it."""

    conditions: int = 0
    events: int = 0
    values: int = 0
    depth: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            conditions=self.conditions + other.conditions,
            events=self.events + other.events,
            values=self.values + other.values,
            depth=max(self.depth, other.depth),
        )

    def in_a_segment(self) -> "Weight":
        return replace(self, depth=self.depth + 1)


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A segment that a rule names: what is wrong with it, and what asking it takes."""

    message: str = ""
    weight: Weight = Weight()


def _values_in(node: Rule) -> int:
    values = [each.get("value") for each in (node, *node.get("where", []))]
    return sum(len(value) if isinstance(value, list) else 1 for value in values)


def _too_heavy(weight: Weight) -> Iterator[Problem]:
    together = "Together with the segments that it names, a rule"
    if weight.depth > grammar.MAX_DEPTH:
        message = TOO_DEEP
    elif weight.conditions > MAX_CONDITIONS:
        message = f"{together} has at most {MAX_CONDITIONS} conditions."
    elif weight.events > MAX_EVENTS:
        message = f"{together} asks for events at most {MAX_EVENTS} times."
    elif weight.values > MAX_VALUES:
        message = f"{together} has at most {MAX_VALUES:,} values."
    else:
        return
    yield Problem(path=(), message=message)
