"""What is done with the journey as a whole, each after a dialog that says what it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse

from apps.journeys import lifecycle, moving_over, publishing
from apps.journeys.admin.builder.answers import panel, verbs_of
from apps.journeys.admin.builder.opened import Opened
from apps.journeys.drafting import cloning, drafts, editing
from apps.journeys.models import Journey


@dataclass(frozen=True, kw_only=True)
class Verb:
    title: str
    text: str
    button: str
    done: str
    do: Callable[..., Any]
    is_grave: bool = False


VERBS = {
    "pause": Verb(
        title="Pause this journey?",
        text="Nobody enters any more. Those inside go on.",
        button="Pause",
        done="paused",
        do=lifecycle.pause,
    ),
    "resume": Verb(
        title="Resume this journey?",
        text="Contacts enter again, and those inside go on.",
        button="Resume",
        done="resumed",
        do=lifecycle.resume,
    ),
    "hold": Verb(
        title="Hold everything?",
        text="Nobody enters any more, those inside stand still where they are, and nothing that "
        "is queued is sent until you resume.",
        button="Hold",
        done="held",
        do=lifecycle.hold,
    ),
    "finish": Verb(
        title="Finish this journey?",
        text="Nobody enters any more, everybody inside leaves at once, and what nobody has seen "
        "yet is withdrawn. It can be published again.",
        button="Finish",
        done="finished",
        do=lifecycle.finish,
        is_grave=True,
    ),
    "discard": Verb(
        title="Discard the changes?",
        text="The draft becomes what was published last. You can undo that.",
        button="Discard",
        done="as it was published last",
        do=publishing.discard,
    ),
    "archive": Verb(
        title="Archive this journey for good?",
        text="Nobody enters any more and everybody inside leaves at once. It cannot be undone; "
        "the numbers stay.",
        button="Archive",
        done="archived",
        do=lifecycle.archive,
        is_grave=True,
    ),
}


def ask(opened: Opened, verb: str) -> HttpResponse:
    """Show the dialog, or do it."""
    if verb not in VERBS:
        raise Http404
    if verb not in [name for name, *_ in verbs_of(opened.journey)] or not opened.may_write:
        raise PermissionDenied
    if opened.request.method == "GET":
        return panel(
            opened, "asking", {"journey": opened.journey, "name": verb, "verb": VERBS[verb]}
        )
    more = {}
    if verb == "resume" and opened.journey.is_held:
        more["shift_waits"] = opened.request.POST.get("waits") == "shift"
    if verb == "discard":
        more["by"] = opened.user
    return done(opened, VERBS[verb].do, f"“{opened.journey}” is {VERBS[verb].done}.", **more)


def clone(opened: Opened) -> HttpResponse:
    """Make a copy, as a draft of its own, and go there."""
    if not opened.admin.has_add_permission(opened.request):
        raise PermissionDenied
    if opened.request.method == "GET":
        return panel(opened, "cloning", {"journey": opened.journey})
    try:
        copy = cloning.clone(opened.journey)
    except ValidationError as error:
        return to_page(opened.journey, opened, errors=error.messages)
    opened.admin.log_addition(opened.request, copy, f"Cloned from “{opened.journey}”.")
    messages.success(opened.request, f"This is the copy of “{opened.journey}”.")
    return to_page(copy, opened)


def publish(opened: Opened) -> HttpResponse:
    if not opened.may_write:
        raise PermissionDenied
    if opened.request.method == "GET":
        seen = editing.seen(opened.journey)
        context = {"journey": opened.journey, "steps": opened.draft.steps, "seen": seen}
        context["problems"] = publishing.problems(opened.journey, by=opened.user)
        context["warnings"] = publishing.warnings(opened.journey)
        if not context["problems"]:
            context["changes"] = publishing.changes(opened.journey)
        return panel(opened, "publishing", context)
    if opened.request.POST.get("seen", "") not in ("", editing.seen(opened.journey)):
        who = drafts.who_changed(opened.journey, but=opened.user)
        return to_page(
            opened.journey, opened, errors=[f"{who} Look at it as it is now, then publish it."]
        )
    answer = done(
        opened, publishing.publish, f"“{opened.journey}” is published.", by=opened.request.user
    )
    # Who is inside stays where they are; what is to become of them is asked next.
    if opened.journey.live_version_id and moving_over.preview(opened.journey):
        answer["HX-Redirect"] += "?ask=moving"
    return answer


def done(opened: Opened, verb: Callable[..., Any], said: str, **more: Any) -> HttpResponse:
    """Do it, and load the page anew with what there is to say."""
    try:
        verb(opened.journey, **more)
    except ValidationError as error:
        return to_page(opened.journey, opened, errors=error.messages)
    opened.admin.log_change(opened.request, opened.journey, said)
    messages.success(opened.request, said)
    return to_page(opened.journey, opened)


def to_page(journey: Journey, opened: Opened, *, errors: Sequence[str] = ()) -> HttpResponse:
    for error in errors:
        messages.error(opened.request, error)
    page = reverse("admin:journeys_journey_change", args=[journey.pk])
    return HttpResponse(headers={"HX-Redirect": page, "X-Flow": "page"})
