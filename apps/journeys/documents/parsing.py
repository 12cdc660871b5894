"""Reading a document that anybody may have made: strictly, and without harm."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from apps.accounts.models import Site
from apps.assets.models import Asset, Popup, Push
from apps.journeys.documents import bounds, values
from apps.journeys.documents.problems import Problem
from apps.journeys.documents.reading import MODELS, fields_of, references
from apps.journeys.models import Journey, PushAlternative, PushStep, Step, Terms
from apps.segments.models import Segment

MAX_STEPS = 200
PARTS = {"name", "terms", "steps"}
# It stands in addresses; the page calls the card that a flow begins with so.
KEY, NO_KEY = re.compile(r"[A-Za-z0-9_-]{1,12}"), "entry"
OF_STEP = {"key", "kind", "name", "fields", "leads"}


@dataclass(kw_only=True)
class ParsedStep:
    """A step as it is to be stored: `values` by attribute, `others` are ids of pushes and their
    shares, `leads` keys by outcome."""

    key: str
    model: type[Step]
    values: dict[str, Any] = field(default_factory=dict)
    others: list[tuple[int, int]] = field(default_factory=list)
    leads: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Parsed:
    values: dict[str, Any] = field(default_factory=dict)
    steps: list[ParsedStep] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, message: str, *, step: str = "", place: str = "") -> None:
        self.problems.append(Problem(step_key=step, message=message, field=place))


def check(document: Any, site: Site, *, journey: Journey | None = None) -> list[Problem]:
    """Return why the document cannot be that of a journey of the site; whose name it may keep is
    `journey`. An empty list: it can be written."""
    return parse(document, site, journey=journey).problems


def parse(document: Any, site: Site, *, journey: Journey | None = None) -> Parsed:
    """Return what there is to store, and what is wrong with the document. Six queries at most."""
    parsed = Parsed()
    if wrong := bounds.problem(document):
        parsed.refuse(wrong)
    elif not isinstance(document, dict) or set(document) - {"names"} != PARTS:
        parsed.refuse(f"A journey has these parts: {', '.join(sorted(PARTS))}.")
    else:
        _parse_terms(document, parsed)
        _parse_steps(document["steps"], parsed)
    if not parsed.problems:
        _check_leads(parsed)
        _check_name(parsed, site, journey)
        _check_references(document, parsed, site)
    return parsed


def _parse_terms(document: dict[str, Any], parsed: Parsed) -> None:
    terms, names = document["terms"], Terms.terms()
    if not isinstance(terms, dict) or set(terms) != set(names):
        parsed.refuse(f"The terms of a journey are these: {', '.join(names)}.")
        return
    for name, value in [("name", document["name"]), *terms.items()]:
        _parse_value(Journey._meta.get_field(name), value, parsed.values, parsed)


def _parse_value(
    of: models.Field, value: Any, into: dict[str, Any], parsed: Parsed, *, step: str = ""
) -> None:
    try:
        into[of.attname] = values.parse(of, value)
        if of.name == "name" and not value.strip():
            raise ValidationError("It needs a name.")
    except ValidationError as error:
        for message in error.messages:
            parsed.refuse(f"{of.verbose_name}: {message}", step=step, place=of.name)


def _parse_steps(steps: Any, parsed: Parsed) -> None:
    if not isinstance(steps, list) or len(steps) > MAX_STEPS:
        parsed.refuse(f"A journey has a list of at most {MAX_STEPS} steps.")
        return
    for number, step in enumerate(steps, start=1):
        wrong = _shape(step)
        if wrong:
            parsed.refuse(f"Step {number}: {wrong}")
        else:
            parsed.steps.append(_parse_step(step, parsed))
    for key, times in Counter(step.key for step in parsed.steps).items():
        if times > 1:
            parsed.refuse(f"{times} steps have the key {key}.", step=key)


def _shape(step: Any) -> str:
    """Return why this is no step at all."""
    if not isinstance(step, dict) or set(step) - {"alternatives"} != OF_STEP:
        return f"it has these parts: {', '.join(sorted(OF_STEP))}."
    key, kind = step["key"], step["kind"]
    if not isinstance(key, str) or not KEY.fullmatch(key) or key == NO_KEY:
        return "its key has at most 12 letters from a to z, digits, _ and -."
    if not isinstance(kind, str) or kind not in MODELS:
        return "there is no such kind of step."
    if not isinstance(step["leads"], dict) or not isinstance(step["fields"], dict):
        return "its fields and leads are objects."
    if set(step["fields"]) != {field.name for field in fields_of(MODELS[kind])}:
        return f"a {MODELS[kind]._meta.verbose_name} has other fields."
    return "" if kind == PushStep.kind or "alternatives" not in step else "it has no alternatives."


def _parse_step(step: dict[str, Any], parsed: Parsed) -> ParsedStep:
    found = ParsedStep(key=step["key"], model=MODELS[step["kind"]])
    _parse_value(Step._meta.get_field("name"), step["name"], found.values, parsed, step=found.key)
    for of in fields_of(found.model):
        _parse_value(of, step["fields"][of.name], found.values, parsed, step=found.key)
    for outcome, target in step["leads"].items():
        if not isinstance(target, str):
            parsed.refuse(f"“{outcome}” leads to no step.", step=found.key)
        else:
            found.leads[outcome] = target
    _parse_alternatives(step.get("alternatives", []), found, parsed)
    return found


def _parse_alternatives(rows: Any, found: ParsedStep, parsed: Parsed) -> None:
    fine = isinstance(rows, list) and len(rows) <= values.MAX_ROWS
    if not fine or not all(isinstance(row, dict) and set(row) == {"push", "share"} for row in rows):
        parsed.refuse("Alternatives are a list of pushes with their shares.", step=found.key)
        return
    for row in rows:
        into: dict[str, Any] = {}
        for name in ("push", "share"):
            of = PushAlternative._meta.get_field(name)
            _parse_value(of, row[name], into, parsed, step=found.key)
        if set(into) == {"push_id", "share"}:
            found.others.append((into["push_id"], into["share"]))
    if len({push for push, _ in found.others}) < len(found.others):
        parsed.refuse("The same push is there twice.", step=found.key)


def _check_leads(parsed: Parsed) -> None:
    keys = {step.key for step in parsed.steps}
    for step in parsed.steps:
        known = dict(step.model(**step.values).outcomes)
        for outcome, target in step.leads.items():
            if outcome not in known:
                parsed.refuse(f"It has no outcome “{outcome[:40]}”.", step=step.key)
            elif target not in keys:
                parsed.refuse(f"“{known[outcome]}” leads to no step.", step=step.key)


def _check_name(parsed: Parsed, site: Site, journey: Journey | None) -> None:
    others = Journey.objects.filter(site=site, name=parsed.values["name"])
    if others.exclude(pk=journey.pk if journey else None).exists():
        parsed.refuse("Another journey of this site has this name.", place="name")


def _check_references(document: dict[str, Any], parsed: Parsed, site: Site) -> None:
    named = references(document)
    assets = Asset.objects.non_polymorphic().filter(site=site, pk__in=named["assets"])
    popups = set(Popup.objects.filter(pk__in=assets).values_list("pk", flat=True))
    pushes = set(Push.objects.filter(pk__in=assets).values_list("pk", flat=True))
    journeys = Journey.objects.filter(site=site, pk__in=named["journeys"])
    here = {Popup: popups, Push: pushes, Journey: set(journeys.values_list("pk", flat=True))}
    for step in parsed.steps:
        for model, pk, place in _named_by(step):
            if pk not in here[model]:
                name = model._meta.verbose_name
                parsed.refuse(f"The site has no such {name}.", step=step.key, place=place)
    # One that is gone is said when it is published: a draft that names it can still be changed.
    theirs = Segment.objects.filter(pk__in=named["segments"]).exclude(site=site)
    if theirs.exists():
        parsed.refuse("A rule names a segment of another site.")
    excluded = Journey.objects.filter(pk__in=parsed.values["excluded"]).exclude(site=site)
    if excluded.exists():
        parsed.refuse("It excludes journeys of another site.", place="excluded")


def _named_by(step: ParsedStep) -> Iterator[tuple[type[models.Model], int, str]]:
    for of in fields_of(step.model):
        if of.is_relation and step.values[of.attname] is not None:
            yield of.related_model, step.values[of.attname], of.name
    for pk, _ in step.others:
        yield Push, pk, "alternatives"
