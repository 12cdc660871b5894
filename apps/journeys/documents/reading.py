from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import models

from apps.assets.models import Asset
from apps.journeys.models import STEPS, Journey, Lead, PushAlternative, PushStep, Step, Terms
from apps.segments.models import Segment
from apps.segments.rules import segments_in

Document = dict[str, Any]

MODELS: dict[str, type[Step]] = {model.kind: model for model in STEPS}
# The rules that terms hold about contacts.
RULES = ("entry_rule",)


def read(journey: Journey) -> Document:
    """Return the journey as it is stored now, in a number of queries that does not depend on how
    many steps it has. Leads by outcomes that a step has no more are left out."""
    row = Journey.objects.get(pk=journey.pk)
    steps = list(row.steps.all())
    leads: dict[int, dict[str, str]] = defaultdict(dict)
    stored = Lead.objects.filter(step__journey=row).order_by("id")
    for step_id, outcome, key in stored.values_list("step", "outcome", "target__key"):
        leads[step_id][outcome] = key
    others: dict[int, list[dict[str, int]]] = defaultdict(list)
    alternatives = PushAlternative.objects.filter(step__journey=row)
    for step_id, push, share in alternatives.values_list("step", "push", "share"):
        others[step_id].append({"push": push, "share": share})
    document = {
        "name": row.name,
        "terms": {name: written(getattr(row, name)) for name in Terms.terms()},
        "steps": [_step(step, leads[step.pk], others[step.pk]) for step in steps],
    }
    return {**document, "names": _names(document)}


def content(document: Document) -> Document:
    """Return the document without the names of others, which change by themselves."""
    return {part: value for part, value in document.items() if part != "names"}


def fields_of(model: type[Step]) -> list[models.Field]:
    """Return the fields that steps of this kind have beside those of every step."""
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


def written(value: Any) -> Any:
    """Return the value of a field as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def _step(step: Step, leads: dict[str, str], others: list[dict[str, int]]) -> dict[str, Any]:
    known = {name for name, _ in step.outcomes}
    found = {
        "key": step.key,
        "kind": step.kind,
        "name": step.name,
        "fields": {
            field.name: written(getattr(step, field.attname)) for field in fields_of(type(step))
        },
        "leads": {outcome: key for outcome, key in leads.items() if outcome in known},
    }
    return {**found, "alternatives": others} if isinstance(step, PushStep) else found


def references(document: Document) -> dict[str, set[int]]:
    """Return the ids of other rows that a document names: of `assets`, `segments`, `journeys`."""
    found: dict[str, set[int]] = {"assets": set(), "segments": set(), "journeys": set()}
    terms = document["terms"]
    found["journeys"].update(terms["excluded"])
    for rule in (terms[name] for name in RULES):
        found["segments"] |= _segments_in(rule)
    for step in document["steps"]:
        for part, pk in references_of(step):
            found[part].add(pk)
    return found


def references_of(step: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield what one step of a document names: the kind, and the id."""
    for field in fields_of(MODELS[step["kind"]]):
        if field.is_relation and step["fields"][field.name] is not None:
            yield part_of(field), step["fields"][field.name]
    for other in step.get("alternatives", []):
        yield "assets", other["push"]
    for rule in rules_of(step):
        for pk in _segments_in(rule):
            yield "segments", pk


def _segments_in(rule: dict[str, Any]) -> set[int]:
    # A rule may name anything; whether it can be asked is another question.
    return {pk for pk in segments_in(rule) if type(pk) is int}


def rules_of(step: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Return the rules about contacts of a step of a document."""
    return [row["rule"] for row in step["fields"].get("branches", [])]


def part_of(field: models.Field) -> str:
    """Return under which name a document lists what the field refers to."""
    return "journeys" if field.related_model is Journey else "assets"


def _names(document: Document) -> dict[str, dict[str, str]]:
    named = {"assets": Asset, "segments": Segment, "journeys": Journey}
    found: dict[str, dict[str, str]] = {}
    for part, ids in references(document).items():
        rows = named[part]._base_manager.filter(pk__in=ids).order_by("pk")
        found[part] = {str(pk): name for pk, name in rows.values_list("pk", "name")}
    return found
