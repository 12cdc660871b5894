"""Whom journeys are for: the rules of theirs that ask for segments and properties."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from apps.journeys.models import (
    CheckStep,
    CompiledStep,
    Journey,
    Step,
    TagStep,
    Trigger,
    Version,
    WaitForEventStep,
    WaitStep,
)
from apps.journeys.models.enrolments import steps_with_somebody
from apps.segments import catalogue, rules
from apps.segments.rules import Rule
from apps.segments.rules.fields import STATE
from apps.segments.usage import Use

OVER = (Journey.Status.FINISHED, Journey.Status.ARCHIVED)
ASKING = (CheckStep, WaitStep, TagStep, WaitForEventStep)
PURPOSES = ("entry", "exit", "goal")


def broken(journeys: Iterable[Journey]) -> dict[int, str]:
    """Return by the id of each journey whose entry cannot be asked why that is: of its live
    version, or of what is written where none was published. In three queries for all of them,
    whose `site` and `live_version` are loaded."""
    rows = [row for row in journeys if row.status not in OVER]
    contexts = catalogue.of_sites({row.site_id: row.site for row in rows}.values()) if rows else {}
    found = {}
    for row in rows:
        terms, context = row.live_version or row, contexts[row.site_id]
        asked = [terms.entry_rule, *_where(terms, "entry")]
        if wrong := [each for rule in asked for each in rules.problems(rule, context)]:
            found[row.pk] = wrong[0].message
    return found


def rules_of_site(site_id: int) -> Iterator[Use]:
    """Yield the rules of the site's journeys: of what contacts are in or come to, and of what is
    written. Eight queries."""
    journeys = Journey.objects.filter(site=site_id).exclude(status__in=OVER)
    versions = {row.pk: row for row in _running(journeys)}
    running: dict[int, list[tuple[str, Rule]]] = {pk: [] for pk in versions}
    for version in versions.values():
        running[version.pk].append(("", version.entry_rule))
    for version_id, place, rule in _compiled(versions):
        running[version_id].append((place, rule))
    written = _written(journeys)
    for row in journeys.select_related("live_version", "site"):
        yield from _of_journey(row, running.get(row.live_version_id, []), written.pop(row.pk, []))
    for version in versions.values():
        if version.pk != version.journey.live_version_id:
            note = f"contacts are still in version {version.number}"
            for place, rule in running[version.pk]:
                yield _use(version.journey, rule, note, place)


def _of_journey(
    row: Journey, live: list[tuple[str, Rule]], written: list[tuple[str, Rule]]
) -> Iterator[Use]:
    """What is written as it is live is told once."""
    for place, rule in live:
        yield _use(row, rule, f"live ({row.live_version.number})", place)
    note = "not published yet" if row.live_version else "draft"
    for place, rule in [("", row.entry_rule), *_of_terms(row), *written]:
        if (place, rule) not in live:
            yield _use(row, rule, note, place)


def _use(row: Journey, rule: Rule, note: str, place: str) -> Use:
    return Use(row=row, kind="Journey", rule=rule, note=f"{note}, {place}" if place else note)


def _running(journeys: Any) -> Iterable[Version]:
    inside = steps_with_somebody().filter(version=OuterRef("pk"))
    versions = Version.objects.filter(Q(pk=F("journey__live_version")) | Exists(inside))
    return versions.filter(journey__in=journeys).select_related("journey")


def _compiled(versions: Iterable[int]) -> Iterator[tuple[int, str, Rule]]:
    """Yield the id of a version, the place, and a rule there."""
    steps = CompiledStep.objects.filter(
        version__in=versions, kind__in=[model.kind for model in ASKING]
    )
    for step in steps:
        for rule in _of_config(step.kind, step.config):
            yield step.version_id, _at(step), rule
    triggers = Trigger.objects.filter(version__in=versions).exclude(where=[])
    for trigger in triggers.select_related("step"):
        place = _at(trigger.step) if trigger.step else trigger.purpose
        yield trigger.version_id, place, trigger.condition


def _written(journeys: Any) -> dict[int, list[tuple[str, Rule]]]:
    """Return by the id of the journey the places and rules of its steps as they are written."""
    found: dict[int, list[tuple[str, Rule]]] = {}
    for model in ASKING:
        for step in model.objects.filter(journey__in=journeys):
            asked = [*_of_config(step.kind, step.config()), *_listening(step)]
            found.setdefault(step.journey_id, []).extend((_at(step), rule) for rule in asked)
    return found


def _of_config(kind: str, config: dict[str, Any]) -> list[Rule]:
    """Return what a step asks of contacts; a property that it reads counts as asked for."""
    if kind == CheckStep.kind:
        return [rule for _, rule in config["branches"]]
    if kind == WaitStep.kind and config["until"] == WaitStep.Until.PROPERTY:
        return [_reads(config["property"])]
    if kind == TagStep.kind and config["source"].startswith(STATE):
        return [_reads(config["source"])]
    return []


def _listening(step: Step) -> Iterator[Rule]:
    for _, event, where in step.listens():
        if where:
            yield Trigger(event=event, where=where).condition


def _of_terms(row: Journey) -> Iterator[tuple[str, Rule]]:
    for purpose in PURPOSES:
        for rule in _where(row, purpose):
            yield purpose, rule


def _where(terms: Journey | Version, purpose: str) -> Iterator[Rule]:
    event, where = getattr(terms, f"{purpose}_event"), getattr(terms, f"{purpose}_where")
    if where and (purpose != "entry" or terms.entry_kind == Journey.Entry.EVENT):
        yield Trigger(event=event, where=where).condition


def _reads(name: str) -> Rule:
    return {"field": f"{STATE}{name.removeprefix(STATE)}", "op": "is_set", "value": True}


def _at(step: Step | CompiledStep) -> str:
    return f"step “{step.name}”"
