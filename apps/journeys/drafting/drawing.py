"""The picture of a flow: lines of cards from top to bottom, branches side by side."""

from collections.abc import Collection
from dataclasses import dataclass, field

from apps.journeys.drafting.flow import BEGINNING, Flow, Place, drawn_at

# So many branches stand in each other: neither a page nor a reader follows without end.
DEEPEST = 15


@dataclass(kw_only=True)
class Way:
    """An outcome as it is drawn. `place` is where “+” puts a step; `goes_on` the key of a step
    that is drawn elsewhere and comes next. Nothing at all below it: the journey ends."""

    place: Place
    label: str = ""
    goes_on: str = ""


@dataclass(kw_only=True)
class Card:
    """A step. `above` is the way that leads to it, `aside` are outcomes with nothing of their own
    below them, written on the card, `branches` are drawn side by side below it."""

    key: str
    above: Way
    aside: list[Way] = field(default_factory=list)
    branches: list["Line"] = field(default_factory=list)


@dataclass(kw_only=True)
class Line:
    """Cards that follow each other, below an outcome. No `tail` where branches or a last step
    end it. What `is_apart` goes on where a tail that is too deep for it leads to it."""

    way: Way
    is_apart: bool = False
    cards: list[Card] = field(default_factory=list)
    tail: Way | None = None


def draw(flow: Flow, *, side_by_side: Collection[str] = ()) -> list[Line]:
    """Return the picture: what begins at the entry, each line that nothing leads to, and those
    that are drawn apart.

    The steps in `side_by_side` show all their outcomes as branches; others only those that lead
    to steps of their own, the rest stand on the card.
    """
    pen = _Pen(flow=flow, drawn=drawn_at(flow), side_by_side=side_by_side)
    lost = [key for key, place in pen.drawn.items() if place is None]
    lines = [pen.line(Way(place=BEGINNING)), *(pen.alone(key) for key in lost)]
    # Which puts more apart where it is as deep again.
    lines += (pen.alone(key, is_apart=True) for key in pen.apart)
    return lines


@dataclass(frozen=True, kw_only=True)
class _Pen:
    flow: Flow
    drawn: dict[str, Place | None]
    side_by_side: Collection[str]
    # Steps that stand too deep in branches of branches to be drawn below them.
    apart: list[str] = field(default_factory=list)

    def alone(self, key: str, *, is_apart: bool = False) -> Line:
        nowhere = Way(place=("", "lost"))
        line = Line(way=nowhere, is_apart=is_apart)
        self._go_on(line, key, nowhere, depth=0)
        return line

    def line(self, way: Way, *, depth: int = 0) -> Line:
        line = Line(way=way)
        key = self.flow.at(way.place)
        is_own = key and self.drawn[key] == way.place
        if is_own and depth <= DEEPEST:
            self._go_on(line, key, Way(place=way.place), depth=depth)
        else:
            line.tail = Way(place=way.place, goes_on=key)
            self.apart.extend([key] if is_own else [])
        return line

    def _go_on(self, line: Line, key: str, above: Way, *, depth: int) -> None:
        """Draw the card of `key` and those after it, as long as it is one line."""
        while True:
            card = Card(key=key, above=above)
            line.cards.append(card)
            ways = self._ways(key)
            if not ways:
                return
            below = [way for way in ways[1:] if self._is_own(way) or key in self.side_by_side]
            card.aside = [way for way in ways[1:] if way not in below]
            if below:
                card.branches = [self.line(way, depth=depth + 1) for way in (ways[0], *below)]
                return
            # The only outcome there is needs no words.
            above = Way(place=ways[0].place, label=ways[0].label if card.aside else "")
            if not self._is_own(above):
                line.tail = Way(
                    place=above.place, label=above.label, goes_on=self.flow.at(above.place)
                )
                return
            key = self.flow.at(above.place)

    def _ways(self, key: str) -> list[Way]:
        found = []
        for name, label in self.flow.outcomes[key]:
            place = (key, name)
            target = self.flow.at(place)
            is_own = target and self.drawn[target] == place
            found.append(Way(place=place, label=label, goes_on="" if is_own else target))
        return found

    def _is_own(self, way: Way) -> bool:
        target = self.flow.at(way.place)
        return bool(target) and self.drawn[target] == way.place
