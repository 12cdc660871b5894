"""What an explanation is made of: plain values, for pages and for the API alike."""

from dataclasses import dataclass, field
from datetime import datetime

from apps.segments.explaining import Answer


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One question and its answer. `is_asked` is False where the journey has no such gate; `rule`
    explains a rule condition by condition."""

    name: str
    asked: str
    is_met: bool
    found: str
    is_asked: bool = True
    rule: Answer | None = None


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A time at which the contact could have entered: an event, or a run. `is_met` says whether
    an event had the properties asked for; None where nothing was asked."""

    at: datetime
    words: str
    became: str
    is_met: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a visit asked of delivery, or of the site's systems, and what became of it.

    `kind` is popup, push or webhook; `story` are moments with what happened then; `reason` says
    why it failed, `answer` what the other side said.
    """

    kind: str
    name: str
    status: str
    device: str = ""
    reason: str = ""
    answer: str = ""
    story: list[tuple[str, datetime]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One visit of a step; `left_at` is None of where the contact is now."""

    number: int
    step: str
    kind: str
    arrived_at: datetime
    left_at: datetime | None
    outcome: str
    why: str
    messages: list[Message]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One enrolment; `now` says where it is and what it waits for, or how it ended."""

    number: int
    version: int
    entered_by: str
    entered_at: datetime
    left_at: datetime | None
    state: str
    now: str
    converted_at: datetime | None
    is_control: bool
    visits: list[Passage]
    has_more_visits: bool


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A push step that comes next, and what would be said if it were sent now."""

    step: str
    pushes: list[str]
    gates: list[Gate]

    @property
    def would_be_sent(self) -> bool:
        return all(gate.is_met for gate in self.gates)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why, and why not, as of `at`; `version` is None where the journey was never published."""

    at: datetime
    version: int | None
    can_enter: bool
    verdict: str
    gates: list[Gate] = field(default_factory=list)
    refusal: str = ""
    occasions: list[Occasion] = field(default_factory=list)
    next_chance: str = ""
    ways: list[Way] = field(default_factory=list)
    has_more_ways: bool = False
    sending: list[Sending] = field(default_factory=list)

    @property
    def inside(self) -> Way | None:
        """The way that the contact is on now; of several the latest."""
        return next((way for way in self.ways if way.left_at is None), None)
