"""What the rules of an asset ask, as far as a made-up contact has it or cannot have it."""

from collections.abc import Iterable, Iterator

from django.apps import apps

from apps.assets.rendering import CORE_STATE
from apps.segments import rules
from apps.segments.rules import Context, Rule
from apps.segments.rules.fields import STATE
from apps.segments.rules.sources import ContactColumn, JsonProperty, Source

# Columns of contacts that follow from what a made-up one cannot have.
FOLLOWS = {
    "is_reachable": "devices",
    "last_seen_at": "sessions",
    "unsubscribed_at": "opt-outs",
    "push_disabled_by_platform": "opt-outs",
}
NEW = "It counts as first seen now."


def conditions(asked: Iterable[Rule], context: Context) -> list[Rule]:
    """Return the conditions of the rules, and of the segments that they name. What cannot be
    asked is met by nobody, whoever it is."""
    known: set[int] = set()
    whole = [rule for rule in asked if not rules.problems(rule, context)]
    return [node for rule in whole for node in _in(rule, context, known)]


def _in(rule: Rule, context: Context, known: set[int]) -> Iterator[Rule]:
    for _, node in rules.conditions(rule):
        inner = context.segments[node["segment"]].rule if "segment" in node else None
        if inner is None:
            yield node
        elif node["segment"] not in known:
            known.add(node["segment"])
            yield from _in(inner, context, known)


def state(nodes: Iterable[Rule]) -> list[str]:
    """Return what of the state the conditions name, as tags name it."""
    names = [node["field"] for node in nodes if "field" in node]
    return [
        name.removeprefix(STATE) for name in names if name in CORE_STATE or name.startswith(STATE)
    ]


def lacking(nodes: list[Rule], context: Context) -> str:
    """Say what of it no made-up contact has; nothing where there is nothing of the kind."""
    fields = [context.field(node["field"]).source for node in nodes if "field" in node]
    found = {word for source in fields for word in _lacking(source)}
    found |= {"events" for node in nodes if "event" in node}
    found |= {"imported segments" for node in nodes if "segment" in node}
    words = [f"Rules here ask for {_listed(sorted(found))}: a made-up contact has none."]
    is_new = ContactColumn(column="created_at", is_null_when_empty=True) in fields
    return " ".join([*(words if found else ()), *([NEW] if is_new else ())])


def _lacking(source: Source) -> Iterator[str]:
    match source:
        case ContactColumn(column=column):
            if column in FOLLOWS:
                yield FOLLOWS[column]
        case JsonProperty():
            pass
        case _:
            yield str(apps.get_model(source.model)._meta.verbose_name_plural)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
