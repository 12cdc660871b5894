"""The clock of a dry run: what is to come, in a queue by its moment, over the sample in memory."""

import heapq
import itertools
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from apps.journeys.dry_runs import entries
from apps.journeys.dry_runs.drafting import DraftStep
from apps.journeys.dry_runs.kinds import KINDS, Move, Visit
from apps.journeys.dry_runs.numbers import Numbers
from apps.journeys.dry_runs.world import Person, Time, World
from apps.journeys.models import Enrolment, Refusal, Version

Exit = Enrolment.Exit
# A contact makes at most so many steps on one way; whoever would make more is counted as cut.
MOST_STEPS = 600
LOOKS_EVERY = 2_000
# Of one and the same moment: who is inside goes on, succeeds and leaves before anybody enters.
MOVES, GOAL, LEAVES, ENTERS = range(4)


class TookTooLong(Exception):
    """The run was not over in its time."""


@dataclass(kw_only=True, eq=False)
class Way:
    """One contact's way through the draft; `turn` changes with every move, so that what was
    planned before it is known to be over."""

    person: Person
    time: Time
    step: DraftStep
    turn: int = 0
    is_over: bool = False


@dataclass(kw_only=True)
class Simulation:
    """`tell` is told the progress, 0 to 1; `deadline` is a moment of time.monotonic()."""

    world: World
    tell: Callable[[float], None]
    deadline: float
    numbers: Numbers = field(init=False)
    random: Random = field(init=False)
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    ways: list[Way] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = Numbers(zone=self.world.zone)
        self.random = Random(self.world.options.seed)
        self._order = itertools.count()
        self._queue: list[tuple[datetime, int, int, Callable[[datetime], None]]] = []
        self._entered = 0

    def run(self) -> None:
        """Go through the days. Raises TookTooLong, and whatever `tell` raises."""
        options = self.world.options
        for at, pk, heard in sorted(entries.knocks(self.world, self.random)):
            person = self.world.people[pk]
            self._plan(at, ENTERS, lambda at, who=person, ok=heard: self._knock(who, at, ok))
        for number in itertools.count():
            if not self._queue or self._queue[0][0] >= options.end:
                return
            at, _, _, act = heapq.heappop(self._queue)
            act(at)
            if number % LOOKS_EVERY == 0:
                self.tell((at - options.start) / (options.end - options.start))
                if time.monotonic() > self.deadline:
                    raise TookTooLong

    def next_event(
        self, person: Person, place: tuple[str, str], event: str, after: datetime, until: datetime
    ) -> datetime | None:
        """Return when the event happens next, later than `after`: by history, or by the rate that
        was given, at some moment up to `until`. None: never."""
        rate = self.world.options.events.get(event)
        if rate is not None:
            if self.random.random() * 100 >= rate:
                return None
            return after + (1 - self.random.random()) * (until - after)
        moments = self.world.events.get(place, {}).get(person.pk, [])
        number = bisect_right(moments, after)
        return moments[number] if number < len(moments) else None

    def track(self, way: Way, event: str, at: datetime) -> None:
        """A step tracks an event: who is inside succeeds or leaves by it, where no properties are
        asked for."""
        terms = self.world.draft.terms
        if event == terms.goal_event and not terms.goal_where:
            self._plan(at, GOAL, lambda at: self._reach(way, at))
        if event == terms.exit_event and not terms.exit_where:
            self._plan(at, LEAVES, lambda at: self._leave(way, Exit.EVENT, at))

    def _plan(self, at: datetime, rank: int, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self._queue, (at, rank, next(self._order), act))

    def _knock(self, person: Person, at: datetime, heard: bool) -> None:
        terms = self.world.draft.terms
        gate = entries.closed(self.world, person, at, heard=heard)
        if gate is None and terms.total_cap:
            so_far = self.world.entered + self._entered * self.world.sample.factor
            gate = Refusal.Gate.TOTAL_CAP if so_far >= terms.total_cap else None
        if gate:
            self.numbers.gates[gate.value] += 1
            if gate == Refusal.Gate.CONTROL:
                person.was_control = True
            return
        if terms.reentry == Version.Reentry.RESTART:
            self._end_ways(person, at)
        self._entered += 1
        self._enter(person, at)

    def _end_ways(self, person: Person, at: datetime) -> None:
        for way in [way for way in self.ways if way.person is person]:
            self._leave(way, Exit.RESTARTED, at)
        for each in person.times:
            each.left_at = each.left_at or at

    def _enter(self, person: Person, at: datetime) -> None:
        way = Way(person=person, time=Time(entered_at=at), step=self.world.draft.first)
        person.times.append(way.time)
        self.ways.append(way)
        self.numbers.enter(at, person)
        self._plan_terms(way, at)
        self._come(way, way.step, at)

    def _plan_terms(self, way: Way, at: datetime) -> None:
        terms, end = self.world.draft.terms, self.world.options.end
        if terms.exit_event:
            leaves = self.next_event(way.person, ("exit", ""), terms.exit_event, at, end)
            if leaves:
                self._plan(leaves, LEAVES, lambda at: self._leave(way, Exit.EVENT, at))
        if terms.timeout_hours:
            over = at + timedelta(hours=terms.timeout_hours)
            self._plan(over, LEAVES, lambda at: self._leave(way, Exit.TIMEOUT, at))
        if terms.goal_event:
            window = at + timedelta(hours=terms.goal_hours)
            reached = self.next_event(way.person, ("goal", ""), terms.goal_event, at, window)
            if reached and reached <= window:
                self._plan(reached, GOAL, lambda at: self._reach(way, at))

    def _reach(self, way: Way, at: datetime) -> None:
        terms = self.world.draft.terms
        if at > way.time.entered_at + timedelta(hours=terms.goal_hours):
            return
        self.numbers.converted.add(way.person.pk)
        if terms.exits_on_goal:
            self._leave(way, Exit.GOAL, at)

    def _leave(self, way: Way, reason: str, at: datetime) -> None:
        if not way.is_over:
            self.numbers.exits[way.step.key, str(reason)] += 1
            way.is_over, way.time.left_at = True, at

    def _come(self, way: Way, step: DraftStep, at: datetime) -> None:
        """Come to a step, and go on from there as far as no time passes."""
        following: DraftStep | None = step
        while following and not way.is_over:
            way.step = following
            self.numbers.came[following.key] += 1
            following = self._take(way, Visit(run=self, way=way, step=following, at=at))

    def _take(self, way: Way, visit: Visit) -> DraftStep | None:
        """Do what the step does; returns the next one where the contact goes on at once."""
        way.turn += 1
        if way.turn > MOST_STEPS:
            self.numbers.cut += 1
            # It stays where it is.
            way.is_over = True
            return None
        move = KINDS[visit.step.kind](visit)
        if move.why:
            self.numbers.why[move.why] += 1
        if move.until is None:
            return self._go(way, move, visit.at)
        turn = way.turn
        self._plan(move.until, MOVES, lambda at: self._wake(way, turn, move, at))
        return None

    def _wake(self, way: Way, turn: int, move: Move, at: datetime) -> None:
        if way.is_over or way.turn != turn:
            return
        if move.outcome:
            following = self._go(way, move, at)
        else:
            following = self._take(
                way, Visit(run=self, way=way, step=way.step, at=at, again=True)
            )
        if following:
            self._come(way, following, at)

    def _go(self, way: Way, move: Move, at: datetime) -> DraftStep | None:
        """Leave the step; returns the next one, None where the journey is over."""
        if not move.outcome:
            self._leave(way, Exit.STEP, at)
            return None
        self.numbers.left[way.step.key, move.outcome] += 1
        key = way.step.leads.get(move.outcome)
        if key is None:
            way.is_over, way.time.left_at = True, at
            self.numbers.exits["", str(Exit.END)] += 1
            return None
        return self.world.draft.steps[key]
