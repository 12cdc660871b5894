"""What an asset in the editor would look like to somebody: nothing is stored."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from apps.accounts.models import Contact, Site
from apps.assets import rendering
from apps.assets.models import Asset, Push, Variation
from apps.assets.previews import drafts, meter
from apps.assets.previews.drafts import Draft
from apps.assets.rendering import Batch, Rendered, Source, labels

NAME = "draft"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks: a stored contact or a made-up one, `more` with an event and a journey where the
    texts name them. `version` is the variation to show whatever the rules say."""

    contact: Contact
    more: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None


def read(
    kind: type[Asset],
    data: Mapping[str, Any],
    good: Mapping[str, str],
    *,
    asset: Asset | None = None,
) -> Draft | None:
    """Return the draft of the posted form, where a field in error has its last `good` value, by
    the name of the input. None while no site is chosen."""
    return _mended(lambda written: drafts.read(kind, written, asset=asset), data, good)


def read_variation(
    variation: Variation, data: Mapping[str, Any], good: Mapping[str, str]
) -> Draft | None:
    """As `read`, of the page of a variation, which is stored or has its asset."""
    return _mended(lambda written: drafts.read_variation(variation, written), data, good)


def _mended(
    read: Callable[[Mapping[str, Any]], Draft | None],
    data: Mapping[str, Any],
    good: Mapping[str, str],
) -> Draft | None:
    draft = read(data)
    kept = {name: good[name] for name in draft.errors if name in good} if draft else {}
    if not kept:
        return draft
    mended_data = copy(data)
    for name, text in kept.items():
        mended_data[name] = text
    mended = read(mended_data)
    return replace(mended, errors=draft.errors) if mended else draft


def stored(asset: Asset) -> Draft:
    """Return the draft of those who may look but not write: the asset as it is."""
    active = asset.variations.filter(status=Variation.Status.ACTIVE)
    return Draft(source=rendering.of(asset, active), errors={})


def render(source: Source, viewer: Viewer) -> Rendered:
    """Return what the viewer gets. Which variation a made-up contact meets only a database could
    say, so it gets the default content unless one is named. Raises NotFilled."""
    contact = viewer.contact
    if contact.pk is None:
        known = labels.load([source.site.pk], source.labels)
        batch = Batch(sources={NAME: source}, labels=known)
    else:
        batch = Batch.load({NAME: source}, [contact])
    if viewer.version is not None and source.version(viewer.version):
        met = {**batch.chosen.get(contact.pk, {}), ("source", NAME): viewer.version}
        batch = replace(batch, chosen={contact.pk: met})
    return batch.render(NAME, contact, viewer.more)


def shown(rendered: Rendered, site: Site) -> dict[str, Any]:
    """Return the preview of a push as plain data for the editor's script; `own` names what of
    icon and badge is the push's own, where the site may stand in."""
    reading = meter.read(rendered.shown)
    return {
        "notification": _slim(rendered.shown, reading.left_out),
        "site": {"name": site.name, "icon": site.icon, "host": urlsplit(site.home).netloc},
        "own": [name for name in Push.ADDRESSES if rendered.content[name]],
        "variation": rendered.version.name if rendered.version else "Default content",
        "labels": dict(sorted(rendered.labels.items())),
        "meter": {
            "bytes": reading.bytes,
            "level": reading.level,
            "words": reading.words,
            "left_out": list(reading.left_out),
            "can_be_sent": reading.can_be_sent,
        },
    }


def _slim(notification: dict[str, Any], left_out: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: value
        for name, value in notification.items()
        if name not in left_out and name != "data"
    }
