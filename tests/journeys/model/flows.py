"""Flows of steps out of Hypothesis, in plain form.

A step is `{"kind", "leads": {outcome: key}, …}` with what its kind needs.
"""

from datetime import time
from typing import Any

from hypothesis import strategies as st

from tests.journeys.model.reading import Plain

EVENTS = ("alpha", "beta", "gamma", "delta")
# What steps track: two, so that two journeys can set each other off.
TRACKED = ("gamma", "delta")
KINDS = (
    *("wait", "hour", "event", "event", "check", "check", "split", "limit", "limit"),
    *("popup", "push"),
    *("leave", "tag", "update", "track", "webhook"),
)
# Nobody leaves them at the moment of coming: they may lead back.
LET_TIME_PASS = ("wait", "event", "popup", "webhook")
POPUP_ANSWERS = ("declined", "closed", "clicked")
# Conditions on the contact, by the outcome of the branch that asks them.
ASKED = (
    ("de", "language", "de"),
    ("fr", "language", "fr"),
    ("few", "points", 2),
    ("many", "points", 6),
)
# The least that a property of an event may be; mostly any event is meant.
LEAST = st.sampled_from((None, None, None, 3, 6))
NUMBERS = st.integers(1, 5)


def steps(draw: st.DrawFn, *, kinds: tuple[str, ...], targets: tuple[int, ...]) -> dict[str, Plain]:
    """As many as seven steps, the first of them `s0`; `targets` can be started."""
    keys = [f"s{n}" for n in range(draw(st.integers(2, 7)))]
    made = {}
    for number, key in enumerate(keys):
        step = _step(draw, draw(st.sampled_from(kinds)), targets)
        after = keys[number + 1 :]
        anywhere = keys if step["kind"] in LET_TIME_PASS else after
        usual = st.sampled_from(after) if after else st.none()
        # More often on than out or back.
        any_of = st.one_of(
            usual, usual, usual, st.none(), st.sampled_from(anywhere) if anywhere else usual
        )
        drawn = {outcome: draw(any_of) for outcome in outcomes(step)}
        step["leads"] = {outcome: target for outcome, target in drawn.items() if target}
        made[key] = step
    return _reached(made)


def _reached(made: dict[str, Plain]) -> dict[str, Plain]:
    """Only the steps to which something leads: others cannot be published."""
    found, new = set(), {"s0"}
    while new:
        found |= new
        new = {target for key in new for target in made[key]["leads"].values()} - found
    return {key: step for key, step in made.items() if key in found}


def _step(draw: st.DrawFn, kind: str, targets: tuple[int, ...]) -> Plain:
    if kind == "event":
        names = draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=2, unique=True))
        return {
            "kind": kind,
            "hours": draw(st.sampled_from((2, 48))),
            "events": {name: (f"on_{name}", draw(LEAST)) for name in names},
        }
    if kind == "check":
        asked = st.lists(st.sampled_from(ASKED), min_size=2, max_size=3, unique=True)
        return {"kind": kind, "branches": draw(asked)}
    if kind == "split":
        return {"kind": kind, "paths": [("a", draw(NUMBERS)), ("b", draw(NUMBERS))]}
    needed = {name: draw(values) for name, values in _drawn(kind, targets).items()}
    return {"kind": "wait" if kind == "hour" else kind, **needed}


def _drawn(kind: str, targets: tuple[int, ...]) -> dict[str, st.SearchStrategy[Any]]:
    """What the step needs, each by itself."""
    match kind:
        case "wait":
            return {"hours": st.sampled_from((1, 24, 72))}
        case "hour":
            return {
                "at": st.sampled_from((time(9), time(2, 30), time(0))),
                "weekdays": st.sampled_from(([], [], [0, 4], [6])),
            }
        case "limit":
            return {"most": st.integers(1, 3), "period": st.sampled_from(("day", "ever"))}
        case "popup" | "webhook":
            return {"hours": st.just(24)}
        case "start":
            return {"journey": st.sampled_from(targets)}
        case "tag":
            return {
                "tag": st.sampled_from(("t1", "t2")),
                "source": st.sampled_from(("event.n", "state.points")),
            }
        case "update":
            return {"by": NUMBERS}
        case "track":
            return {
                "event": st.sampled_from(TRACKED),
                "properties": st.sampled_from(({}, {"n": 5})),
            }
    return {}


def outcomes(step: Plain) -> list[str]:
    """Return the outcomes that the step can lead on by."""
    match step["kind"]:
        case "event":
            return [*(outcome for outcome, _ in step["events"].values()), "timeout"]
        case "check":
            return [*(key for key, _, _ in step["branches"]), "none"]
        case "split":
            return [key for key, _ in step["paths"]]
    return {
        "limit": ["within", "beyond"],
        "popup": [*POPUP_ANSWERS, "unseen"],
        "push": ["sent", "unreachable"],
        "webhook": ["taken", "refused", "failed"],
        "start": ["started", "refused"],
        "leave": [],
    }.get(step["kind"], ["done"])
