"""The simulated clock: moments one after the other, in memory. Nothing is read or written here."""

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from time import monotonic

from apps.journeys.dry_runs import gates
from apps.journeys.dry_runs.coming import coming, moments_drawn
from apps.journeys.dry_runs.counting import Counts
from apps.journeys.dry_runs.drafting import DraftStep
from apps.journeys.dry_runs.kinds import KINDS, Act, Left
from apps.journeys.dry_runs.world import Person, Time, World
from apps.journeys.models import Enrolment, Version
from apps.journeys.primitives import local_time

Exit = Enrolment.Exit
# Of one contact altogether: a flow may lead back every minute.
MOST_VISITS = 1_000
# Between two words on how far it is.
MOMENTS = 2_000
# A worker's task is ended after a minute.
MOST_SECONDS = 40
# The event that says that somebody is on the site.
VISIT = "session_started"


class TookTooLong(Exception):
    """More happens in the run than can be tried in the time that there is."""


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
        self._moments: list[tuple[datetime, int, Way, int, Act | None, Exit | None]] = []
        self._order = count()
        self._end_at = world.options.end
        # What was worked out last: most moments are soon after the one before.
        self._today: tuple[datetime, datetime, date] | None = None
        self._hours: dict[tuple[str, str], tuple[datetime, datetime]] = {}

    def run(self, said: Callable[[int], None] = lambda percent: None) -> Counts:
        """Let the days pass; `said` is told again and again how many percent of them have.

        Raises TookTooLong.
        """
        begun, options = monotonic(), self.world.options
        self._draw_given()
        arrivals = coming(self.world)
        arrival = next(arrivals, None)
        for number in count(1):
            if arrival and (not self._moments or arrival[0] <= self._moments[0][0]):
                at = arrival[0]
                self._come(*arrival)
                arrival = next(arrivals, None)
            elif self._moments:
                at = self._pass()
            else:
                break
            if number % MOMENTS == 0:
                said(int(100 * ((at - options.start) / (options.end - options.start))))
                if monotonic() - begun > MOST_SECONDS:
                    raise TookTooLong
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

    def _come(self, at: datetime, pk: int, is_heard: bool) -> None:
        counts, person = self.counts, self.world.people[pk]
        gate = gates.first_closed(self.world, person, at, is_heard=is_heard, entered=counts.ways)
        if gate:
            counts.refused[gate.value] += 1
            counts.refused_contacts[gate.value].add(pk)
            return
        if self.world.draft.terms.reentry == Version.Reentry.RESTART:
            self._restart(person, at)
        way = Way(person=person, time=Time(entered_at=at), step=self.world.draft.first)
        person.times.append(way.time)
        counts.ways += 1
        counts.entered.add(pk)
        self.count("entered", at)
        self.inside[way] = person.ways[way] = None
        self._plan_ends(way, at)
        self._arrive(way, at)

    def _restart(self, person: Person, at: datetime) -> None:
        for way in list(person.ways):
            self._leave(way, at, Exit.RESTARTED)
        for each in person.times:
            each.left_at = each.left_at or at
        person.stays_inside = False

    def _plan_ends(self, way: Way, at: datetime) -> None:
        terms, pk = self.world.draft.terms, way.person.pk
        goal = self.next_event(("goal", ""), pk, at)
        if goal and goal <= at + timedelta(hours=terms.goal_hours):
            self._push(goal, way, None, Exit.GOAL)
        if exit_at := self.next_event(("exit", ""), pk, at):
            self._push(exit_at, way, None, Exit.EVENT)
        if terms.timeout_hours:
            self._push(at + timedelta(hours=terms.timeout_hours), way, None, Exit.TIMEOUT)

    def _push(self, at: datetime, way: Way, act: Act | None, exit: Exit | None = None) -> None:
        # What is after the end never happens: they wait.
        if at < self._end_at:
            heapq.heappush(self._moments, (at, next(self._order), way, way.visit, act, exit))

    def _pass(self) -> datetime:
        at, _, way, visit, act, exit = heapq.heappop(self._moments)
        if exit == Exit.GOAL:
            self.counts.converted += 1
            self.count("goals", at)
            if not self.world.draft.terms.exits_on_goal:
                return at
        if way.time.left_at is not None:
            return at
        if exit:
            self._leave(way, at, exit)
        elif act and visit == way.visit:
            self._go(way, at, act)
        return at

    def _arrive(self, way: Way, at: datetime) -> None:
        self.counts.came[way.step.key] += 1
        self._go(way, at, KINDS[way.step.kind])

    def _go(self, way: Way, at: datetime, act: Act) -> None:
        """Lead the contact on until it waits, or is out."""
        while True:
            answer = act(self, way, at)
            if not isinstance(answer, Left):
                self._push(answer.at, way, answer.act)
                return
            if answer.outcome is None:
                self._leave(way, at, Exit.STEP)
                return
            self.counts.left[way.step.key, answer.outcome] += 1
            target = self.world.draft.steps.get(way.step.leads.get(answer.outcome, ""))
            if target is None:
                self._end(way, at, Exit.END)
                return
            way.step, way.visit = target, way.visit + 1
            self.counts.came[target.key] += 1
            self.visits[way.person.pk] += 1
            if self.visits[way.person.pk] > MOST_VISITS:
                self.counts.cut.add(way.person.pk)
                return
            act = KINDS[target.kind]

    def _leave(self, way: Way, at: datetime, reason: Exit) -> None:
        self.counts.gone[way.step.key, reason.value] += 1
        self._end(way, at, reason)

    def _end(self, way: Way, at: datetime, reason: Exit) -> None:
        way.time.left_at = at
        self.counts.exits[reason.value] += 1
        del self.inside[way]
        del way.person.ways[way]
