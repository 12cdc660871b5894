"""What the engine does at each kind of step, for a batch of contacts at a time."""

from apps.journeys.kinds.base import Batch, Kind, Moves
from apps.journeys.kinds.calling import WebhookKind
from apps.journeys.kinds.doing import TagKind, TrackKind, UpdateKind
from apps.journeys.kinds.messages import PopupKind, PushKind
from apps.journeys.kinds.routing import CheckKind, LeaveKind, LimitKind, SplitKind
from apps.journeys.kinds.starting import StartKind
from apps.journeys.kinds.timing import EventKind, WaitKind

# By `kind` of the step.
KINDS: dict[str, Kind] = {
    "popup": PopupKind(),
    "push": PushKind(),
    "wait": WaitKind(),
    "event": EventKind(),
    "check": CheckKind(),
    "split": SplitKind(),
    "limit": LimitKind(),
    "start": StartKind(),
    "leave": LeaveKind(),
    "update": UpdateKind(),
    "tag": TagKind(),
    "track": TrackKind(),
    "webhook": WebhookKind(),
}

__all__ = ["KINDS", "Batch", "Kind", "Moves"]
