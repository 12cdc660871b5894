"""What a rule can ask of a contact: the registry of fields, and the operators of each type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from apps.accounts.models import PushStatus


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to ask. `type` decides the operators; `choices` are (value, label) pairs."""

    name: str
    label: str
    type: str
    lookup: str
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Operator:
    """How to ask: `takes` says which Python type the rule's value must have."""

    name: str
    label: str
    takes: type | None
    compile: Callable[[str, Any], Q]


def _text(name: str, label: str, suffix: str) -> Operator:
    return Operator(
        name=name, label=label, takes=str, compile=lambda lookup, v: Q(**{f"{lookup}{suffix}": v})
    )


IS = _text("is", "is", "")
IS_NOT = Operator(name="is_not", label="is not", takes=str, compile=lambda lo, v: ~Q(**{lo: v}))
ANY_OF = Operator(
    name="any_of", label="is any of", takes=list, compile=lambda lo, v: Q(**{f"{lo}__in": v})
)
STARTS_WITH = _text("starts_with", "starts with", "__startswith")
IS_TRUE = Operator(name="is", label="is", takes=bool, compile=lambda lookup, v: Q(**{lookup: v}))
IS_SET = Operator(
    name="is_set", label="is set", takes=bool, compile=lambda lo, v: Q(**{f"{lo}__isnull": not v})
)

OPERATORS: dict[str, list[Operator]] = {
    "choice": [IS, IS_NOT, ANY_OF],
    "text": [IS, IS_NOT, ANY_OF, STARTS_WITH],
    "id": [IS, IS_NOT, ANY_OF, IS_SET],
    "yes_no": [IS_TRUE],
}

FIELDS: dict[str, Field] = {
    row.name: row
    for row in (
        Field(
            name="push_status",
            label="Push status of the last session",
            type="choice",
            lookup="push_status",
            choices=list(PushStatus.choices),
        ),
        Field(
            name="reachable",
            label="Core: push enabled, user has at least one device",
            type="yes_no",
            lookup="is_reachable",
        ),
        Field(name="external_id", label="External id", type="id", lookup="external_id"),
        Field(name="language", label="Language", type="text", lookup="language"),
        Field(name="time_zone", label="Time zone", type="text", lookup="time_zone"),
    )
}


def operator(field: Field, name: str) -> Operator | None:
    return next((row for row in OPERATORS[field.type] if row.name == name), None)
