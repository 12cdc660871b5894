"""What happens at each kind of step in a dry run: one contact at a time, in memory.

The counterparts of apps.journeys.kinds, with the same outcomes and the same pure functions
behind them; a test keeps the two lists alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from apps.journeys import chance, local_time
from apps.journeys.dry_runs import rates
from apps.journeys.dry_runs.drafting import DraftStep
from apps.journeys.kinds.routing import period_of
from apps.journeys.kinds.timing import Clock
from apps.journeys.models import PushStep, WaitStep

if TYPE_CHECKING:
    from apps.journeys.dry_runs.simulation import Simulation, Way

HOURS = PushStep.Hours


@dataclass(frozen=True, kw_only=True)
class Move:
    """By which outcome the contact goes on: now, or `until` then. Without an outcome it is asked
    again then, and where there is no moment either it leaves the journey."""

    outcome: str = ""
    until: datetime | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A contact at a step at a moment; `again` says that it has waited to be asked."""

    run: "Simulation"
    way: "Way"
    step: DraftStep
    at: datetime
    again: bool = False


def _popup(visit: Visit) -> Move:
    run, person = visit.run, visit.way.person
    hours, answers = run.world.popups[visit.step.config["asset"]]
    expires = visit.at + timedelta(hours=hours)
    run.numbers.popup(visit.at)
    seen = _seen(run.world.sessions.get(person.pk, []), visit.at)
    if seen is None or seen >= expires:
        return Move(outcome="unseen", until=expires)
    outcome = rates.drawn(answers.percents, run.random, otherwise="")
    if not outcome:
        # Shown and not answered: its time runs out.
        return Move(outcome="closed", until=expires)
    if outcome == "allowed":
        person.has_device, person.has_opted_out = True, False
    return Move(outcome=outcome, until=seen)


def _seen(sessions: list[tuple[datetime, datetime]], at: datetime) -> datetime | None:
    """Return when the contact is on the site next, from that moment on."""
    return next((max(begin, at) for begin, end in sessions if end >= at), None)


def _push(visit: Visit) -> Move:
    run, zone, config = visit.run, visit.way.person.zone, visit.step.config
    if config["hours"] == HOURS.FIXED and not visit.again:
        at = time.fromisoformat(config["at"])
        return Move(until=local_time.next_time(visit.at, at, zone))
    if config["hours"] in (HOURS.DROP, HOURS.NEXT) and not run.world.hours.allows(visit.at, zone):
        until = None
        if config["hours"] == HOURS.NEXT:
            until = run.world.hours.next_allowed(visit.at, zone)
        run.numbers.outside_hours(visit.at, put_off=until is not None)
        return Move(until=until) if until else Move(outcome="held_back", why="outside_hours")
    return _send(visit)


def _send(visit: Visit) -> Move:
    run, person, config = visit.run, visit.way.person, visit.step.config
    if person.has_opted_out and config["consent"]:
        return Move(outcome="unreachable", why="opted_out")
    if not person.has_device:
        return Move(outcome="unreachable", why="no_device")
    cap = run.world.cap
    if cap and config["caps"]:
        own, others = person.sent_since(visit.at - timedelta(days=cap.days), visit.at)
        if own + others >= cap.most:
            run.numbers.capped(visit.at, by_others=own < cap.most)
            return Move(outcome="held_back", why="capped")
    person.own.append(visit.at)
    run.numbers.push(visit.at, person)
    return Move(outcome="sent")


def _wait(visit: Visit) -> Move:
    config = visit.step.config
    if config["until"] == WaitStep.Until.DURATION:
        return Move(outcome="done", until=visit.at + timedelta(seconds=config["seconds"]))
    person = visit.way.person
    text = person.texts.get(config["property"])
    moment = Clock.of(config, visit.at).moment(person.zone, text)
    if moment is None:
        return Move(outcome="done", why="no_date")
    return Move(outcome="done", why="past") if moment <= visit.at else Move(
        outcome="done", until=moment
    )


def _event(visit: Visit) -> Move:
    run, step = visit.run, visit.step
    until = visit.at + timedelta(seconds=step.config["seconds"])
    found = [(until, len(step.listens), "timeout")]
    for number, (outcome, event, _) in enumerate(step.listens):
        at = run.next_event(visit.way.person, (step.key, outcome), event, visit.at, until)
        if at and at <= until:
            found.append((at, number, outcome))
    at, _, outcome = min(found)
    return Move(outcome=outcome, until=at)


def _check(visit: Visit) -> Move:
    for outcome, _ in visit.step.config["branches"]:
        if visit.way.person.pk in visit.run.world.meeting[visit.step.key, outcome]:
            return Move(outcome=outcome)
    return Move(outcome="none")


def _split(visit: Visit) -> Move:
    """As SplitKind: the same contacts go the same ways."""
    paths = visit.step.config["paths"]
    ends = list(accumulate(weight for _, weight in paths))
    place = chance.of(visit.way.person.pk, visit.step.key) * ends[-1]
    return Move(outcome=paths[next(n for n, e in enumerate(ends) if place < e * chance.PARTS)][0])


def _limit(visit: Visit) -> Move:
    """Each of the sample stands for several, who all count."""
    run, config = visit.run, visit.step.config
    period = (visit.step.key, period_of(visit.at, config["period"], run.world.zone))
    if run.used[period] * run.world.sample.factor >= config["most"]:
        return Move(outcome="beyond")
    run.used[period] += 1
    return Move(outcome="within")


def _start(visit: Visit) -> Move:
    journey, person = visit.step.config["journey"], visit.way.person
    once, closed = visit.run.world.started[journey]
    if person.pk in closed:
        return Move(outcome="refused")
    if once:
        closed.add(person.pk)
    return Move(outcome="started")


def _leave(visit: Visit) -> Move:
    return Move()


def _done(visit: Visit) -> Move:
    return Move(outcome="done")


def _track(visit: Visit) -> Move:
    visit.run.track(visit.way, visit.step.config["event"], visit.at)
    return Move(outcome="done")


def _webhook(visit: Visit) -> Move:
    given = visit.run.world.options.webhooks
    outcome = rates.drawn(given, visit.run.random, otherwise="failed")
    if outcome != "failed":
        return Move(outcome=outcome)
    patience = timedelta(hours=visit.step.config["patience_hours"])
    return Move(outcome="failed", until=visit.at + patience)


# By `kind` of the step.
KINDS: dict[str, Callable[[Visit], Move]] = {
    "popup": _popup,
    "push": _push,
    "wait": _wait,
    "event": _event,
    "check": _check,
    "split": _split,
    "limit": _limit,
    "start": _start,
    "leave": _leave,
    "update": _done,
    "tag": _done,
    "track": _track,
    "webhook": _webhook,
}
