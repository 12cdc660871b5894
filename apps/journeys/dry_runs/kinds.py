"""What would happen at each kind of step: the counterparts of apps.journeys.kinds, for one
contact at a time and in memory."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from apps.delivery import judging
from apps.journeys.dry_runs import gates
from apps.journeys.dry_runs.rates import drawn
from apps.journeys.dry_runs.world import Person, Shown
from apps.journeys.kinds.routing import period_of
from apps.journeys.kinds.timing import Clock
from apps.journeys.models import PushStep, WaitStep
from apps.journeys.primitives import chance, local_time

if TYPE_CHECKING:
    from apps.journeys.dry_runs.simulation import Simulation, Way

# How long a webhook's answer is taken to be on its way.
ANSWERED_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Left:
    """Leaves the step by this outcome; None: leaves the journey here. What is heard of the event
    that `is_heard` by it comes before the next step."""

    outcome: str | None
    is_heard: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Waits until then; what happens then, says `act`."""

    at: datetime
    act: "Act"


Answer = Left | Later
Act = Callable[["Simulation", "Way", datetime], Answer]


def leaves(outcome: str | None, *, is_heard: bool = False) -> Act:
    """Return what leaves by this outcome at once."""
    answer = Left(outcome, is_heard)
    return lambda run, way, at: answer


DONE, UNSEEN = leaves("done"), leaves("unseen")


def _popup(run: "Simulation", way: "Way", at: datetime) -> Answer:
    """Is seen when the contact is on the site next, if that is in time."""
    popup = run.world.popups[way.step.config["asset"]]
    until, seen = at + timedelta(hours=popup.hours), run.next_session(way.person.pk, at)
    if seen is None or seen >= until or not _may_see(popup, way.person):
        return Later(until, UNSEEN)
    return Later(seen, lambda run, way, at: _seen(run, way, at, popup, until))


def _may_see(popup: Shown, person: Person) -> bool:
    return person.may_be_asked or not popup.asks


def _seen(run: "Simulation", way: "Way", at: datetime, popup: Shown, until: datetime) -> Answer:
    person = way.person
    if not _may_see(popup, person):
        return Later(until, UNSEEN)
    run.count("popups", at)
    outcome = drawn(popup.rates.percents, run.random, otherwise="closed")
    run.happens("popup_shown", at, by=way)
    run.happens(f"popup_{outcome}", at, by=way)
    if outcome in ("allowed", "blocked"):
        person.may_be_asked = False
    if outcome == "allowed":
        person.has_device, person.has_opted_out = True, False
        run.happens("push_subscribed", at, by=way)
    return Left(outcome, is_heard=True)


def _push(run: "Simulation", way: "Way", at: datetime) -> Answer:
    config, person = way.step.config, way.person
    hours = config["hours"]
    if hours == PushStep.Hours.FIXED:
        clock = time.fromisoformat(config["at"])
        hour = run.next_hour(way, at, lambda: local_time.next_time(at, clock, person.zone))
        return Later(hour, _send)
    if hours == PushStep.Hours.ALWAYS or run.world.hours.allows(at, person.zone):
        return _send(run, way, at)
    until = None
    if hours == PushStep.Hours.NEXT:
        until = run.world.hours.next_allowed(at, person.zone)
    if until is None:
        run.count_push("outside_hours", at)
        return Left("held_back")
    run.count_push("put_off", at)
    return Later(until, _push)


def _send(run: "Simulation", way: "Way", at: datetime) -> Answer:
    """As delivery judges."""
    config, person = way.step.config, way.person
    why = judging.unreachable(
        has_opted_out=person.has_opted_out,
        has_device=person.has_device,
        ignores_consent=not config["consent"],
    )
    if why:
        run.count_push(why.value, at)
        return Left("unreachable")
    if config["caps"] and _is_capped(run, person, at):
        return Left("held_back")
    person.own.append(at)
    run.count_push("sent", at)
    run.counts.hours[at.astimezone(person.zone).hour] += 1
    run.counts.of_contacts[person.pk, run.day(at)] += 1
    return Left("sent")


