"""The draft of a journey: its steps and flow as rows, and what a marketer does to them.

Every verb is one change that can be undone (apps.journeys.drafting.editing). Whoever calls them
holds the journey (`hold`).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    PositiveSmallIntegerField,
    Value,
    When,
    prefetch_related_objects,
)

from apps.accounts.models import User
from apps.journeys.documents import MAX_STEPS
from apps.journeys.drafting import editing, flow
from apps.journeys.drafting.flow import BEGINNING, ENTRY, Flow, Place
from apps.journeys.models import Edit, Journey, Lead, PopupStep, PushStep, StartStep, Step
from apps.journeys.models.steps import new_key

# Whoever writes a text pauses now and then, and it is saved meanwhile.
WITHOUT_PAUSE = timedelta(seconds=5)
LOADED_WITH: dict[type[Step], tuple[str, ...]] = {
    PopupStep: ("popup",),
    PushStep: ("push", "alternatives__push"),
    StartStep: ("target",),
}


@dataclass(kw_only=True)
class Draft:
    """`steps` by key, in the order of the journey, with all that their cards show."""

    journey: Journey
    steps: dict[str, Step]
    flow: Flow

    @property
    def seen(self) -> str:
        """Return what tells whether somebody else has changed the flow since."""
        leads = {step: dict(rows) for step, rows in self.flow.leads.items()}
        return fingerprint([leads, {key: dict(rows) for key, rows in self.flow.outcomes.items()}])


def fingerprint(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hold(journey_id: int) -> Journey:
    """Return the journey, which nobody else changes until the transaction ends."""
    rows = Journey.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("site", "live_version").get(pk=journey_id)


def who_changed(journey: Journey, *, but: User) -> str:
    """Say who has changed it last, and what, to somebody who has not seen that yet."""
    last = journey.edits.select_related("by").first()
    if last is None or last.by is None:
        return "Somebody else has changed this journey meanwhile."
    who = "You have" if last.by == but else f"{last.by.get_username()} has"
    where = " in another window" if last.by == but else ""
    return f"{who} changed this journey meanwhile{where}: “{last.words}”."


def load(journey: Journey) -> Draft:
    """Read it in as many queries as there are kinds of steps, and a few."""
    rows = list(journey.steps.all())
    for model, names in LOADED_WITH.items():
        if of_kind := [row for row in rows if isinstance(row, model)]:
            prefetch_related_objects(of_kind, *names)
    keys = {row.pk: row.key for row in rows}
    leads: dict[str, dict[str, str]] = {}
    if rows:
        leads[ENTRY] = {BEGINNING[1]: rows[0].key}
    known = {row.key: dict(row.outcomes) for row in rows}
    stored = Lead.objects.filter(step__journey=journey).order_by("pk")
    for step, outcome, target in stored.values_list("step", "outcome", "target"):
        if outcome in known[keys[step]]:
            leads.setdefault(keys[step], {})[outcome] = keys[target]
    outcomes = {row.key: row.outcomes for row in rows}
    return Draft(
        journey=journey,
        steps={row.key: row for row in rows},
        flow=Flow(outcomes=outcomes, leads=leads),
    )


def add(draft: Draft, step: Step, place: Place, *, by: User | None = None) -> None:
    """Store the new step, which has its key, at the place. Raises Refused."""
    new = flow.insert(draft.flow, step.key, step.outcomes, place)
    require_room(draft)
    with editing.change(draft.journey, f"Added “{step}”", by=by):
        step.journey = draft.journey
        step.save()
        draft.steps[step.key] = step
        store(draft, new)


def require_room(draft: Draft) -> None:
    """Raises Refused where the journey has as many steps as one can have."""
    if len(draft.steps) >= MAX_STEPS:
        raise flow.Refused(f"A journey has at most {MAX_STEPS} steps.")


def put(draft: Draft, key: str, outcomes: flow.Outcomes) -> None:
    """Keep the leads of a step that was written, and whose outcomes may be others now."""
    store(draft, flow.with_outcomes(draft.flow, key, outcomes))


def join_last_edits(journey: Journey) -> None:
    """Make one step of undo of what somebody wrote without a pause in one form."""
    edits = list(journey.edits.filter(is_undone=False)[:2])
    for last, edit in pairwise(edits):
        is_near = last.at - edit.at < WITHOUT_PAUSE and last.by_id == edit.by_id
        where = _where(edit)
        if is_near and len(where) == 1 and where == _where(last):
            rows = journey.edits.filter(pk=edit.pk)
            rows.update(after=last.after, at=last.at, words=last.words)
            last.delete()


def _where(edit: Edit) -> set[str]:
    """Return the keys of the steps, or the name of a term, that the edit changed."""
    changed = {
        name for name, value in edit.after["terms"].items() if edit.before["terms"][name] != value
    }
    before, after = (
        {step["key"]: step for step in each["steps"]} for each in (edit.before, edit.after)
    )
    if set(before) != set(after):
        return set()
    return changed | {key for key, step in after.items() if before[key] != step}


def move(draft: Draft, key: str, place: Place, *, by: User | None = None) -> str:
    """Returns what was done, in words. Raises Refused."""
    return _change(draft, flow.move(draft.flow, key, place), f"Moved “{draft.steps[key]}”", by)


def lead(draft: Draft, place: Place, target: str, *, by: User | None = None) -> str:
    """Lead the outcome at the place to a step, or to the end. Raises Refused."""
    new = flow.lead(draft.flow, place, target)
    step, outcome = place
    label = dict(draft.flow.outcomes[step])[outcome] if step else "The journey"
    words = (
        f"“{label}” leads to “{draft.steps[target]}”" if target else f"“{label}” leads to the end"
    )
    return _change(draft, new, words[:150], by)


def remove(draft: Draft, key: str, *, with_branch: bool, by: User | None = None) -> str:
    """Delete a step: it alone, with what only its other outcomes lead to, or with all below it."""
    new = flow.remove(draft.flow, key, with_branch=with_branch)
    gone = [draft.steps[each] for each in draft.steps if each not in new.outcomes]
    words = f"Deleted “{draft.steps[key]}”"
    if len(gone) > 1:
        words += f" and {len(gone) - 1} more"
    with editing.change(draft.journey, words, by=by):
        for step in gone:
            step.delete()
            del draft.steps[step.key]
        store(draft, new)
    return words


def duplicate(draft: Draft, key: str, *, by: User | None = None) -> Step:
    """Put a copy of the step right after it; returns the copy. Raises Refused."""
    step = draft.steps[key]
    copy = _copy(step)
    new = flow.duplicate(draft.flow, key, copy.key)
    require_room(draft)
    with editing.change(draft.journey, f"Duplicated “{step}”", by=by):
        copy.save()
        if isinstance(step, PushStep):
            for row in step.alternatives.all():
                copy.alternatives.create(push=row.push, share=row.share)
        draft.steps[copy.key] = copy
        store(draft, new)
    return copy


def _copy(step: Step) -> Step:
    links = {"id", "key", "step_ptr", "polymorphic_ctype"}
    fields = [each for each in step._meta.concrete_fields if each.name not in links]
    values = {each.attname: getattr(step, each.attname) for each in fields}
    values["name"] = f"{step.name[:90]} (copy)"
    return type(step)(key=new_key(), **values)


def _change(draft: Draft, new: Flow, words: str, by: User | None) -> str:
    if new != draft.flow:
        with editing.change(draft.journey, words, by=by):
            store(draft, new)
    return words


@transaction.atomic
def store(draft: Draft, new: Flow) -> None:
    """Make the rows what the flow says."""
    draft.steps = {key: draft.steps[key] for key in new.outcomes}
    moved = {}
    for position, step in enumerate(draft.steps.values(), start=1):
        if step.position != position:
            step.position = moved[step.pk] = position
    if moved:
        which = [When(pk=pk, then=Value(position)) for pk, position in moved.items()]
        rows = Step.objects.non_polymorphic().filter(pk__in=moved)
        rows.update(position=Case(*which, output_field=PositiveSmallIntegerField()))
    ids = {key: step.pk for key, step in draft.steps.items()}
    Lead.objects.filter(step__journey=draft.journey).delete()
    Lead.objects.bulk_create(
        Lead(step_id=ids[step], outcome=outcome, target_id=ids[target])
        for step, rows in new.leads.items()
        if step != ENTRY
        for outcome, target in rows.items()
    )
    draft.flow = new
