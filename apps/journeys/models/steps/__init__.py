"""The steps of a flow as they are being written: one model for each kind."""

from apps.journeys.models.steps.base import Lead, Listens, Outcomes, Step, new_key
from apps.journeys.models.steps.doing import TagStep, TrackStep, UpdateStep, WebhookStep
from apps.journeys.models.steps.messages import PopupStep, PushAlternative, PushStep
from apps.journeys.models.steps.routing import (
    CheckStep,
    LeaveStep,
    LimitStep,
    SplitStep,
    StartStep,
)
from apps.journeys.models.steps.timing import WaitForEventStep, WaitStep

# In the order in which they are offered.
STEPS: tuple[type[Step], ...] = (
    PopupStep,
    PushStep,
    WaitStep,
    WaitForEventStep,
    CheckStep,
    SplitStep,
    LimitStep,
    StartStep,
    LeaveStep,
    UpdateStep,
    TagStep,
    TrackStep,
    WebhookStep,
)

__all__ = [
    "STEPS",
    "CheckStep",
    "Lead",
    "LeaveStep",
    "LimitStep",
    "Listens",
    "Outcomes",
    "PopupStep",
    "PushAlternative",
    "PushStep",
    "SplitStep",
    "StartStep",
    "Step",
    "TagStep",
    "TrackStep",
    "UpdateStep",
    "WaitForEventStep",
    "WaitStep",
    "WebhookStep",
    "new_key",
]
