"""Journeys out of Hypothesis, in the plain form of tests.journeys.reference_engine, and the same
as a marketer writes them."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from apps.assets.models import Popup, Push
from apps.journeys import publishing
from apps.journeys.models import (
    CheckStep,
    Journey,
    Lead,
    LeaveStep,
    LimitStep,
    PopupStep,
    PushStep,
    SplitStep,
    Step,
    TagStep,
    TrackStep,
    UpdateStep,
    WaitForEventStep,
    WaitStep,
)

EVENTS = ("alpha", "beta", "gamma")
# What steps track.
TRACKED = "gamma"
KINDS = (
    *("wait", "event", "check", "split", "limit", "popup"),
    *("push", "leave", "tag", "update", "track"),
)
POPUP_ANSWERS = ("declined", "closed", "clicked")
REENTRIES = ("once", "not_inside", "restart")

Plain = dict[str, Any]


@st.composite
def versions(draw: st.DrawFn) -> Plain:
    """A version of a journey, with as many as seven steps."""
    entry, reentry = draw(st.sampled_from(EVENTS)), draw(st.sampled_from(REENTRIES))
    # Who tracks what lets them in would go round without end.
    kinds = [k for k in KINDS if k != "track" or entry != TRACKED or reentry == "once"]
    keys = [f"s{n}" for n in range(draw(st.integers(1, 7)))]
    steps = {}
    for number, key in enumerate(keys):
        step = _step(draw, draw(st.sampled_from(kinds)))
        # Only a wait leads back, so that nobody goes round without time passing.
        targets = keys if step["kind"] == "wait" else keys[number + 1 :]
        usual = st.sampled_from(keys[number + 1 :]) if keys[number + 1 :] else st.none()
        any_of = st.one_of(usual, usual, st.none(), st.sampled_from(targets) if targets else usual)
        drawn = {outcome: draw(any_of) for outcome in outcomes(step)}
        step["leads"] = {outcome: target for outcome, target in drawn.items() if target}
        steps[key] = step
    leaves_on = draw(st.sampled_from(("", "", *EVENTS)))
    return {
        "entry": entry, "reentry": reentry, "exit": leaves_on, "steps": _reached(steps),
        "first": "s0",
    }  # fmt: skip


def _reached(steps: dict[str, Plain]) -> dict[str, Plain]:
    """Only the steps to which something leads: others cannot be published."""
    found, new = set(), {"s0"}
    while new:
        found |= new
        new = {target for key in new for target in steps[key]["leads"].values()} - found
    return {key: step for key, step in steps.items() if key in found}


def _step(draw: st.DrawFn, kind: str) -> Plain:
    numbers = st.integers(1, 5)
    match kind:
        case "wait":
            return {"kind": kind, "hours": draw(st.sampled_from((1, 24, 72)))}
        case "event":
            names = draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=2, unique=True))
            return {"kind": kind, "hours": draw(st.sampled_from((2, 48))),
                    "events": {name: f"on_{name}" for name in names}}  # fmt: skip
        case "check":
            asked = st.sampled_from(
                [("de", "language", "de"), ("fr", "language", "fr"),
                 ("few", "points", 2), ("many", "points", 6)]
            )  # fmt: skip
            branches = st.lists(asked, min_size=1, max_size=3, unique=True)
            return {"kind": kind, "branches": draw(branches)}
        case "split":
            return {"kind": kind, "paths": [("a", draw(numbers)), ("b", draw(numbers))]}
        case "limit":
            return {
                "kind": kind,
                "most": draw(numbers),
                "period": draw(st.sampled_from(("day", "ever"))),
            }
        case "popup":
            return {"kind": kind, "hours": 24}
        case "tag":
            return {"kind": kind, "tag": draw(st.sampled_from(("t1", "t2"))),
                    "source": draw(st.sampled_from(("event.n", "state.points")))}  # fmt: skip
        case "update":
            return {"kind": kind, "by": draw(numbers)}
        case "track":
            return {"kind": kind, "event": TRACKED}
    return {"kind": kind}


def outcomes(step: Plain) -> list[str]:
    """Return the outcomes that the step can lead on by."""
    match step["kind"]:
        case "event":
            return [*step["events"].values(), "timeout"]
        case "check":
            return [*(key for key, _, _ in step["branches"]), "none"]
        case "split":
            return [key for key, _ in step["paths"]]
        case "limit":
            return ["within", "beyond"]
        case "popup":
            return [*POPUP_ANSWERS, "unseen"]
        case "push":
            return ["sent", "unreachable"]
        case "leave":
            return []
    return ["done"]


def write(journey: Journey, version: Plain, popup: Popup, push: Push) -> None:
    """Make the draft of the journey that version, and publish it."""
    journey.steps.all().delete()
    journey.entry_event, journey.reentry = version["entry"], version["reentry"]
    journey.exit_event = version["exit"]
    journey.save()
    made: dict[str, Step] = {}
    for position, (key, plain) in enumerate(version["steps"].items()):
        step = _written(plain, popup, push)
        step.journey, step.key, step.name, step.position = journey, key, key, position
        step.save()
        made[key] = step
    for key, plain in version["steps"].items():
        for outcome, target in plain["leads"].items():
            Lead.objects.create(step=made[key], outcome=outcome, target=made[target])
    publishing.publish(journey)


def _written(plain: Plain, popup: Popup, push: Push) -> Step:
    match plain["kind"]:
        case "popup":
            return PopupStep(popup=popup)
        case "push":
            return PushStep(push=push)
        case "event":
            events = [
                {"key": key, "name": name, "event": name, "where": []}
                for name, key in plain["events"].items()
            ]
            return WaitForEventStep(events=events, amount=plain["hours"], unit="hours")
        case "check":
            branches = [
                {"key": key, "name": key, "rule": _rule(name, value)}
                for key, name, value in plain["branches"]
            ]
            return CheckStep(branches=branches)
    return SIMPLE[plain["kind"]](plain)


SIMPLE: dict[str, Callable[[Plain], Step]] = {
    "wait": lambda plain: WaitStep(amount=plain["hours"], unit="hours"),
    "split": lambda plain: SplitStep(
        paths=[{"key": key, "name": key, "weight": weight} for key, weight in plain["paths"]]
    ),
    "limit": lambda plain: LimitStep(most=plain["most"], period=plain["period"]),
    "tag": lambda plain: TagStep(tag=plain["tag"], source=plain["source"]),
    "update": lambda plain: UpdateStep(
        changes=[{"op": "increment", "name": "points", "value": plain["by"]}]
    ),
    "track": lambda plain: TrackStep(event=plain["event"]),
    "leave": lambda plain: LeaveStep(),
}


def _rule(name: str, value: Any) -> Plain:
    if name == "language":
        return {"field": "language", "op": "is", "value": value}
    return {"field": f"state.{name}", "op": "gte", "value": value}
