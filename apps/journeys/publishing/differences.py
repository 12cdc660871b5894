"""What is different between two documents of a journey, in a marketer's words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.journeys.documents import MODELS, Document, fields_of
from apps.journeys.models import Journey, Step, Terms
from apps.journeys.publishing.wording import NOTHING, Words
from apps.segments.rules import Context

END = "the end"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field, or the lead of an outcome."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class StepChange:
    """`verdict` is `added`, `removed` or `changed`; only a changed one has `differences`."""

    key: str
    kind: str
    name: str
    verdict: str
    differences: list[Difference] = field(default_factory=list)


def of_terms(before: Document, after: Document, context: Context) -> list[Difference]:
    """Return the terms that are others, the name first."""
    then, now = Words.of(context, before), Words.of(context, after)
    found = list(_changed("name", before["name"], after["name"]))
    for name in Terms.terms():
        of = Journey._meta.get_field(name)
        old, new = before["terms"].get(name), after["terms"].get(name)
        if old != new:
            label = _capital(str(of.verbose_name))
            found.append(_difference(label, then.value(of, old), now.value(of, new)))
    return found


def of_steps(before: Document, after: Document, context: Context) -> list[StepChange]:
    """Return the steps that are new or others in their order, then those that are gone."""
    old = {step["key"]: step for step in before["steps"]}
    new = {step["key"]: step for step in after["steps"]}
    found = []
    for key, step in new.items():
        if key not in old or old[key]["kind"] != step["kind"]:
            found.append(_step(step, "added"))
        elif differences := list(_in_step(key, before, after, context)):
            found.append(_step(step, "changed", differences))
    gone = [key for key in old if key not in new or new[key]["kind"] != old[key]["kind"]]
    return found + [_step(old[key], "removed") for key in gone]


def _step(
    step: dict[str, Any], verdict: str, differences: list[Difference] | None = None
) -> StepChange:
    return StepChange(
        key=step["key"],
        kind=step["kind"],
        name=step["name"],
        verdict=verdict,
        differences=differences or [],
    )


def _in_step(key: str, before: Document, after: Document, context: Context) -> Iterator[Difference]:
    (old, names), (new, new_names) = _named(before, key), _named(after, key)
    then, now = Words.of(context, before), Words.of(context, after)
    yield from _changed("name", old["name"], new["name"])
    for of in fields_of(MODELS[new["kind"]]):
        # An amount is told with its unit, which alone would say nothing.
        parts = ("amount", "unit") if of.name == "amount" else (of.name,)
        was, is_now = ([step["fields"].get(part) for part in parts] for step in (old, new))
        if was != is_now and of.name != "unit":
            label = _capital(str(of.verbose_name))
            yield _difference(label, then.value(of, *was), now.value(of, *is_now))
    if old.get("alternatives", []) != new.get("alternatives", []):
        yield _difference("Other pushes", _others(then, old), _others(now, new))
    yield from _leads(old, names, new, new_names)


def _named(document: Document, key: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the step, and the names of all by key."""
    names = {step["key"]: step["name"] for step in document["steps"]}
    return next(step for step in document["steps"] if step["key"] == key), names


def _leads(
    old: dict[str, Any], names: dict[str, str], new: dict[str, Any], new_names: dict[str, str]
) -> Iterator[Difference]:
    was, is_now = _outcomes(old), _outcomes(new)
    for outcome, label in {**was, **is_now}.items():
        before, after = old["leads"].get(outcome), new["leads"].get(outcome)
        if before != after:
            words = (f"“{names[before]}”" if before else END, f"“{new_names[after]}”" if after
                     else END)  # fmt: skip
            yield _difference(f"“{label}” leads to", *words)


def _outcomes(step: dict[str, Any]) -> dict[str, str]:
    model: type[Step] = MODELS[step["kind"]]
    own = {of.name: step["fields"][of.name] for of in fields_of(model) if not of.is_relation}
    return dict(model(**own).outcomes)


def _others(words: Words, step: dict[str, Any]) -> str:
    push = MODELS["push"]._meta.get_field("push").related_model
    rows = [f"{words.name(push, row['push'])} × {row['share']}" for row in step["alternatives"]]
    return ", ".join(rows) or NOTHING


def _changed(label: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        yield _difference(_capital(label), before, after)


def _difference(label: str, before: str, after: str) -> Difference:
    return Difference(label=label, before=before, after=after)


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
