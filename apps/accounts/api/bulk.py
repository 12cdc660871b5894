"""Many items in one call: each is checked by itself, and said to be wrong by itself."""

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

ItemError = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The items that are fine, each under its index, and what is wrong with the others."""

    fine: dict[int, dict[str, Any]]
    errors: list[ItemError]

    def with_refused(self, refused: list[tuple[int, str, str]]) -> list[ItemError]:
        """Return all errors in the order of the items; `refused` counts among the fine ones."""
        index = list(self.fine)
        late = [error(index[number], field, message) for number, field, message in refused]
        return sorted(self.errors + late, key=lambda row: row["item"])


def check(items: list[Any], serializer: type[serializers.Serializer]) -> Checked:
    """Check each of `items` by the serializer."""
    # One for all: making one costs more than what it checks.
    checking = serializer()
    fine, errors = {}, []
    for index, item in enumerate(items):
        try:
            fine[index] = checking.run_validation(item)
        except serializers.ValidationError as problem:
            errors += _errors(index, problem.detail)
    return Checked(fine=fine, errors=errors)


def _errors(index: int, detail: Any) -> list[ItemError]:
    if not isinstance(detail, dict):
        detail = {"": detail}
    return [
        error(index, "" if field == "non_field_errors" else field, str(messages[0]))
        for field, messages in detail.items()
    ]


def error(index: int, field: str, message: str) -> ItemError:
    return {"item": index, "field": field, "message": message}


def answer(counts: dict[str, int], errors: list[ItemError]) -> Response:
    """Say what became of the items: 400 only when nothing of them was of use."""
    status = 200 if any(counts.values()) else 400
    return Response({**counts, "errors": errors}, status=status)
