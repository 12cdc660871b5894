"""Making a journey, and the assets that it needs, of a template."""

from typing import Any

from apps.accounts.collisions import until_unique
from apps.accounts.models import Site, User
from apps.assets import starters
from apps.assets.library import cloning, history
from apps.assets.models import Asset, Button, Popup, Push
from apps.journeys.documents import MODELS
from apps.journeys.drafting import creating
from apps.journeys.models import Journey, Lead, Step
from apps.journeys.templates.shapes import PopupToMake, PushToMake, StepToMake, Template


def create(
    site: Site,
    template: Template,
    by: User | None = None,
    *,
    status: str = Asset.Status.DRAFT,
    note: str = "",
) -> Journey:
    """Make a draft of the template. Assets that the site has are taken: a push of the same name,
    a popup that asks for permission; others are made, with that `status`, and `note` in their
    history."""
    return until_unique(lambda: _make(site, template, by, status, note))


def _make(site: Site, template: Template, by: User | None, status: str, note: str) -> Journey:
    journey = creating.blank(site, template.name)
    for name, value in template.terms(site).items():
        setattr(journey, name, value)
    journey.save()
    note = note or f"Made for the journey “{journey}”"
    made: dict[str, Step] = {}
    for position, step in enumerate(template.steps, start=1):
        values = {**step.values, **_asset(step, site, by, status, note)}
        made[step.name] = MODELS[step.kind].objects.create(
            journey=journey, name=step.name, position=position, **values
        )
    Lead.objects.bulk_create(
        Lead(step=made[step.name], outcome=outcome, target=made[target])
        for step in template.steps
        for outcome, target in step.leads.items()
    )
    return journey


def _asset(step: StepToMake, site: Site, by: User | None, status: str, note: str) -> dict[str, Any]:
    if step.asset is None:
        return {}
    if isinstance(step.asset, PopupToMake):
        asset: Asset = _popup(step.asset, site) or _new_popup(step.asset, site, status)
    else:
        asset = _push(step.asset, site) or _new_push(step.asset, site, status)
    if not asset.revisions.exists():
        history.record(asset, by, note)
    return {step.kind: asset}


def _popup(wanted: PopupToMake, site: Site) -> Popup | None:
    """Return one that asks for permission: the one of the name first, else one in use."""
    asks = Popup.objects.filter(site=site, buttons__action=Button.Action.ASK_PERMISSION)
    named = asks.filter(name=wanted.name).exclude(status=Asset.Status.ARCHIVED)
    return named.first() or asks.filter(status=Asset.Status.ACTIVE).order_by("-pk").first()


def _new_popup(wanted: PopupToMake, site: Site, status: str) -> Popup:
    name = cloning.free_name(site, wanted.name) if _is_taken(site, wanted.name) else wanted.name
    return starters.make(wanted.starter, site, name=name, status=status)


def _push(wanted: PushToMake, site: Site) -> Push | None:
    rows = Push.objects.filter(site=site, name=wanted.name)
    return rows.exclude(status=Asset.Status.ARCHIVED).first()


def _new_push(wanted: PushToMake, site: Site, status: str) -> Push:
    name = cloning.free_name(site, wanted.name) if _is_taken(site, wanted.name) else wanted.name
    return Push.objects.create(
        site=site,
        name=name,
        status=status,
        title=wanted.title,
        message=wanted.message,
        url=wanted.url,
    )


def _is_taken(site: Site, name: str) -> bool:
    return Asset.objects.non_polymorphic().filter(site=site, name=name).exists()
