"""The forms of the builder: one for each kind of step, one for each group of terms."""

from apps.journeys.forms.base import BuilderForm, StepForm
from apps.journeys.forms.doing import TagForm, TrackForm, UpdateForm, WebhookForm
from apps.journeys.forms.messages import PopupForm, PushForm
from apps.journeys.forms.routing import CheckForm, LeaveForm, LimitForm, SplitForm, StartForm
from apps.journeys.forms.terms import TERMS
from apps.journeys.forms.timing import WaitForEventForm, WaitForm

# By kind of the step.
FORMS: dict[str, type[StepForm]] = {
    form._meta.model.kind: form
    for form in (
        PopupForm, PushForm, WaitForm, WaitForEventForm, CheckForm, SplitForm, LimitForm,
        StartForm, LeaveForm, UpdateForm, TagForm, TrackForm, WebhookForm,
    )
}  # fmt: skip

__all__ = ["FORMS", "TERMS", "BuilderForm", "StepForm"]
