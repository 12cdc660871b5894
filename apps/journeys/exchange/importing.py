from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import Site
from apps.assets.models import Asset
from apps.journeys import documents
from apps.journeys.documents import Document
from apps.journeys.documents.parsing import PARTS
from apps.journeys.documents.problems import Problem, Refused
from apps.journeys.drafting import creating
from apps.journeys.exchange.references import by_id, changed
from apps.journeys.models import Journey
from apps.segments.models import Segment

WORDS = {"assets": "push or popup", "segments": "segment", "journeys": "journey"}


class NotImported(Refused):
    """Nothing was imported; `problems` say why, place by place."""


@dataclass(kw_only=True)
class Planned:
    """What an import would do with a journey of the file: it becomes a draft called `new_name`,
    unless there are `problems`. `missing` are names of what the site lacks, by kind."""

    name: str
    new_name: str = ""
    steps: int = 0
    problems: list[Problem] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)
    document: Document = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    site: Site
    journeys: list[Planned]

    @property
    def problems(self) -> list[Problem]:
        return [problem for planned in self.journeys for problem in planned.problems]


def plan(data: dict[str, Any], site: Site) -> Plan:
    """Return what importing the file's content (apps.journeys.exchange.files) would do."""
    with transaction.atomic():
        planned, _ = _prepare(data, site)
        transaction.set_rollback(True)
    return Plan(site=site, journeys=planned)


@transaction.atomic
def run(data: dict[str, Any], site: Site) -> list[Journey]:
    """Import the journeys as drafts: all of them or, with NotImported, none."""
    planned, rows = _prepare(data, site)
    if wrong := Plan(site=site, journeys=planned).problems:
        raise NotImported(wrong)
    for each, row in zip(planned, rows, strict=True):
        documents.write(row, {**each.document, "name": row.name})
    return rows


def _prepare(data: dict[str, Any], site: Site) -> tuple[list[Planned], list[Journey]]:
    """Make the journeys, empty yet, so that they can name each other; and look at each."""
    planned = [_named(document, number) for number, document in enumerate(data["journeys"], 1)]
    rows = [creating.blank(site, each.name) for each in planned]
    known = _Known(site, {each.name: row.pk for each, row in zip(planned, rows, strict=True)})
    names = [each.name for each in planned]
    for each, row, document in zip(planned, rows, data["journeys"], strict=True):
        each.new_name = row.name
        if names.count(each.name) > 1:
            each.problems.append(_problem(each, "The file has two journeys of this name."))
        if not each.problems:
            _look(each, document, known, row)
    return planned, rows


def _named(document: Any, number: int) -> Planned:
    each = Planned(name=f"Journey {number}")
    if not isinstance(document, dict) or set(document) != PARTS:
        each.problems.append(_problem(each, "This is no journey."))
        return each
    name = Journey._meta.get_field("name")
    try:
        if not isinstance(document["name"], str):
            raise ValidationError("The name is a text.")
        each.name = name.clean(document["name"], None)
    except ValidationError as error:
        each.problems += [_problem(each, message) for message in error.messages]
    each.steps = len(document["steps"]) if isinstance(document["steps"], list) else 0
    return each


class _Known:
    """What names mean on the site; journeys of the file come first."""

    def __init__(self, site: Site, coming: dict[str, int]) -> None:
        self.site = site
        self.ids: dict[str, dict[str, int]] = {
            part: dict(rows.filter(site=site).values_list("name", "pk"))
            for part, rows in {
                "assets": Asset.objects.non_polymorphic(),
                "segments": Segment.objects.all(),
                "journeys": Journey.objects.all(),
            }.items()
        }
        self.ids["journeys"] |= coming


def _look(each: Planned, document: Document, known: _Known, row: Journey) -> None:
    steps = document["steps"] if isinstance(document["steps"], list) else []
    names = {str(step.get("key")): step.get("name") for step in steps if isinstance(step, dict)}

    def miss(part: str, name: Any, where: str) -> None:
        shown = str(name)[:150]
        missing = each.missing.setdefault(part, [])
        if shown not in missing:
            missing.append(shown)
        message = f"The site has no {WORDS[part]} “{shown}”."
        each.problems.append(_problem(each, message, where, names))

    def found(part: str, name: Any, where: str) -> int | None:
        pk = known.ids[part].get(name) if isinstance(name, str) else None
        if pk is None:
            miss(part, name, where)
        return pk

    def in_rule(rule: Any, where: str) -> Any:
        made, missing = by_id(rule, known.ids["segments"])
        for name in missing:
            miss("segments", name, where)
        return made

    each.document = changed(document, found, in_rule)
    if not each.problems:
        each.problems += [
            _problem(each, problem.message, problem.step_key, names)
            for problem in documents.check(
                {**each.document, "name": row.name}, known.site, journey=row
            )
        ]


def _problem(
    each: Planned, message: str, key: str = "", names: dict[str, Any] | None = None
) -> Problem:
    step = f", step “{str((names or {}).get(key))[:100]}”" if key else ""
    return Problem(step_key=key, message=message, place=f"“{each.name}”{step}")
