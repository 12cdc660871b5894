"""Templates that send."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.accounts.models import Site
from apps.journeys.models import Journey
from apps.journeys.templates.shapes import REACHABLE, WELCOME, PushToMake, StepToMake, Template

# What shops call it, unless they say otherwise.
BOUGHT, CART = "purchase", "cart_updated"
# What a step may wait for.
BUYS = {"key": "bought", "name": "Bought", "event": BOUGHT, "where": []}
COMES_BACK = {"key": "came", "name": "Came back", "event": "session_started", "where": []}


def _tomorrow(site: Site) -> dict[str, Any]:
    local = timezone.now().astimezone(ZoneInfo(site.time_zone))
    return {
        "entry_kind": Journey.Entry.SCHEDULE,
        "entry_rule": {"all": [REACHABLE]},
        "repeats": Journey.Repeats.ONCE,
        "on_date": local.date() + timedelta(days=1),
        "at_time": time(10),
    }


def _wait_for(
    awaited: dict[str, Any], amount: int, unit: str, *, name: str, otherwise: str
) -> StepToMake:
    """Return the step that leads on to `otherwise` unless the event happens in so long."""
    return StepToMake(
        kind="event",
        name=name,
        values={"events": [awaited], "amount": amount, "unit": unit},
        leads={"timeout": otherwise},
    )


BROADCAST = Template(
    slug="broadcast",
    name="Broadcast to a segment",
    description="One push to everybody who meets a rule, at the time that you choose. It begins "
    "with all who can be reached, tomorrow at ten.",
    needs=("A push",),
    terms=_tomorrow,
    steps=(
        StepToMake(
            kind="push",
            name="Send",
            asset=PushToMake(
                name="Broadcast",
                title="Something new for you",
                message="We have news that you should not miss. Have a look.",
            ),
        ),
    ),
)

SERIES = Template(
    slug="welcome-series",
    name="Welcome series",
    description="Three pushes for new subscribers: at once, after a day, and after three more for "
    "those who have not clicked any.",
    needs=("Three pushes",),
    terms=lambda site: {
        "entry_event": "push_subscribed",
        "reentry": Journey.Reentry.ONCE,
        "goal_event": "push_clicked",
    },
    steps=(
        StepToMake(kind="push", name="Welcome", asset=WELCOME, leads={"sent": "A day"}),
        StepToMake(
            kind="wait", name="A day", values={"amount": 1, "unit": "days"},
            leads={"done": "What we do"},
        ),
        StepToMake(
            kind="push",
            name="What we do",
            asset=PushToMake(
                name="Welcome: what we do",
                title="What you can expect from us",
                message="New things first, offers before they are gone, and never too much.",
            ),
            values={"hours": "next"},
            leads={"sent": "Three days"},
        ),
        StepToMake(
            kind="wait", name="Three days", values={"amount": 3, "unit": "days"},
            leads={"done": "Has clicked?"},
        ),
        StepToMake(
            kind="check",
            name="Has clicked?",
            values={
                "branches": [
                    {
                        "key": "clicked",
                        "name": "Clicked a push",
                        "rule": {"all": [{"event": "push_clicked", "measure": "count", "op": "gte",
                                          "value": 1}]},
                    }
                ]
            },
            leads={"none": "Reminder"},
        ),
        StepToMake(
            kind="push",
            name="Reminder",
            asset=PushToMake(
                name="Welcome: reminder",
                title="Have you seen this?",
                message="What others like best at the moment, in one place.",
            ),
            values={"hours": "next"},
        ),
    ),
)  # fmt: skip

WIN_BACK = Template(
    slug="win-back",
    name="Win back",
    description="Reminds those who can be reached and have not come for 30 days; who does not "
    "come within a week is reminded once more. Success is a visit.",
    needs=("Two pushes",),
    terms=lambda site: {
        "entry_kind": Journey.Entry.SEGMENT,
        "entry_rule": {
            "all": [
                REACHABLE,
                {"field": "last_seen", "op": "more_than_ago",
                 "value": {"amount": 30, "unit": "days"}},
            ]
        },
        "reentry": Journey.Reentry.PAUSE,
        "reentry_pauses": [90],
        "goal_event": "session_started",
        "goal_hours": 14 * 24,
        "exits_on_goal": True,
    },
    steps=(
        StepToMake(
            kind="push",
            name="We miss you",
            asset=PushToMake(
                name="Win back",
                title="It has been a while{% if state.first_name %}, {{ state.first_name }}"
                "{% endif %}",
                message="Much is new since you were here. Come and see.",
            ),
            values={"hours": "next"},
            leads={"sent": "Comes back?"},
        ),
        _wait_for(COMES_BACK, 7, "days", name="Comes back?", otherwise="Once more"),
        StepToMake(
            kind="push",
            name="Once more",
            asset=PushToMake(
                name="Win back: once more",
                title="Still here for you",
                message="Your favourites are waiting. Have a look what has changed.",
            ),
            values={"hours": "next"},
        ),
    ),
)  # fmt: skip

BASKET = Template(
    slug="abandoned-basket",
    name="Abandoned basket",
    description="Waits an hour after the basket was changed last; who has not bought by then is "
    "reminded, and once more the next day. Success is a purchase.",
    needs=(
        f"The events {CART} and {BOUGHT}, tracked by your shop; take its own names where it has "
        "others",
        "Two pushes",
    ),
    terms=lambda site: {
        "entry_event": CART,
        "reentry": Journey.Reentry.RESTART,
        "goal_event": BOUGHT,
        "exits_on_goal": True,
    },
    steps=(
        _wait_for(BUYS, 1, "hours", name="Buys within the hour?", otherwise="Remind"),
        StepToMake(
            kind="push",
            name="Remind",
            asset=PushToMake(
                name="Basket: reminder",
                title="Your basket is waiting",
                message="We have kept what you chose. It is only a click away.",
                url="/cart",
            ),
            leads={"sent": "Buys within a day?"},
        ),
        _wait_for(BUYS, 1, "days", name="Buys within a day?", otherwise="Remind again"),
        StepToMake(
            kind="push",
            name="Remind again",
            asset=PushToMake(
                name="Basket: last reminder",
                title="Still thinking about it?",
                message="Your basket is as you left it, and others may be faster.",
                url="/cart",
            ),
            values={"hours": "next"},
        ),
    ),
)  # fmt: skip
