"""What the builder answers: pieces of its page, each put where the one of its id stands."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from apps.journeys import moving_over, publishing
from apps.journeys.admin.builder import picture
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.drafting import editing
from apps.journeys.models import Journey

COLORS = {
    Journey.Status.ACTIVE: "success",
    Journey.Status.PAUSED: "warning",
    Journey.Status.FINISHED: "info",
}


def of_page(opened: Opened) -> dict[str, Any]:
    """Return what canvas and toolbar show."""
    problems = publishing.problems(opened.journey, by=opened.user)
    steps = editing.steps_of_undo(opened.journey)
    journey = opened.journey
    status = Journey.Status(journey.status)
    return {
        "journey": journey,
        "picture": picture.of(opened, problems),
        "steps": opened.draft.steps,
        "problems": [(problem, opened.draft.steps.get(problem.step_key)) for problem in problems],
        "seen": opened.draft.seen,
        "may_write": opened.may_write,
        "may_add": opened.admin.has_add_permission(opened.request),
        "may_delete": opened.admin.has_delete_permission(opened.request, journey),
        "undo": steps[0],
        "redo": steps[1],
        "edits": editing.mark_of(steps),
        "status": {"words": status.label.split(":")[0], "color": COLORS.get(status, "")},
        "verbs": verbs_of(journey) if opened.may_write else [],
        "may_move": opened.may_write and moving_over.is_possible(journey),
    }


def verbs_of(journey: Journey) -> list[tuple[str, str, str]]:
    """Return what can be done with the journey now: the verb, its words, its icon."""
    status, states = journey.status, Journey.Status
    found = []
    if status == states.ACTIVE:
        found.append(("pause", "Pause", "pause"))
    if status == states.PAUSED:
        found.append(("resume", "Resume", "play_arrow"))
    if status in Journey.RUNNING and not journey.is_held:
        found.append(("hold", "Hold: stop sending too", "front_hand"))
    if status in Journey.RUNNING:
        found.append(("finish", "Finish", "flag"))
    if status != states.ARCHIVED:
        found.append(("archive", "Archive", "archive"))
    if journey.live_version_id and journey.has_unpublished_changes:
        found.append(("discard", "Discard the changes", "undo"))
    return found


def pieces(opened: Opened, *, said: str = "", is_bad: bool = False, **more: Any) -> HttpResponse:
    """Answer with canvas and toolbar as they are now, and `said` to be read out.

    `more`: `errors` by the id of an input, `panel` (what the leads of a step are), `focus`, the
    key of the card to put the focus on, `shut`: the panel has nothing to show any more.
    """
    context = {**of_page(opened), "said": said, "is_bad": is_bad, **more}
    answer = render(opened.request, "admin/journeys/builder/pieces.html", context)
    told = {name: more[name] for name in ("focus", "shut", "open") if name in more}
    answer["HX-Trigger-After-Settle"] = json.dumps({"flow:done": told})
    answer["X-Flow"] = "pieces"
    return answer


def panel(opened: Opened, template: str, context: dict[str, Any]) -> HttpResponse:
    answer = render(opened.request, f"admin/journeys/builder/{template}.html", context)
    answer["X-Flow"] = "panel"
    return answer
