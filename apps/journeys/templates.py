"""Journeys to start from."""

from dataclasses import dataclass

from django.db import transaction

from apps.accounts.models import PushStatus, Site
from apps.assets import models as assets
from apps.assets import starters
from apps.assets.library import history
from apps.journeys.models import Journey, Lead, PopupStep, PushStep

ASK_FOR_PERMISSION = "Ask for push permission"


def create_for_site(site: Site) -> Journey:
    """Give a new site the draft journey that every site needs first."""
    return ask_for_permission(site)


@transaction.atomic
def ask_for_permission(site: Site) -> Journey:
    """Make, as a draft, the soft onboarding: a popup of the site's own before the browser asks.

    “No” leaves the push status Ask, and the contact is asked again after 3, 7, then 30 days.
    """
    active = assets.Asset.Status.ACTIVE
    popup = starters.make(starters.ONBOARDING_BOX, site, name="Soft onboarding", status=active)
    push = assets.Push.objects.create(
        site=site,
        name="Welcome",
        status=active,
        title="Welcome{% if state.first_name %}, {{ state.first_name }}{% endif %}!",
        message="From now on you will hear from us first.",
    )
    for asset in (popup, push):
        history.record(asset, None, "Came with the site")
    journey = Journey.objects.create(
        site=site,
        name=ASK_FOR_PERMISSION,
        entry_event="session_started",
        entry_rule={"all": [{"field": "push_status", "op": "is", "value": str(PushStatus.ASK)}]},
        reentry=Journey.Reentry.PAUSE,
    )
    ask = PopupStep.objects.create(journey=journey, name="Ask", position=1, popup=popup)
    welcome = PushStep.objects.create(journey=journey, name="Welcome", position=2, push=push)
    Lead.objects.create(step=ask, outcome="allowed", target=welcome)
    return journey


@dataclass(frozen=True, kw_only=True)
class Template:
    key: str
    title: str
    about: str
    icon: str


def offered() -> list[Template]:
    about = "A popup of your own before the browser asks; “No” can be asked again later"
    return [Template(key="ask", title=ASK_FOR_PERMISSION, about=about, icon="notifications_active")]


@transaction.atomic
def make(key: str, site: Site, *, name: str) -> Journey:
    journey = ask_for_permission(site)
    journey.name = name
    journey.save(update_fields=["name"])
    return journey
