"""When: campaigns as marketers write them, as they were published, and who is where in them."""

from apps.journeys.models.calls import Call, SigningSecret
from apps.journeys.models.counters import Quota, Tally, Winner
from apps.journeys.models.dry_runs import DryRun
from apps.journeys.models.enrolments import Enrolment, PendingEvent, Visit
from apps.journeys.models.entries import Refusal, Run, Seen, Sweep, Watch
from apps.journeys.models.journeys import Edit, Journey
from apps.journeys.models.steps import (
    STEPS,
    CheckStep,
    Lead,
    LeaveStep,
    LimitStep,
    PopupStep,
    PushAlternative,
    PushStep,
    SplitStep,
    StartStep,
    Step,
    TagStep,
    TrackStep,
    UpdateStep,
    WaitForEventStep,
    WaitStep,
    WebhookStep,
)
from apps.journeys.models.terms import Terms
from apps.journeys.models.versions import CompiledStep, Trigger, Version

__all__ = [
    "STEPS",
    "Call",
    "CheckStep",
    "CompiledStep",
    "DryRun",
    "Edit",
    "Enrolment",
    "Journey",
    "Lead",
    "LeaveStep",
    "LimitStep",
    "PendingEvent",
    "PopupStep",
    "PushAlternative",
    "PushStep",
    "Quota",
    "Refusal",
    "Run",
    "Seen",
    "SigningSecret",
    "SplitStep",
    "StartStep",
    "Step",
    "Sweep",
    "TagStep",
    "Tally",
    "Terms",
    "TrackStep",
    "Trigger",
    "UpdateStep",
    "Version",
    "Visit",
    "WaitForEventStep",
    "WaitStep",
    "Watch",
    "WebhookStep",
    "Winner",
]
