"""Popups to begin with, as data.

Those that ask for permission say the benefit, are as easily declined as accepted, and promise
only what is true: whoever says yes can stop at any time.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.accounts.models import Site
from apps.assets.models import Asset, Button, Popup
from apps.assets.tags import ROOTS, render

Layout, Position, Action = Popup.Layout, Popup.Position, Button.Action


@dataclass(frozen=True, kw_only=True)
class Starter:
    """`content` holds fields of a Popup, `buttons` those of its buttons in their order."""

    slug: str
    name: str
    about: str
    content: dict[str, Any] = field(default_factory=dict)
    buttons: tuple[dict[str, Any], ...] = ()

    @property
    def plain_title(self) -> str:
        """The title as somebody of whom nothing is known reads it."""
        return render(self.content.get("title", ""), {root: {} for root in ROOTS})


BLANK = Starter(slug="blank", name="Blank", about="An empty form.")

ONBOARDING_BOX = Starter(
    slug="onboarding-box",
    name="Onboarding: box",
    about="Asks before the browser does. In front of the page, so most visitors answer.",
    content={
        "title": "Would you like to be the first to know?",
        "text": "We can tell you about news and offers, even when this page is closed. You can "
        "stop at any time.",
        "layout": Layout.BOX,
        "position": Position.CENTER,
    },
    buttons=(
        {"label": "Yes, please", "action": Action.ASK_PERMISSION},
        {"label": "Not now", "action": Action.CLOSE},
    ),
)

STARTERS = (
    ONBOARDING_BOX,
    Starter(
        slug="onboarding-slide",
        name="Onboarding: slide-in",
        about="Asks discreetly from a corner, after a while. The page stays usable.",
        content={
            "title": "News when it happens?",
            "text": "A short message now and then. You can stop at any time.",
            "layout": Layout.SLIDE,
            "position": Position.BOTTOM_RIGHT,
            "delay": 10,
        },
        buttons=(
            {"label": "Yes, please", "action": Action.ASK_PERMISSION},
            {"label": "Not now", "action": Action.CLOSE},
        ),
    ),
    Starter(
        slug="onboarding-bar",
        name="Onboarding: bar",
        about="Asks in one line along the bottom. The least in the way.",
        content={
            "title": "Shall we tell you when there is something new?",
            "text": "You can stop at any time.",
            "layout": Layout.BAR,
            "position": Position.BOTTOM,
            "delay": 5,
        },
        buttons=(
            {"label": "Yes", "action": Action.ASK_PERMISSION},
            {"label": "Not now", "action": Action.CLOSE},
        ),
    ),
    Starter(
        slug="announcement",
        name="Announcement",
        about="Something new, with a link to it.",
        content={
            "title": "New: the autumn collection",
            "text": "Thirty pieces for cooler days. Have a look.",
            "layout": Layout.SLIDE,
            "position": Position.BOTTOM_RIGHT,
            "delay": 3,
        },
        buttons=({"label": "Show me", "action": Action.OPEN, "url": "/new"},),
    ),
    Starter(
        slug="promotion",
        name="Promotion",
        about="An offer in colours of its own, with the date on which it ends.",
        content={
            "title": "20 % off all tents",
            "text": "Until Sunday evening. The price in the basket is reduced by itself.",
            "layout": Layout.BOX,
            "position": Position.CENTER,
            "background_color": "#fff4dc",
            "text_color": "#3a2a05",
            "button_color": "#8a3b12",
            "button_text_color": "#ffffff",
            "delay": 3,
            "is_full_screen_on_phones": True,
        },
        buttons=(
            {"label": "See the offers", "action": Action.OPEN, "url": "/sale"},
            {"label": "No, thanks", "action": Action.CLOSE},
        ),
    ),
    Starter(
        slug="invitation",
        name="Invitation",
        about="Invites to a date, and notes who wants to come as an event.",
        content={
            "title": "{% if state.first_name %}{{ state.first_name }}, will{% else %}Will{% endif "
            "%} you join us?",
            "text": "On Thursday at seven we show the new season in our shop. Entry is free.",
            "layout": Layout.BOX,
            "position": Position.CENTER,
            "delay": 3,
        },
        buttons=(
            {"label": "I will come", "action": Action.TRACK, "event": "invitation_accepted"},
            {"label": "Not this time", "action": Action.CLOSE},
        ),
    ),
    Starter(
        slug="alert",
        name="Alert",
        about="What everybody should know now, along the top.",
        content={
            "title": "Orders take two days longer this week",
            "text": "We are moving our warehouse. Thank you for your patience.",
            "layout": Layout.BAR,
            "position": Position.TOP,
            "background_color": "#7a1f1f",
            "text_color": "#ffffff",
            "wait_hours": 24,
        },
    ),
    BLANK,
)


def find(slug: str) -> Starter | None:
    return next((starter for starter in STARTERS if starter.slug == slug), None)


@transaction.atomic
def make(starter: Starter, site: Site, *, name: str, status: str = Asset.Status.DRAFT) -> Popup:
    """Store a popup of the site that begins as the starter says."""
    popup = Popup.objects.create(site=site, name=name, status=status, **starter.content)
    for position, button in enumerate(starter.buttons):
        Button.objects.create(asset=popup, position=position, **button)
    return popup
