"""Rules: which contacts are meant, as a JSON tree over fields, events and segments."""

from apps.segments.rules.compiler import compile, condition, events_meant, measured
from apps.segments.rules.context import Context, KnownSegment, Rule
from apps.segments.rules.grammar import (
    Broken,
    Problem,
    check,
    conditions,
    kind,
    properties_in,
    segments_in,
)
from apps.segments.rules.validation import problems, require
from apps.segments.rules.words import describe, describe_condition, describe_events

__all__ = [
    "Broken",
    "Context",
    "KnownSegment",
    "Problem",
    "Rule",
    "check",
    "compile",
    "condition",
    "conditions",
    "describe",
    "describe_condition",
    "describe_events",
    "events_meant",
    "kind",
    "measured",
    "problems",
    "properties_in",
    "require",
    "segments_in",
]
