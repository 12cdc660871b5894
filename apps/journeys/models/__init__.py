"""When: campaigns as marketers write them, as they were published, and who is where in them."""

from apps.journeys.models.enrolments import Enrolment, PendingEvent, Visit
from apps.journeys.models.journeys import Journey
from apps.journeys.models.steps import Lead, PopupStep, PushStep, Step, WaitStep
from apps.journeys.models.versions import CompiledStep, Version

__all__ = [
    "CompiledStep",
    "Enrolment",
    "Journey",
    "Lead",
    "PendingEvent",
    "PopupStep",
    "PushStep",
    "Step",
    "Version",
    "Visit",
    "WaitStep",
]
