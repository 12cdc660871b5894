"""The form of a step in the side panel, for a new one and for one that is there."""

import re
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse

from apps.journeys.admin.builder.answers import panel, pieces
from apps.journeys.admin.builder.edits import leads_of
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.admin.builder.page import HELP
from apps.journeys.drafting import drafts, editing, flow
from apps.journeys.forms import FORMS, StepForm
from apps.journeys.models import STEPS, Step
from apps.journeys.models.steps import new_key

KEY = re.compile(r"[0-9a-f]{12}")
MODELS = {model.kind: model for model in STEPS}


def new(opened: Opened) -> HttpResponse:
    """Show the form of a new step; it is stored as soon as it can be."""
    if not opened.may_write:
        raise PermissionDenied
    asked = opened.request.GET
    kind, place = asked.get("kind", ""), (asked.get("step", ""), asked.get("outcome", ""))
    if kind not in MODELS or not opened.draft.flow.has(place):
        raise Http404
    step = _made(kind, new_key())
    form = FORMS[kind](instance=step, journey=opened.journey, user=opened.user)
    return panel(opened, "step", _shown(opened, step, form, place=place))


def one(opened: Opened, key: str) -> HttpResponse:
    if opened.request.method == "POST":
        return _save(opened, key)
    step = opened.step(key)
    form = FORMS[step.kind](instance=step, journey=opened.journey, user=opened.user)
    return panel(opened, "step", _shown(opened, step, form))


def _made(kind: str, key: str) -> Step:
    return MODELS[kind](key=key, **FORMS[kind].begins_with)


def _shown(
    opened: Opened, step: Step, form: StepForm, *, place: flow.Place | None = None
) -> dict[str, Any]:
    return {
        "journey": opened.journey,
        "step": step,
        "kind": step._meta.verbose_name,
        "about": HELP.get(step.kind, ""),
        "form": form,
        "place": place,
        "seen": "" if place else seen_of(step),
        "leads": leads_of(opened, step.key) if place is None else None,
        "known": form.known,
        "may_write": opened.may_write,
    }


def seen_of(step: Step) -> str:
    """Return what tells whether somebody else has changed the step since."""
    skipped = {"id", "step_ptr", "position", "polymorphic_ctype", "journey", "updated_at"}
    fields = [each for each in step._meta.concrete_fields if each.name not in skipped]
    values = {each.name: each.value_from_object(step) for each in fields}
    if hasattr(step, "alternatives"):
        values["alternatives"] = [[row.push_id, row.share] for row in step.alternatives.all()]
    return drafts.fingerprint(values)


def _save(opened: Opened, key: str) -> HttpResponse:
    sent = opened.request.POST
    step = opened.draft.steps.get(key)
    is_new = step is None
    if step is None:
        step = _to_be_made(opened, key)
    now = "" if is_new else seen_of(step)
    form = FORMS[step.kind](sent, instance=step, journey=opened.journey, user=opened.user)
    if not form.is_valid():
        opened.forget()
        return pieces(opened, errors=form.errors_by_id(), is_unsaved=True)
    if not is_new and sent.get("seen") != now and sent.get("anyway") != "1":
        opened.forget()
        conflict = drafts.who_changed(opened.journey, but=opened.user)
        return pieces(opened, errors=form.errors_by_id(), is_unsaved=True, conflict=conflict)
    try:
        _store(opened, form, key, is_new=is_new)
    except (flow.Refused, ValidationError) as error:
        opened.forget()
        said = " ".join(getattr(error, "messages", [str(error)]))
        return pieces(opened, said=said, is_bad=True, is_unsaved=True)
    opened.forget()
    stored = opened.step(key)
    return pieces(
        opened,
        errors=form.errors_by_id(),
        panel=leads_of(opened, key),
        panel_seen=seen_of(stored),
        said=f"“{stored}” is added." if is_new else "",
        saved=True,
    )


def _to_be_made(opened: Opened, key: str) -> Step:
    sent = opened.request.POST
    kind = sent.get("kind", "")
    # A form that was stored before is of a step that somebody has deleted meanwhile.
    if kind not in MODELS or not KEY.fullmatch(key) or sent.get("seen"):
        raise Http404
    return _made(kind, key)


def _store(opened: Opened, form: StepForm, key: str, *, is_new: bool) -> None:
    step = form.save(commit=False)
    if is_new:
        sent = opened.request.POST
        place = (sent.get("at_step", ""), sent.get("at_outcome", ""))
        new_flow = flow.insert(opened.draft.flow, key, step.outcomes, place)
        drafts.require_room(opened.draft)
        with editing.change(opened.journey, f"Added “{step}”", by=opened.user):
            step.journey = opened.journey
            _write(form, step)
            opened.draft.steps[key] = step
            drafts.store(opened.draft, new_flow)
        return
    with editing.change(opened.journey, f"Changed “{step}”", by=opened.user):
        _write(form, step)
        drafts.put(opened.draft, key, step.outcomes)
    drafts.join_last_edits(opened.journey)


def _write(form: StepForm, step: Step) -> None:
    step.save()
    if hasattr(form, "save_alternatives"):
        form.save_alternatives(step)
