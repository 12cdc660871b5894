"""Events that a journey listens for: whether the site knows them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.journeys.documents.problems import Problem
from apps.journeys.models import Step, TrackStep
from apps.segments import rules
from apps.segments.rules import Context


@dataclass(kw_only=True)
class Known:
    """What the site knows, and what the journey's own `steps` bring."""

    context: Context
    steps: list[Step] = field(default_factory=list)

    def problems(
        self, event: str, where: list[dict[str, Any]], *, field: str = ""
    ) -> Iterator[Problem]:
        """Yield why the event cannot be listened for. One that was never seen can, by its name
        alone: its properties cannot be asked before it is."""
        if not event:
            yield Problem(message="Choose the event.", field=field)
        elif where:
            once = {"event": event, "measure": "count", "op": "gte", "value": 1, "where": where}
            for wrong in rules.problems(once, self.context):
                yield Problem(message=wrong.message, field=field)
        elif event not in self.context.events and event not in self._own:
            message = f"No event “{event}” has been seen on this site yet."
            yield Problem(message=message, field=field, is_warning=True)

    @property
    def _own(self) -> set[str]:
        return {step.event for step in self.steps if isinstance(step, TrackStep)}
