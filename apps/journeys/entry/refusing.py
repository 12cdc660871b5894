"""Remembering why contacts did not enter when they last could have."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, DateTimeField, F, Value, When

from apps.accounts.id_lists import listed
from apps.accounts.inserting import insert_from
from apps.accounts.models import Contact
from apps.journeys.models import Refusal


def record(journey_id: int, refused: Mapping[int, str], *, at: datetime) -> None:
    """Write down which gate refused each contact (by id), in one statement."""
    if not refused:
        return
    by_gate: dict[str, list[int]] = defaultdict(list)
    for pk, gate in refused.items():
        by_gate[gate].append(pk)
    *others, last = by_gate
    cases = [When(pk__in=listed(by_gate[gate]), then=Value(str(gate))) for gate in others]
    insert_from(
        Refusal,
        Contact.objects.filter(pk__in=listed(refused)).order_by("pk"),
        {
            "journey": Value(journey_id),
            "contact": F("pk"),
            "gate": Case(*cases, default=Value(str(last))) if cases else Value(str(last)),
            "at": Value(at, output_field=DateTimeField()),
            "times": Value(1),
        },
        unique_fields=["journey", "contact"],
        update_fields=["gate", "at"],
        add_to=["times"],
    )
