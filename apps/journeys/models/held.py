"""What the engine reads of an enrolment that it moves: a model for each takes longer than moving
it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.journeys.models.message_keys import message_key


@dataclass(kw_only=True, slots=True, eq=False)
class Held:
    """An enrolment that this transaction holds. Of its context and the moment of its arrival there
    is what the kind of its step has asked for."""

    pk: int
    journey_id: int
    contact_id: int
    state: str
    visit: int
    context: dict[str, Any] | None = None
    arrived_at: datetime | None = None

    @property
    def message_key(self) -> str:
        return message_key(self.journey_id, self.pk, self.visit)
