"""What is done to the flow itself: move, duplicate, delete, lead, undo, redo."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse

from apps.journeys.admin.builder.answers import panel, pieces
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.drafting import drafts, editing, flow

AS_IT_IS = "Here it is as it is now: please do it again if it still fits."


def canvas(opened: Opened) -> HttpResponse:
    return pieces(opened)


def edit(opened: Opened, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise Http404
    if not _is_as_seen(opened, verb):
        who = drafts.who_changed(opened.journey, but=opened.user)
        return pieces(opened, said=f"{who} {AS_IT_IS}", is_bad=True)
    try:
        said, more = VERBS[verb](opened)
    except flow.Refused as error:
        return pieces(opened, said=str(error), is_bad=True)
    except ValidationError as error:
        opened.forget()
        return pieces(opened, said=" ".join(error.messages), is_bad=True)
    opened.forget()
    return pieces(opened, said=said, **more)


def _is_as_seen(opened: Opened, verb: str) -> bool:
    """Whether the page that asks shows the flow as it is; and, where it asks for undo or redo,
    which change that is: another's may have come since, in a form, and leave the flow as it is."""
    sent = opened.request.POST
    if sent.get("seen") != opened.draft.seen:
        return False
    mark = editing.mark_of(editing.steps_of_undo(opened.journey))
    return verb not in ("undo", "redo") or sent.get("edits") == mark


Done = tuple[str, dict[str, Any]]


def _place(opened: Opened) -> flow.Place:
    sent = opened.request.POST
    return sent.get("step", ""), sent.get("outcome", "")


def _move(opened: Opened) -> Done:
    step = opened.step(opened.request.POST.get("key", ""))
    said = drafts.move(opened.draft, step.key, _place(opened), by=opened.user)
    return f"{said}.", {"focus": step.key}


def _duplicate(opened: Opened) -> Done:
    step = opened.step(opened.request.POST.get("key", ""))
    copy = drafts.duplicate(opened.draft, step.key, by=opened.user)
    return f"“{step}” duplicated.", {"focus": copy.key}


def _delete(opened: Opened) -> Done:
    step = opened.step(opened.request.POST.get("key", ""))
    order = list(opened.draft.steps)
    with_branch = opened.request.POST.get("branch") == "1"
    said = drafts.remove(opened.draft, step.key, with_branch=with_branch, by=opened.user)
    before = order[max(0, order.index(step.key) - 1)]
    focus = before if before in opened.draft.steps else "entry"
    return f"{said}.", {"focus": focus, "shut": step.key}


def _lead(opened: Opened) -> Done:
    target = opened.request.POST.get("target", "")
    if target and target not in opened.draft.steps:
        raise flow.Refused("This step is not in the journey any more.")
    said = drafts.lead(opened.draft, _place(opened), target, by=opened.user)
    opened.forget()
    more = {"panel": leads_of(opened, _place(opened)[0])} if _place(opened)[0] else {}
    return f"{said}.", more


def _undo(opened: Opened) -> Done:
    words = editing.undo(opened.journey)
    return f"Undone: {words}." if words else "There is nothing to undo.", {"shut": "*"}


def _redo(opened: Opened) -> Done:
    words = editing.redo(opened.journey)
    return f"Done again: {words}." if words else "There is nothing to do again.", {"shut": "*"}


VERBS: dict[str, Callable[[Opened], Done]] = {
    "move": _move,
    "duplicate": _duplicate,
    "delete": _delete,
    "lead": _lead,
    "undo": _undo,
    "redo": _redo,
}


def leads_of(opened: Opened, key: str) -> dict[str, Any]:
    """Return what the panel says of where the outcomes of a step lead."""
    draft = opened.draft
    step = draft.steps[key]
    rows = [
        {"outcome": name, "label": label, "target": draft.flow.at((key, name))}
        for name, label in step.outcomes
    ]
    others = [(other.key, other.name) for other in draft.steps.values() if other.key != key]
    return {"step": step, "rows": rows, "others": others}


def keys(opened: Opened) -> HttpResponse:
    """Say what can be done by the keyboard."""
    return panel(opened, "keys", {"may_write": opened.may_write})


def deleting(opened: Opened, key: str) -> HttpResponse:
    """Ask how much is to go."""
    step = opened.step(key)
    steps = opened.draft.steps
    beside = [steps[each] for each in flow.beside(opened.draft.flow, key)]
    below = [steps[each] for each in flow.below(opened.draft.flow, key)[1:]]
    context = {
        "journey": opened.journey,
        "step": step,
        "beside": beside,
        "below": below,
        "goes_on": steps.get(opened.draft.flow.at((key, step.outcomes[0][0])))
        if step.outcomes
        else None,
    }
    return panel(opened, "deleting", context)
