"""What the engine does at each kind of step, for a batch of contacts at a time."""

from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.kinds.calling import WebhookKind
from apps.journeys.kinds.messages import PopupKind, PushKind, enrolment_and_visit
from apps.journeys.kinds.routing import LeaveKind
from apps.journeys.kinds.timing import EventKind, WaitKind

# By `kind` of the step.
KINDS: dict[str, Kind] = {
    "popup": PopupKind(),
    "push": PushKind(),
    "wait": WaitKind(),
    "event": EventKind(),
    "leave": LeaveKind(),
    "webhook": WebhookKind(),
}

__all__ = ["KINDS", "Batch", "Kind", "Moves", "enrolment_and_visit"]
