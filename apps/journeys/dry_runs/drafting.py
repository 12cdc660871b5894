"""A draft as it would be published, made of its document in memory: nothing is stored."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.journeys.documents.parsing import ParsedStep, parse
from apps.journeys.documents.problems import Problem, Refused
from apps.journeys.models import Journey, PushStep, Terms, Version
from apps.journeys.models.steps import Listens


@dataclass(frozen=True, kw_only=True)
class DraftStep:
    """A step as the engine would read it; `listens` are the events that lead on from it."""

    key: str
    kind: str
    name: str
    config: dict[str, Any]
    outcomes: list[tuple[str, str]]
    leads: dict[str, str]
    listens: Listens


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`terms` are a version that was never stored; the journey begins with the first step."""

    terms: Version
    steps: dict[str, DraftStep]

    @property
    def first(self) -> DraftStep:
        return next(iter(self.steps.values()))

    @cached_property
    def listened(self) -> frozenset[str]:
        """The events that something of the draft waits for, whatever their properties."""
        terms = self.terms
        listens = [
            (event, where) for step in self.steps.values() for _, event, where in step.listens
        ]
        listens += [(terms.goal_event, terms.goal_where), (terms.exit_event, terms.exit_where)]
        if terms.entry_kind == Version.Entry.EVENT:
            listens.append((terms.entry_event, terms.entry_where))
        return frozenset(event for event, where in listens if event and not where)

    def led_by(self, step: DraftStep, name: str) -> str:
        """Return by which outcome the event leads on from the step; empty where by none."""
        return next(
            (outcome for outcome, event, where in step.listens if event == name and not where), ""
        )

    def in_order(self) -> list[DraftStep]:
        """Return the steps as the flow leads to them, one way after the other; last those that
        nothing leads to."""
        found: dict[str, DraftStep] = {}
        ahead = [*reversed(self.steps)]
        while ahead:
            step = self.steps[ahead.pop()]
            if step.key in found:
                continue
            found[step.key] = step
            leads = [step.leads[name] for name, _ in step.outcomes if name in step.leads]
            # Each way as far as it goes, the main one first.
            ahead += [key for key in reversed(leads) if key in self.steps]
        return list(found.values())

    def of_kind(self, kind: str) -> list[DraftStep]:
        return [step for step in self.steps.values() if step.kind == kind]


def of(journey: Journey, document: Any) -> Draft:
    """Return the draft that the document says. Raises Refused where it says none."""
    parsed = parse(document, journey.site, journey=journey)
    if parsed.problems:
        raise Refused(parsed.problems)
    if not parsed.steps:
        raise Refused([Problem(message="There is no step yet. Add one first.")])
    terms = {name: parsed.values[name] for name in Terms.terms()}
    return Draft(
        terms=Version(journey=journey, **terms),
        steps={step.key: _step(step) for step in parsed.steps},
    )


def _step(step: ParsedStep) -> DraftStep:
    row = step.model(**step.values)
    if isinstance(row, PushStep):
        config = row.config_of([(row.push_id, row.share), *step.others])
    else:
        config = row.config()
    return DraftStep(
        key=step.key,
        kind=row.kind,
        name=row.name,
        config=config,
        outcomes=list(row.outcomes),
        leads=step.leads,
        listens=row.listens(),
    )
