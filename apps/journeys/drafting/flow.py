"""The flow of a journey and what a marketer does to it, by the keys of its steps; without rows.

A *place* is a step and one of its outcomes: what stands there is where that outcome leads. The
journey's beginning is the place of no step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

Outcomes = tuple[tuple[str, str], ...]
Place = tuple[str, str]

ENTRY = ""
BEGINNING: Place = (ENTRY, "")


class Refused(ValueError):
    """It cannot be done, in words for who asked for it."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """`outcomes` are pairs of name and label by step key, the main one first, in the order of the
    journey. `leads` holds by step key and outcome the key of the step that it leads to."""

    outcomes: Mapping[str, Outcomes] = field(default_factory=dict)
    leads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def at(self, place: Place) -> str:
        """Return the key of the step that stands there; empty where the journey ends."""
        return self.leads.get(place[0], {}).get(place[1], "")

    def has(self, place: Place) -> bool:
        step, outcome = place
        return place == BEGINNING or outcome in dict(self.outcomes.get(step, ()))

    def main(self, key: str) -> Place | None:
        """Return the place where contacts go on from a step as it is meant; None at a last one."""
        outcomes = self.outcomes[key]
        return (key, outcomes[0][0]) if outcomes else None

    def places(self, key: str) -> list[Place]:
        """Return the places that a step has below it, in their order."""
        return [(key, name) for name, _ in self.outcomes[key]]


def drawn_at(flow: Flow) -> dict[str, Place | None]:
    """Return the place at which each step is drawn: the first that leads to it, depth first.

    In reading order. None for a step that no place leads to; what hangs below it follows it.
    """
    found: dict[str, Place | None] = {}
    _go_down(flow, [BEGINNING], found)
    targets = {target for leads in flow.leads.values() for target in leads.values()}
    lost = [key for key in flow.outcomes if key not in found]
    for key in sorted(lost, key=lambda key: key in targets):
        if key not in found:
            found[key] = None
            _go_down(flow, flow.places(key), found)
    return found


def _go_down(flow: Flow, places: list[Place], found: dict[str, Place | None]) -> None:
    waiting = places[::-1]
    while waiting:
        place = waiting.pop()
        key = flow.at(place)
        if key and key not in found:
            found[key] = place
            waiting += flow.places(key)[::-1]


def insert(flow: Flow, key: str, outcomes: Outcomes, place: Place) -> Flow:
    """Put a new step at the place; what stood there hangs below its main outcome."""
    _require(flow, place)
    if key in flow.outcomes:
        raise Refused("This step is in the journey already.")
    leads = _copied(flow)
    before = flow.at(place)
    if before and outcomes:
        leads[key] = {outcomes[0][0]: before}
    leads.setdefault(place[0], {})[place[1]] = key
    return _in_order(Flow(outcomes={**flow.outcomes, key: outcomes}, leads=leads))


def move(flow: Flow, key: str, place: Place) -> Flow:
    """Take a step, with what hangs below its other outcomes, to another place.

    What came after it closes up. Raises Refused for a place inside what is moved.
    """
    _require(flow, place)
    if place == flow.main(key) or flow.at(place) == key:
        return flow
    if place[0] == key or place[0] in beside(flow, key):
        raise Refused("A step cannot be moved into its own branches.")
    leads = _closed_up(flow, key)
    before = leads.get(place[0], {}).get(place[1], "")
    main = flow.main(key)
    if main:
        leads.setdefault(key, {}).pop(main[1], None)
        if before:
            leads[key][main[1]] = before
    leads.setdefault(place[0], {})[place[1]] = key
    return _in_order(replace(flow, leads=leads))


def beside(flow: Flow, key: str) -> list[str]:
    """Return the steps that can be come to by the step's other outcomes alone."""
    others = flow.places(key)[1:]
    leads = _copied(flow)
    for _, outcome in others:
        leads.get(key, {}).pop(outcome, None)
    return _only_below(flow, [flow.at(place) for place in others], replace(flow, leads=leads))


