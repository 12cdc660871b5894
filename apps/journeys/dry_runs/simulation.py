"""The simulated clock: moments one after the other, in memory. Nothing is read or written here."""

import heapq
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count
from random import Random
from time import monotonic
from typing import Any

from apps.journeys.dry_runs import gates, hearing
from apps.journeys.dry_runs.coming import coming, moments_drawn
from apps.journeys.dry_runs.counting import Counts
from apps.journeys.dry_runs.drafting import DraftStep
from apps.journeys.dry_runs.kinds import KINDS, Act, Left, leaves
from apps.journeys.dry_runs.world import Person, Time, World
from apps.journeys.models import Enrolment, Version
from apps.journeys.primitives import local_time

Exit = Enrolment.Exit
# Of one contact altogether: a flow may lead back every minute.
MOST_VISITS = 1_000
# Between two words on how far it is.
MOMENTS = 2_000
# Of one and the same moment: first who has waited until then is led on, then is heard what else
# the event that led on means, and then they go on.
TIME_COMES, IS_HEARD, GOES_ON = range(3)
# The event that says that somebody is on the site.
VISIT = "session_started"


@dataclass(kw_only=True, slots=True, eq=False)
class Way:
    """One time of a contact in the journey; it is over when its `time` has ended."""

    person: Person
    time: Time
    step: DraftStep
    visit: int = 1


