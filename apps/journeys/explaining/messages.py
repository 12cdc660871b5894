"""What visits asked of delivery and of the site's systems, and what became of it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from apps.delivery.models import Popup, Push
from apps.journeys.explaining.answers import Message
from apps.journeys.explaining.asking import Asked
from apps.journeys.models import Call, Visit
from apps.journeys.models.message_keys import enrolment_and_visit, message_key

# By enrolment and number of the visit.
Found = Mapping[tuple[int, int], list[Message]]
Story = list[tuple[str, datetime]]


def of(asked: Asked, visits: Mapping[int, list[Visit]]) -> Found:
    """Return the messages of all visits of the contact's ways, in three queries."""
    keys: dict[str, list[str]] = {"popup": [], "push": []}
    for way in asked.ways:
        here = [(row.step.kind, row.number) for row in visits[way.pk]]
        for kind, number in [*here, (way.step.kind, way.visit)]:
            if kind in keys:
                keys[kind].append(message_key(way.journey_id, way.pk, number))
    found: dict[tuple[int, int], list[Message]] = defaultdict(list)
    popups = Popup.objects.filter(key__in=keys["popup"]).select_related("asset", "device")
    for popup in popups.order_by("pk"):
        found[_visit_of(popup.key)].append(_popup(popup))
    pushes = Push.objects.filter(key__in=keys["push"]).select_related("asset", "device")
    for push in pushes.order_by("pk"):
        found[_visit_of(push.key)].append(_push(push))
    for call in Call.objects.filter(enrolment__in=[way.pk for way in asked.ways]).order_by("pk"):
        found[call.enrolment_id, call.visit].append(_call(call))
    return found


def _visit_of(key: str) -> tuple[int, int]:
    found = enrolment_and_visit(key)
    assert found, "keys are those of visits"
    return found


def _story(*moments: tuple[str, datetime | None]) -> Story:
    return [(words, at) for words, at in moments if at]


def _popup(popup: Popup) -> Message:
    pressed = f": {popup.button}" if popup.button else ""
    return Message(
        kind="popup",
        name=str(popup.asset),
        device=str(popup.device or ""),
        status=f"{popup.get_status_display()}{pressed}",
        story=_story(
            ("Asked for", popup.queued_at),
            ("Shown", popup.shown_at),
            (popup.get_status_display(), popup.answered_at),
        ),
    )


def _push(push: Push) -> Message:
    clicked = f"Clicked, button {push.clicked_button}" if push.clicked_button else "Clicked"
    return Message(
        kind="push",
        name=str(push.asset),
        device=str(push.device),
        status=push.get_status_display(),
        reason=push.get_reason_display() if push.status == Push.Status.FAILED else "",
        answer=push.answer,
        story=_story(
            ("Queued", push.queued_at),
            ("Accepted by the push service", push.accepted_at),
            ("Shown", push.shown_at),
            (clicked, push.clicked_at),
            ("Dismissed", push.dismissed_at),
        ),
    )


def _call(call: Call) -> Message:
    return Message(
        kind="webhook",
        # Not the whole address, in which there may be keys.
        name=f"{call.method} {urlsplit(call.url).hostname or ''}",
        status=call.get_status_display(),
        answer=call.answer,
        story=_story(("Queued", call.queued_at), ("Answered", call.answered_at)),
    )
