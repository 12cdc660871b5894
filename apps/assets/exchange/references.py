"""Segments in rules: by id where a rule is stored, by name where it travels."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.segments.rules import Context
from apps.segments.rules.grammar import GROUPS


def by_name(rule: Any, context: Context) -> Any:
    """Return the rule with the names of segments."""

    def name(reference: Any) -> Any:
        segment = context.segments.get(reference) if type(reference) is int else None
        if segment is not None:
            return segment.name
        return f"Deleted segment {reference}" if type(reference) is int else reference

    return _mapped(rule, name)


def by_id(rule: Any, ids: Mapping[str, int]) -> tuple[Any, list[str]]:
    """Return the rule with the ids of segments, and the names of which there are none: these
    stay in the rule, which then cannot be asked."""
    missing: list[str] = []

    def found(reference: Any) -> Any:
        # A number is an id of elsewhere, which may be any other segment here.
        text = str(reference) if type(reference) is int else reference
        if not isinstance(text, str):
            return text
        if type(reference) is not int and text in ids:
            return ids[text]
        missing.append(text[:150])
        return text

    return _mapped(rule, found), missing


def ids_of(context: Context) -> dict[str, int]:
    return {segment.name: segment.id for segment in context.segments.values()}


def _mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return the tree, whatever is wrong with it, with each reference to a segment changed."""
    if not isinstance(node, dict):
        return node
    made = dict(node)
    if "segment" in made:
        made["segment"] = change(made["segment"])
    for group in GROUPS:
        if isinstance(made.get(group), list):
            made[group] = [_mapped(child, change) for child in made[group]]
    return made
