"""What a kind of step is given, and what it answers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from apps.journeys.models import CompiledStep
from apps.journeys.models.held import Held


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Contacts at one step, at one moment: `rows` are held by this transaction.

    All their journeys are the version's. `now` is what counts as the present.
    """

    step: CompiledStep
    rows: list[Held]
    now: datetime

    @property
    def config(self) -> dict[str, Any]:
        return self.step.config


# An outcome, and a word on why where the outcome alone does not say.
Way = tuple[str, str]


@dataclass(kw_only=True)
class Moves:
    """Who leaves the step by which outcome, who waits at it until when (None: until something
    happens), and who leaves the journey here. In `changed` are those whose context is new."""

    leaving: dict[Way, list[Held]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[datetime | None, list[Held]] = field(default_factory=lambda: defaultdict(list))
    exiting: list[Held] = field(default_factory=list)
    changed: list[Held] = field(default_factory=list)

    def leave(self, outcome: str, rows: Iterable[Held], *, why: str = "") -> "Moves":
        self.leaving[outcome, why] += rows
        return self

    def wait(self, until: datetime | None, rows: Iterable[Held]) -> "Moves":
        self.waiting[until] += rows
        return self


class Kind(Protocol):
    """The behaviour of a kind of step, for a batch at a time.

    Called inside the engine's transaction: what it asks of others (a popup, a push) is rows,
    written with the move or not at all. `passes_time` says that nobody leaves at the moment of
    coming (`lets_time_pass`, where that depends on the step); `needs_context` that it reads what
    tags may name; `holds_contacts` that it changes contacts, which are then held before the
    enrolments. `also_reads` names what else of a row it reads.
    """

    passes_time: bool = False
    needs_context: bool = False
    also_reads: tuple[str, ...] = ()
    holds_contacts: bool = False

    def lets_time_pass(self, config: dict[str, Any]) -> bool:
        """Whether a flow may lead back over a step of this config: time passes each time."""
        return self.passes_time

    def arrive(self, batch: Batch) -> Moves:
        """Take those who have just come to the step."""
        ...

    def time_out(self, batch: Batch) -> Moves:
        """Take those whose waiting is over."""
        ...