def _is_capped(run: "Simulation", person: Person, at: datetime) -> bool:
    cap = run.world.cap
    if cap is None:
        return False
    own, others = person.sent_since(at - timedelta(days=cap.days), at)
    if own + others < cap.most:
        return False
    run.count_push("capped", at)
    if own < cap.most:
        run.counts.capped_by_others += 1
        run.count("capped_by_others", at)
    return True


def _wait(run: "Simulation", way: "Way", at: datetime) -> Answer:
    config, person = way.step.config, way.person
    if config["until"] == WaitStep.Until.DURATION:
        return Later(at + timedelta(seconds=config["seconds"]), DONE)
    if config["until"] == WaitStep.Until.HOUR:
        clock = Clock.of(config, at)
        return Later(run.next_hour(way, at, lambda: clock.moment(person.zone) or at), DONE)
    moment = Clock.of(config, at).moment(person.zone, person.texts.get(config["property"]))
    if moment is None or moment <= at:
        return Left("done")
    return Later(moment, DONE)


def _event(run: "Simulation", way: "Way", at: datetime) -> Answer:
    """By history, or by what is assumed: then at any moment of the waiting alike."""
    seconds, given = way.step.config["seconds"], run.world.options.events
    first, found = at + timedelta(seconds=seconds), "timeout"
    for outcome, event, _ in way.step.listens:
        if event in given:
            happens, place = run.random.random() * 100 < given[event], run.random.random()
            moment = at + timedelta(seconds=seconds * place) if happens else None
        else:
            moment = run.next_event((way.step.key, outcome), way.person.pk, at)
        if moment is not None and moment < first:
            first, found = moment, outcome
    return Later(first, leaves(found, is_heard=found != "timeout"))


def _check(run: "Simulation", way: "Way", at: datetime) -> Answer:
    for outcome, _ in way.step.config["branches"]:
        if way.person.pk in run.world.meeting[way.step.key, outcome]:
            return Left(outcome)
    return Left("none")


def _split(run: "Simulation", way: "Way", at: datetime) -> Answer:
    paths = way.step.config["paths"]
    ends = list(accumulate(weight for _, weight in paths))
    place = chance.of(way.person.pk, way.step.key) * ends[-1]
    return Left(paths[bisect_right(ends, place // chance.PARTS)][0])


def _limit(run: "Simulation", way: "Way", at: datetime) -> Answer:
    config = way.step.config
    place = way.step.key, period_of(at, config["period"], run.world.zone)
    used = run.within[place]
    if not gates.has_room(run.world, config["most"], run.world.quotas.get(place, 0), used):
        return Left("beyond")
    run.within[place] += 1
    return Left("within")


def _start(run: "Simulation", way: "Way", at: datetime) -> Answer:
    once, kept_out = run.world.started.get(way.step.config["journey"], (True, None))
    if kept_out is None or way.person.pk in kept_out:
        return Left("refused")
    if once:
        kept_out.add(way.person.pk)
    return Left("started")


def _track(run: "Simulation", way: "Way", at: datetime) -> Answer:
    run.happens(way.step.config["event"], at, by=way, is_tracked=True)
    return Left("done")


def _webhook(run: "Simulation", way: "Way", at: datetime) -> Answer:
    outcome = drawn(run.world.options.webhooks, run.random, otherwise="failed")
    return Later(at + ANSWERED_AFTER, leaves(outcome))


KINDS: dict[str, Act] = {
    "popup": _popup,
    "push": _push,
    "wait": _wait,
    "event": _event,
    "check": _check,
    "split": _split,
    "limit": _limit,
    "start": _start,
    "leave": leaves(None),
    "update": DONE,
    "tag": DONE,
    "track": _track,
    "webhook": _webhook,
}
