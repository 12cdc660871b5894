"""What the canvas shows: the drawn flow with the steps, where numbers go, and what is wrong."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.text import capfirst

from apps.journeys.admin.builder.opened import Opened
from apps.journeys.admin.builder.wording import entry_lines
from apps.journeys.drafting import drawing
from apps.journeys.drafting.drawing import Card, Line, Way
from apps.journeys.drafting.flow import BEGINNING
from apps.journeys.models import (
    CheckStep,
    LimitStep,
    PushStep,
    SplitStep,
    Step,
    WaitForEventStep,
)
from apps.segments import catalogue, rules

# What these are for is that people part here.
SIDE_BY_SIDE = (CheckStep, SplitStep, LimitStep, WaitForEventStep)


@dataclass(kw_only=True)
class ShownWay:
    """An outcome: `place` as text for “+”, `is_counted`: how many left by it is shown;
    `is_alone`: the only one of its step, so that no label says it."""

    step: str
    outcome: str
    label: str
    words: str
    goes_on: Step | None = None
    is_counted: bool = False
    is_alone: bool = False


@dataclass(kw_only=True)
class ShownCard:
    step: Step
    kind: str
    summary: str
    above: ShownWay
    aside: list[ShownWay]
    branches: list["ShownLine"]
    problems: list[str]
    is_counted: bool
    pushes: list[Any]


@dataclass(kw_only=True)
class ShownLine:
    is_apart: bool
    way: ShownWay
    cards: list[ShownCard]
    tail: ShownWay | None


@dataclass(kw_only=True)
class Picture:
    main: ShownLine
    lost: list[ShownLine]
    entry: list[str]
    entry_problems: list[str]
    is_counted: bool = False


def of(opened: Opened, problems: list[Any]) -> Picture:
    draft = opened.draft
    counted = opened.journey.live_version_id is not None
    by_step: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        by_step[problem.step_key].append(problem.message)
    pen = _Pen(opened=opened, is_counted=counted, problems=by_step)
    apart = [key for key, step in draft.steps.items() if isinstance(step, SIDE_BY_SIDE)]
    main, *lost = drawing.draw(draft.flow, side_by_side=apart)
    return Picture(
        main=pen.line(main),
        lost=[pen.line(line) for line in lost],
        entry=entry_lines(opened.journey),
        # That it is empty yet is not wrong: the picture invites to begin.
        entry_problems=by_step[""] if draft.steps else [],
        is_counted=counted,
    )


@dataclass(kw_only=True)
class _Pen:
    opened: Opened
    is_counted: bool
    problems: dict[str, list[str]]

    @cached_property
    def known(self) -> rules.Context:
        return catalogue.of_site(self.opened.journey.site)

    def line(self, line: Line) -> ShownLine:
        return ShownLine(
            is_apart=line.is_apart,
            way=self.way(line.way),
            cards=[self.card(card) for card in line.cards],
            tail=self.way(line.tail) if line.tail else None,
        )

    def card(self, card: Card) -> ShownCard:
        step = self.opened.draft.steps[card.key]
        pushes = [push for push, _ in step.pushes()] if isinstance(step, PushStep) else []
        return ShownCard(
            step=step,
            kind=str(step._meta.verbose_name),
            summary=self.summary(step),
            above=self.way(card.above),
            aside=[self.way(way) for way in card.aside],
            branches=[self.line(line) for line in card.branches],
            problems=self.problems[card.key],
            is_counted=self.is_counted,
            pushes=pushes if len(pushes) > 1 else [],
        )

    def summary(self, step: Step) -> str:
        """Say what the step does; of a check, what it asks: its branches have labels of their
        own."""
        if not isinstance(step, CheckStep):
            return step.summary()
        asked = [row for row in step.branches if row["rule"]]
        said = [(row["name"], rules.describe(row["rule"], self.known)) for row in asked]
        if len(said) == 1:
            return capfirst(said[0][1])
        return "; ".join(f"{name}: {words}" for name, words in said)

    def way(self, way: Way) -> ShownWay:
        key, outcome = way.place
        return ShownWay(
            step=key,
            outcome=outcome,
            label=way.label,
            words=self.words(way),
            goes_on=self.opened.draft.steps.get(way.goes_on),
            is_counted=self.is_counted and bool(key),
            is_alone=len(self.opened.draft.flow.outcomes.get(key, ())) == 1,
        )

    def words(self, way: Way) -> str:
        """Say where it is, for who cannot see it."""
        if way.place == BEGINNING:
            return "at the beginning"
        key, outcome = way.place
        if key not in self.opened.draft.steps:
            return ""
        label = dict(self.opened.draft.flow.outcomes[key]).get(outcome, "")
        return f"after “{self.opened.draft.steps[key]}”, {label}"
