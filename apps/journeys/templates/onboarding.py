"""The journey that every site comes with."""

from django.db import transaction

from apps.accounts.models import Site
from apps.assets.models import Asset
from apps.journeys.models import Journey
from apps.journeys.templates.asking import ASK_FOR_PERMISSION, ONBOARDING
from apps.journeys.templates.making import create


def create_for_site(site: Site) -> Journey:
    """Give a new site the draft journey that every site needs first."""
    return ask_for_permission(site)


@transaction.atomic
def ask_for_permission(site: Site) -> Journey:
    """Make, as a draft, the soft onboarding: a popup of the site's own before the browser asks.

    Its assets are active at once, so that it can be published as it is.
    """
    return create(site, ONBOARDING, status=Asset.Status.ACTIVE, note="Came with the site")


__all__ = ["ASK_FOR_PERMISSION", "ask_for_permission", "create_for_site"]
