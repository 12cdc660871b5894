"""What a dry run counts: numbers of the sample, which the result scales."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(kw_only=True)
class Counts:
    """`days` are numbers of a day by their name, `hours` pushes by the hour of the contact's own
    day, `of_contacts` pushes to each contact by day; `cut` are contacts who went through so many
    steps that their run was ended. `stopped_at` is the moment at which time was up, before the end
    of the days."""

    came: Counter[str] = field(default_factory=Counter)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: Counter[tuple[str, str]] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    days: dict[str, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    hours: Counter[int] = field(default_factory=Counter)
    pushes: Counter[str] = field(default_factory=Counter)
    capped_by_others: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refused_contacts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    of_contacts: Counter[tuple[int, date]] = field(default_factory=Counter)
    entered: set[int] = field(default_factory=set)
    ways: int = 0
    converted: int = 0
    cut: set[int] = field(default_factory=set)
    stopped_at: datetime | None = None
