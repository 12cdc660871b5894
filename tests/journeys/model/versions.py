"""Versions of journeys out of Hypothesis, in plain form: their terms and their flow."""

from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.journeys.model import flows
from tests.journeys.model.reading import Plain

REENTRIES = ("once", "not_inside", "not_inside", "every", "every", "restart", "pause", "pause")
AGAIN = ("not_inside", "every", "restart")
# How many of a journey's contacts are kept out for comparison.
CONTROL = (30, 50, 70)


def seldom(strategy: st.SearchStrategy[Any], *, one_in: int = 4) -> st.SearchStrategy[Any]:
    """A term that most journeys do not have."""
    return st.integers(1, one_in).flatmap(lambda n: strategy if n == one_in else st.none())


@st.composite
def versions(
    draw: st.DrawFn,
    *,
    now: datetime,
    kind: str,
    targets: tuple[int, ...] = (),
    others: tuple[int, ...] = (),
) -> Plain:
    """A version of a journey that is entered by `kind`. `targets` are journeys that its steps can
    start, `others` those that it can exclude."""
    entry = draw(st.sampled_from(flows.EVENTS))
    reentry = draw(st.sampled_from(REENTRIES))
    asked = draw(st.sampled_from([each[1:] for each in flows.ASKED]))
    has_rule = kind == "segment" or draw(st.integers(1, 4)) == 4
    version = {
        "kind": kind,
        "entry": entry if kind == "event" else "",
        "entry_least": draw(flows.LEAST),
        "rule": asked if has_rule else None,
        "members": draw(st.sampled_from(("both", "both", "present", "future"))),
        "reentry": reentry,
        "pauses": draw(st.sampled_from(([3, 7, 30], [1, 3], [1]))),
        "max": draw(seldom(st.tuples(st.integers(1, 2), st.sampled_from((None, 1, 7))))),
        "cap": draw(seldom(st.integers(1, 5), one_in=6)),
        "excluded": draw(seldom(st.sampled_from(others), one_in=3)) if others else None,
        "exit": draw(st.sampled_from(("", "", *flows.EVENTS))),
        "exit_least": draw(flows.LEAST),
        "exits_with_rule": has_rule and draw(st.integers(1, 3)) == 3,
        "timeout": draw(seldom(st.sampled_from((3, 50)), one_in=6)),
        **_goal(draw),
        **_dates(draw, now),
        **_schedule(draw, now, kind),
        "steps": flows.steps(draw, kinds=_kinds(kind, entry, reentry, targets), targets=targets),
        "first": "s0",
    }
    version["excluded"] = [version["excluded"]] if version["excluded"] else []
    version["sweeps"] = bool(version["timeout"] or version["exits_with_rule"])
    return version


def setting_off(version: Plain, *, entry: str, tracks: str) -> Plain:
    """Return the version so that the event lets in and it tracks the other one, first of all: of
    two such each sets the other off, until a contact has been in as often as may."""
    ping = {"kind": "track", "event": tracks, "properties": {}, "leads": {"done": "s0"}}
    steps = {
        key: step | {"event": tracks} if step["kind"] == "track" else step
        for key, step in version["steps"].items()
    }
    open_to_all = {"entry_least": None, "rule": None, "exits_with_rule": False, "cap": None}
    return {
        **version,
        **open_to_all,
        "entry": entry,
        "reentry": "every",
        "max": (3, 1),
        "starts": None,
        "sweeps": bool(version["timeout"]),
        "steps": {"ping": ping, **steps},
        "first": "ping",
    }


def _kinds(kind: str, entry: str, reentry: str, targets: tuple[int, ...]) -> tuple[str, ...]:
    kinds = flows.KINDS
    # Who tracks what lets them in would go round without end.
    if kind == "event" and entry in flows.TRACKED and reentry in AGAIN:
        kinds = tuple(each for each in kinds if each != "track")
    return (*kinds, "start", "start", "start") if targets else kinds


def _goal(draw: st.DrawFn) -> Plain:
    """A control group is compared by the goal: there is none without."""
    if not draw(st.booleans()):
        return {"goal": None, "control": 0}
    goal = {
        "event": draw(st.sampled_from(flows.EVENTS)),
        "least": draw(flows.LEAST),
        "hours": draw(st.sampled_from((2, 30))),
        "exits": draw(st.booleans()),
    }
    return {"goal": goal, "control": draw(seldom(st.sampled_from(CONTROL), one_in=2)) or 0}


def _dates(draw: st.DrawFn, now: datetime) -> Plain:
    starts = draw(seldom(st.sampled_from((2, 30)), one_in=12))
    ends = draw(seldom(st.sampled_from((40, 100)), one_in=10))
    return {
        "starts": now + timedelta(hours=starts) if starts else None,
        "ends": now + timedelta(hours=ends) if ends else None,
    }


def _schedule(draw: st.DrawFn, now: datetime, kind: str) -> Plain:
    if kind != "schedule":
        return {"repeats": "", "at": None, "weekdays": [], "on_date": None, "zone": ""}
    repeats = draw(st.sampled_from(("once", "daily", "daily", "weekly")))
    days = draw(st.integers(1, 3))
    return {
        "repeats": repeats,
        "at": draw(st.sampled_from((time(9), time(2, 30), time(0, 15)))),
        "weekdays": draw(st.sampled_from(([0, 4], [6]))) if repeats == "weekly" else [],
        # Of the site, and not today: it would be past in some zone.
        "on_date": (now + timedelta(days=days + 1)).date() if repeats == "once" else None,
        "zone": draw(st.sampled_from(("site", "contact"))),
    }
