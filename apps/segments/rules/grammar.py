"""The form of a rule: a JSON tree of groups and conditions.

- `{}` means everybody;
- a group: `{"all": [node, …]}`, `{"any": […]}` or `{"none": […]}`;
- a field: `{"field": "language", "op": "is", "value": "de"}`, the site's own properties under
  `state.`: `{"field": "state.orders", "op": "gte", "value": 3}`;
- events: `{"event": "purchase", "measure": "count", "op": "gte", "value": 3,
  "when": {"op": "in_last", "value": {"amount": 30, "unit": "days"}},
  "where": [{"field": "price", "op": "gt", "value": 20}]}`; `when` and `where` may be left out.
  The measures `sum`, `min` and `max` name a property of the event in `of`;
- membership: `{"segment": 7, "op": "in"}` or `"not_in"`.

Whether a site knows what it names is another question: apps.segments.rules.validation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from apps.segments.rules.context import Rule
from apps.segments.rules.fields import STATE

GROUPS = ("all", "any", "none")
MEASURES = ("count", "sum", "min", "max")
MAX_DEPTH, MAX_CONDITIONS, MAX_EVENTS = 5, 100, 20

Path = tuple[str | int, ...]

_KEYS: dict[str, tuple[set[str], set[str]]] = {
    "field": ({"field", "op", "value"}, set()),
    "event": ({"event", "measure", "op", "value"}, {"of", "when", "where"}),
    "segment": ({"segment", "op"}, set()),
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with a rule, in words; `path` leads to the place: `("all", 0, "value")`."""

    path: Path
    message: str


class Broken(ValidationError):
    """The rule cannot be asked; `problems` says why, place by place."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__([problem.message for problem in problems])
        self.problems = problems


def check(rule: Any) -> None:
    """Raise Broken unless the tree has the form of a rule."""
    problems = list(_in_tree(rule, (), depth=1)) if rule != {} else []
    if not problems:
        found = list(conditions(rule))
        if len(found) > MAX_CONDITIONS:
            problems.append(
                Problem(path=(), message=f"A rule has at most {MAX_CONDITIONS} conditions.")
            )
        if sum("event" in node for _, node in found) > MAX_EVENTS:
            problems.append(
                Problem(path=(), message=f"A rule asks for events at most {MAX_EVENTS} times.")
            )
    if problems:
        raise Broken(problems)


def kind(node: Rule) -> str:
    """Return which kind of node it is: a group's name, `field`, `event` or `segment`."""
    return next((name for name in (*GROUPS, *_KEYS) if name in node), "")


def conditions(rule: Rule, path: Path = ()) -> Iterator[tuple[Path, Rule]]:
    """Yield each condition of the rule with its path, in the order in which they are written."""
    name = kind(rule)
    if name in GROUPS:
        for number, child in enumerate(rule[name]):
            yield from conditions(child, (*path, name, number))
    elif rule:
        yield path, rule


def segments_in(rule: Rule) -> set[int]:
    """Return the ids of the segments that the rule names."""
    return {node["segment"] for _, node in conditions(rule or {}) if "segment" in node}


def properties_in(rule: Rule) -> set[tuple[str | None, str]]:
    """Return the site's own properties that the rule names: the event whose they are, or None
    for those of contacts, and the name."""
    found: set[tuple[str | None, str]] = set()
    for _, node in conditions(rule or {}):
        if str(node.get("field")).startswith(STATE):
            found.add((None, node["field"].removeprefix(STATE)))
        if "event" in node:
            names = [node.get("of"), *(each["field"] for each in node.get("where", []))]
            found |= {(node["event"], name) for name in names if name}
    return found


def _in_tree(node: Any, path: Path, *, depth: int) -> Iterator[Problem]:
    if depth > MAX_DEPTH:
        yield Problem(path=path, message=f"Groups nest at most {MAX_DEPTH} deep.")
        return
    if not isinstance(node, dict):
        yield Problem(path=path, message="Each part of a rule is an object.")
        return
    name = kind(node)
    if name in GROUPS:
        if len(node) != 1 or not isinstance(node[name], list) or not node[name]:
            yield Problem(path=path, message=f"The group “{name}” needs a list of conditions.")
            return
        for number, child in enumerate(node[name]):
            yield from _in_tree(child, (*path, name, number), depth=depth + 1)
    elif name:
        yield from _in_condition(name, node, path)
    else:
        message = "A condition names a field, an event or a segment."
        yield Problem(path=path, message=message)


def _in_condition(name: str, node: Rule, path: Path) -> Iterator[Problem]:
    needed, more = _KEYS[name]
    if needed - set(node) or set(node) - needed - more:
        keys = ", ".join(sorted(needed | more))
        yield Problem(path=path, message=f"A condition on a {name} has these parts: {keys}.")
        return
    yield from _in_parts(node, path)
    if name == "event":
        yield from _in_event(node, path)


def _in_parts(node: Rule, path: Path) -> Iterator[Problem]:
    """Names are plain values, and what a condition asks for holds plain values at most."""
    for part, value in node.items():
        if part in ("when", "where"):
            continue
        inner = value.values() if isinstance(value, dict) else value
        plain = not isinstance(value, dict | list) or (
            part == "value" and not any(isinstance(each, dict | list) for each in inner)
        )
        if not plain:
            yield Problem(path=(*path, part), message="This is not a value that can be asked for.")


def _in_event(node: Rule, path: Path) -> Iterator[Problem]:
    if node["measure"] not in MEASURES:
        yield Problem(path=(*path, "measure"), message="Count, sum, min or max is measured.")
    elif ("of" in node) == (node["measure"] == "count"):
        yield Problem(path=(*path, "of"), message="Choose the property that is measured.")
    when, where = node.get("when"), node.get("where", [])
    if when is not None and not (isinstance(when, dict) and set(when) == {"op", "value"}):
        yield Problem(path=(*path, "when"), message="Choose when it happened.")
    elif when is not None:
        yield from _in_parts(when, (*path, "when"))
    if not isinstance(where, list) or len(where) > MAX_EVENTS:
        yield Problem(path=(*path, "where"), message="It takes a list of conditions.")
        return
    for number, each in enumerate(where):
        if not isinstance(each, dict) or set(each) != _KEYS["field"][0]:
            message = "A condition on a property has a field, an op and a value."
            yield Problem(path=(*path, "where", number), message=message)
        else:
            yield from _in_parts(each, (*path, "where", number))
