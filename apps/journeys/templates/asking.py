"""Templates that ask for push permission."""

from apps.accounts.models import PushStatus
from apps.assets import starters
from apps.journeys.models import Journey
from apps.journeys.templates.shapes import WELCOME, PopupToMake, StepToMake, Template

ASK_FOR_PERMISSION = "Ask for push permission"
CAN_BE_ASKED = {"field": "push_status", "op": "is", "value": str(PushStatus.ASK)}
SOFT = PopupToMake(name="Soft onboarding", starter=starters.ONBOARDING_BOX)

ONBOARDING = Template(
    slug="ask-for-permission",
    name=ASK_FOR_PERMISSION,
    description="Meets visitors who can be asked with a popup of your own, before the browser "
    "asks. “No” leaves the browser’s question unused: they are asked again after 3, 7, then 30 "
    "days.",
    needs=("A popup that asks for permission", "A push that welcomes"),
    terms=lambda site: {
        "entry_event": "session_started",
        "entry_rule": {"all": [CAN_BE_ASKED]},
        "reentry": Journey.Reentry.PAUSE,
    },
    steps=(
        StepToMake(kind="popup", name="Ask", asset=SOFT, leads={"allowed": "Welcome"}),
        StepToMake(kind="push", name="Welcome", asset=WELCOME),
    ),
)


RE_ASK = Template(
    slug="re-ask",
    name="Re-ask after some days",
    description="Meets those who declined your popup once more, 14 days later at the earliest, "
    "while the browser can still ask.",
    needs=("A popup that asks for permission", "A push that welcomes"),
    terms=lambda site: {
        "entry_event": "popup_declined",
        "entry_rule": {"all": [CAN_BE_ASKED]},
        "reentry": Journey.Reentry.NOT_INSIDE,
        "max_entries": 3,
        "exit_event": "push_subscribed",
    },
    steps=(
        StepToMake(
            kind="wait", name="14 days", values={"amount": 14, "unit": "days"},
            leads={"done": "Can be asked?"},
        ),
        StepToMake(
            kind="check",
            name="Can be asked?",
            values={
                "branches": [
                    {"key": "yes", "name": "Yes", "rule": {"all": [CAN_BE_ASKED]}},
                ]
            },
            leads={"yes": "Ask again"},
        ),
        StepToMake(
            kind="popup", name="Ask again", asset=SOFT, leads={"allowed": "Welcome"},
        ),
        StepToMake(kind="push", name="Welcome", asset=WELCOME),
    ),
)  # fmt: skip