def below(flow: Flow, key: str) -> list[str]:
    """Return the steps that can be come to through the step alone, itself first."""
    leads = _without(_copied(flow), {key})
    others = {name: rows for name, rows in flow.outcomes.items() if name != key}
    rest = _only_below(flow, [key], Flow(outcomes=others, leads=leads))
    return [key, *(each for each in rest if each != key)]


def remove(flow: Flow, key: str, *, with_branch: bool) -> Flow:
    """Take a step out for good: with everything below it, or so that what its main outcome leads
    to closes up; then what hangs below its other outcomes goes with it."""
    gone = set(below(flow, key)) if with_branch else {key, *beside(flow, key)}
    leads = _copied(flow) if with_branch else _closed_up(flow, key)
    outcomes = {each: rows for each, rows in flow.outcomes.items() if each not in gone}
    return _in_order(Flow(outcomes=outcomes, leads=_without(leads, gone)))


def duplicate(flow: Flow, key: str, copy: str) -> Flow:
    """Put a copy of the step right after it. Raises Refused for one that nothing comes after."""
    after = flow.main(key)
    if after is None:
        raise Refused("Nothing comes after this step, so there is no place for a copy.")
    return insert(flow, copy, flow.outcomes[key], after)


def lead(flow: Flow, place: Place, target: str) -> Flow:
    """Lead an outcome to a step that is there, or to the end: an empty `target`."""
    _require(flow, place)
    if target and target not in flow.outcomes:
        raise Refused("This step is not in the journey any more.")
    leads = _copied(flow)
    leads.setdefault(place[0], {})[place[1]] = target
    return _in_order(replace(flow, leads=leads))


def with_outcomes(flow: Flow, key: str, outcomes: Outcomes) -> Flow:
    """Give the step other outcomes; those that are no more lead nowhere."""
    names = dict(outcomes)
    leads = _copied(flow)
    leads[key] = {name: target for name, target in leads.get(key, {}).items() if name in names}
    return _in_order(Flow(outcomes={**flow.outcomes, key: outcomes}, leads=leads))


def _require(flow: Flow, place: Place) -> None:
    if not flow.has(place):
        raise Refused("This place is not in the journey any more.")


def _copied(flow: Flow) -> dict[str, dict[str, str]]:
    return {step: dict(leads) for step, leads in flow.leads.items()}


def _without(leads: dict[str, dict[str, str]], gone: set[str]) -> dict[str, dict[str, str]]:
    return {
        step: {name: target for name, target in rows.items() if target not in gone}
        for step, rows in leads.items()
        if step not in gone
    }


def _closed_up(flow: Flow, key: str) -> dict[str, dict[str, str]]:
    """Return the leads in which whatever led to the step leads to what came after it."""
    main = flow.main(key)
    after = flow.at(main) if main else ""
    after = "" if after == key else after
    return {
        step: {name: after if target == key else target for name, target in rows.items()}
        if step != key
        else dict(rows)
        for step, rows in flow.leads.items()
    }


def _only_below(flow: Flow, tops: Iterable[str], rest: Flow) -> list[str]:
    """Return what is come to from `tops`, in reading order, and not any other way in `rest`."""
    reached: dict[str, Place | None] = {}
    for top in filter(None, tops):
        reached.setdefault(top, None)
        _go_down(flow, flow.places(top), reached)
    kept: dict[str, Place | None] = {}
    _go_down(rest, [BEGINNING], kept)
    for key, place in drawn_at(flow).items():
        if place is None and key not in reached and key in rest.outcomes:
            kept.setdefault(key, None)
            _go_down(rest, rest.places(key), kept)
    return [key for key in reached if key not in kept]


def _in_order(flow: Flow) -> Flow:
    """Return it with the steps in the order in which they are read, and no empty leads."""
    leads = {
        step: {name: target for name, target in rows.items() if target}
        for step, rows in flow.leads.items()
    }
    tidy = replace(flow, leads={step: rows for step, rows in leads.items() if rows})
    if not tidy.at(BEGINNING) and (first := next(iter(drawn_at(tidy)), "")):
        tidy = replace(tidy, leads={**tidy.leads, ENTRY: {BEGINNING[1]: first}})
    return replace(tidy, outcomes={key: tidy.outcomes[key] for key in drawn_at(tidy)})
