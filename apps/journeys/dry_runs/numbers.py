"""What a dry run counts on its way: plain counters, however long it runs."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.journeys.dry_runs.world import Person

# Of each day.
DAILY = ("entries", "pushes", "popups", "capped", "capped_by_others", "put_off", "dropped")


@dataclass(kw_only=True)
class Numbers:
    """Counts of the sample; days are those of the site's `zone`, hours those of each contact."""

    zone: ZoneInfo
    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    hours: Counter[int] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    exits: Counter[tuple[str, str]] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    gates: Counter[str] = field(default_factory=Counter)
    sent: Counter[tuple[int, date]] = field(default_factory=Counter)
    people: set[int] = field(default_factory=set)
    converted: set[int] = field(default_factory=set)
    cut: int = 0

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def enter(self, at: datetime, person: Person) -> None:
        self.days[self.day(at)]["entries"] += 1
        self.people.add(person.pk)

    def push(self, at: datetime, person: Person) -> None:
        day = self.day(at)
        self.days[day]["pushes"] += 1
        self.hours[at.astimezone(person.zone).hour] += 1
        self.sent[person.pk, day] += 1

    def popup(self, at: datetime) -> None:
        self.days[self.day(at)]["popups"] += 1

    def capped(self, at: datetime, *, by_others: bool) -> None:
        counts = self.days[self.day(at)]
        counts["capped"] += 1
        counts["capped_by_others"] += by_others

    def outside_hours(self, at: datetime, *, put_off: bool) -> None:
        self.days[self.day(at)]["put_off" if put_off else "dropped"] += 1