class Simulation:
    """Run it once; then `counts` say what happened."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.counts = Counts()
        self.random = Random(world.options.seed)
        self.within: Counter[tuple[str, str]] = Counter()
        self.inside: dict[Way, None] = {}
        self.visits: Counter[int] = Counter()
        self._moments: list[tuple[datetime, int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()
        self._end_at = world.options.end
        self._listened = world.draft.listened
        # What was worked out last: most moments are soon after the one before.
        self._today: tuple[datetime, datetime, date] | None = None
        self._hours: dict[tuple[str, str], tuple[datetime, datetime]] = {}

    def run(
        self, said: Callable[[int], None] = lambda percent: None, *, seconds: float = math.inf
    ) -> Counts:
        """Let the days pass; `said` is told again and again how many percent of them have.

        Stops after so many seconds at the latest: `stopped_at` of the counts says where.
        """
        begun, options = monotonic(), self.world.options
        self._draw_given()
        arrivals = coming(self.world)
        arrival = next(arrivals, None)
        for number in count(1):
            if arrival and (not self._moments or arrival[0] <= self._moments[0][0]):
                at = arrival[0]
                self.come(*arrival)
                arrival = next(arrivals, None)
            elif self._moments:
                at, _, _, act, about = heapq.heappop(self._moments)
                act(at, *about)
            else:
                break
            if number % MOMENTS == 0:
                said(int(100 * ((at - options.start) / (options.end - options.start))))
                if monotonic() - begun > seconds:
                    self.counts.stopped_at = at
                    break
        for way in self.inside:
            self.counts.waiting[way.step.key] += 1
        return self.counts

    def day(self, at: datetime) -> date:
        """Return the day of the site."""
        if self._today and self._today[0] <= at < self._today[1]:
            return self._today[2]
        zone = self.world.zone
        day = at.astimezone(zone).date()
        self._today = at, local_time.at(day + timedelta(days=1), time.min, zone), day
        return day

    def next_hour(self, way: Way, at: datetime, ask: Callable[[], datetime]) -> datetime:
        """Return what `ask` says, the next moment of the step's hour where the contact lives."""
        place = way.step.key, way.person.zone.key
        known = self._hours.get(place)
        if known and known[0] <= at < known[1]:
            return known[1]
        moment = ask()
        self._hours[place] = at, moment
        return moment

    def count(self, name: str, at: datetime) -> None:
        """Count it on the day."""
        self.counts.days[name][self.day(at)] += 1

    def count_push(self, what: str, at: datetime) -> None:
        """Count what becomes of a push, altogether and on the day."""
        self.counts.pushes[what] += 1
        self.count(what, at)

    def next_event(self, place: tuple[str, str], pk: int, after: datetime) -> datetime | None:
        """Return when an event of the place happens to the contact next."""
        moments = self.world.events.get(place, {}).get(pk, ())
        number = bisect_right(moments, after)
        return moments[number] if number < len(moments) else None

    def next_session(self, pk: int, at: datetime) -> datetime | None:
        """Return when the contact is on the site, from that moment on."""
        for begin, end in self.world.sessions.get(pk, ()):
            if end >= at:
                return max(begin, at)
        return None

    def _draw_given(self) -> None:
        """Let those events happen, of an exit and of the goal, that are assumed, and visits."""
        options, terms = self.world.options, self.world.draft.terms
        if VISIT in options.events:
            drawn = moments_drawn(
                self.world.people, options.events[VISIT], options, f"event {VISIT}"
            )
            for pk, at in drawn.items():
                known = self.world.sessions.get(pk, [])
                self.world.sessions[pk] = sorted([*known, (at, at)])
        for place, name in (("exit", terms.exit_event), ("goal", terms.goal_event)):
            if name in options.events:
                drawn = moments_drawn(
                    self.world.people, options.events[name], options, f"event {name}"
                )
                self.world.events[place, ""] = {pk: [at] for pk, at in drawn.items()}

    def come(self, at: datetime, pk: int, is_heard: bool) -> None:
        """Let the contact in, if no gate keeps it out."""
        counts, person = self.counts, self.world.people[pk]
        gate = gates.first_closed(self.world, person, at, is_heard=is_heard, entered=counts.ways)
        if gate:
            counts.refused[gate.value] += 1
            counts.refused_contacts[gate.value].add(pk)
            return
        if self.world.draft.terms.reentry == Version.Reentry.RESTART:
            self._restart(person, at)
        time = Time(entered_at=at, is_tried=True)
        way = Way(person=person, time=time, step=self.world.draft.first)
        person.times.append(time)
        counts.ways += 1
        counts.entered.add(pk)
        self.count("entered", at)
        self.inside[way] = person.ways[way] = None
        self._plan_ends(way, at)
        counts.came[way.step.key] += 1
        self._go(way, at, KINDS[way.step.kind])

    def _restart(self, person: Person, at: datetime) -> None:
        for way in list(person.ways):
            self.leave(at, way, Exit.RESTARTED)
        for each in person.times:
            each.left_at = each.left_at or at
        person.stays_inside = False

    def _plan_ends(self, way: Way, at: datetime) -> None:
        terms, pk = self.world.draft.terms, way.person.pk
        goal = self.next_event(("goal", ""), pk, at)
        if goal and goal <= at + timedelta(hours=terms.goal_hours):
            self._plan(goal, self.reach_goal, way.person, way.time, turn=IS_HEARD)
        if exit_at := self.next_event(("exit", ""), pk, at):
            self._plan(exit_at, self.leave, way, Exit.EVENT, turn=IS_HEARD)
        if terms.timeout_hours:
            late = at + timedelta(hours=terms.timeout_hours)
            self._plan(late, self.leave, way, Exit.TIMEOUT)

    def _plan(
        self, at: datetime, act: Callable[..., None], *about: Any, turn: int = TIME_COMES
    ) -> None:
        # What is after the end never happens: they wait.
        if at < self._end_at:
            heapq.heappush(self._moments, (at, turn, next(self._order), act, about))

    def happens(self, name: str, at: datetime, *, by: Way, is_tracked: bool = False) -> None:
        """Have an event of the run itself heard after the move that makes it."""
        if name in self._listened:
            self._plan(at, partial(hearing.hear, self), name, by, is_tracked, turn=IS_HEARD)

    def reach_goal(self, at: datetime, person: Person, time: Time) -> None:
        """Count the goal of that time of the contact, once."""
        if time.has_converted:
            return
        time.has_converted = True
        self.counts.converted += 1
        self.count("goals", at)
        if self.world.draft.terms.exits_on_goal:
            for way in [way for way in person.ways if way.time is time]:
                self.leave(at, way, Exit.GOAL)

    def lead_on(self, at: datetime, way: Way, outcome: str) -> None:
        """Lead the contact on that waits, because of what has happened."""
        self._go(way, at, leaves(outcome, is_heard=True))

    def leave(self, at: datetime, way: Way, reason: Exit) -> None:
        """End the way where it is, unless it is over."""
        if way.time.left_at is None:
            self.counts.gone[way.step.key, reason.value] += 1
            self._end(way, at, reason)

    def _act(self, at: datetime, way: Way, visit: int, act: Act) -> None:
        """Do what was planned, if the contact still is where it was."""
        if way.time.left_at is None and visit == way.visit:
            self._go(way, at, act)

    def _go(self, way: Way, at: datetime, act: Act) -> None:
        """Lead the contact on until it waits, or is out."""
        counts, steps = self.counts, self.world.draft.steps
        while True:
            answer = act(self, way, at)
            if not isinstance(answer, Left):
                self._plan(answer.at, self._act, way, way.visit, answer.act)
                return
            if answer.outcome is None:
                self.leave(at, way, Exit.STEP)
                return
            counts.left[way.step.key, answer.outcome] += 1
            target = steps.get(way.step.leads.get(answer.outcome, ""))
            if target is None:
                self._end(way, at, Exit.END)
                return
            way.step, way.visit = target, way.visit + 1
            counts.came[target.key] += 1
            self.visits[way.person.pk] += 1
            if self.visits[way.person.pk] > MOST_VISITS:
                counts.cut.add(way.person.pk)
                return
            act = KINDS[target.kind]
            if answer.is_heard:
                self._plan(at, self._act, way, way.visit, act, turn=GOES_ON)
                return

    def _end(self, way: Way, at: datetime, reason: Exit) -> None:
        way.time.left_at = at
        self.counts.exits[reason.value] += 1
        del self.inside[way]
        del way.person.ways[way]
