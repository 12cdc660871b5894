"""What an asset in the editor would look like to somebody: nothing is stored."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q

from apps.accounts.models import Contact, Site
from apps.assets import compatibility, rendering
from apps.assets.compatibility import Client, Extent
from apps.assets.models import Asset, Push, Variation
from apps.assets.previews import asked, dialogs, drafts, made_up, meter, viewers
from apps.assets.previews.drafts import Draft
from apps.assets.rendering import Batch, Rendered, Source, Version
from apps.assets.tags import NotFilled, Values
from apps.assets.tags import render as fill
from apps.segments import imagined
from apps.segments.counting import at_most

NAME = "draft"
# As the version to show: the content without any variation. No variation has this key.
DEFAULT = -1
DEFAULT_WORDS = "Default content"
# What somebody typed, by root and name.
Given = Mapping[str, Mapping[str, Any]]
# What it may take to find out what somebody made up meets.
SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks: a stored contact or a made-up one, `more` with an event and a journey. `version`
    is what is shown whatever the rules say: the key of a variation or DEFAULT. `made_up` holds
    what stands in for all that the texts name and nobody has given, by root and name."""

    contact: Contact
    more: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    made_up: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Seen(Rendered):
    """`met` is the variation that the rules give the viewer, also where another one is shown;
    `context` what tags can name for them. `asked` is what the rules want to know of the state of
    somebody made up and no text names, by name, empty where it is not set; `lacks` says what else
    they ask, which nobody made up has."""

    met: Version | None
    context: Values
    asked: Mapping[str, Any] = field(default_factory=dict)
    lacks: str = ""


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
    wrong = draft.errors.keys() - set(draft.faint) if draft else ()
    kept = {name: good[name] for name in wrong if name in good}
    if not kept:
        return draft
    mended_data = copy(data)
    for name, text in kept.items():
        mended_data[name] = text
    mended = read(mended_data)
    return replace(mended, errors=draft.errors, faint=draft.faint) if mended else draft


def stored(asset: Asset, variation: Variation | None = None) -> Draft:
    """Return the draft of those who may look but not write: the asset as it is, with the
    `variation` that they look at, whether it is active or not."""
    counts = Q(status=Variation.Status.ACTIVE) | Q(pk=variation and variation.pk)
    source = rendering.of(asset, asset.variations.filter(counts))
    return Draft(source=source, errors={}, edited=variation and variation.pk)


def viewer(
    source: Source,
    *,
    contact: Contact | None = None,
    given: Given | None = None,
    version: int | None = None,
) -> Viewer:
    """Return who looks at the source: the contact, or without one somebody made up. Made up is
    whatever the texts name of them, of an event and of a journey, but for what is `given` by root
    and name."""
    roots = made_up.LATER if contact else made_up.ROOTS
    known = made_up.types(source.site) if given and any(given.values()) else None
    made = made_up.values(source, roots, known=known)
    filled = {
        root: {**values, **_typed(root, given or {}, known or {})} for root, values in made.items()
    }
    return Viewer(
        contact=contact or made_up.contact(source.site, filled["state"]),
        more={root: filled[root] for root in made_up.LATER},
        version=version,
        made_up=made,
    )


def _typed(root: str, given: Given, known: made_up.Types) -> dict[str, Any]:
    return {
        name: viewers.typed(value, known.get((root, name))) if isinstance(value, str) else value
        for name, value in given.get(root, {}).items()
    }


def render(source: Source, viewer: Viewer) -> Seen:
    """Return what the viewer gets; a made-up contact is asked the same rules as any other.
    Raises NotFilled and TooSlow (apps.segments.counting)."""
    contact = viewer.contact
    if made_up.is_made_up(contact):
        with at_most(SECONDS, few=True), imagined.only(contact):
            batch = Batch.load({NAME: source}, [contact])
        more = _asked(batch, source.site, viewer.made_up.get("state", {}))
    else:
        batch = Batch.load({NAME: source}, [contact])
        more = {}
    choices = batch.chosen.get(contact.pk, {})
    met = source.version(choices.get(("source", NAME)))
    if viewer.version is not None:
        named = source.version(viewer.version)
        if named or viewer.version == DEFAULT:
            choices = {**choices, ("source", NAME): named and named.key}
            batch = replace(batch, chosen={contact.pk: choices})
    return Seen(
        **vars(batch.render(NAME, contact, viewer.more)),
        met=met,
        context=batch.context(contact, viewer.more),
        **more,
    )


def _asked(batch: Batch, site: Site, named: Mapping[str, Any]) -> dict[str, Any]:
    context = batch.contexts.get(site.pk)
    if context is None:
        return {}
    nodes = asked.conditions(batch.rules(site), context)
    everybody = made_up.core(site)
    values = {name: everybody.get(name, "") for name in asked.state(nodes) if name not in named}
    return {"asked": values, "lacks": asked.lacking(nodes, context)}


def shown(seen: Seen, draft: Draft) -> dict[str, Any]:
    """Return the preview as plain data for the editor's script: which content it is, and what is
    drawn."""
    draw = _notification if draft.source.kind is Push else _dialog
    return {
        "variation": _name(seen.version),
        "met": _name(seen.met),
        "labels": dict(sorted(seen.labels.items())),
        **draw(seen, draft),
    }


def _name(version: Version | None) -> str:
    return version.name if version else DEFAULT_WORDS


def _dialog(seen: Seen, draft: Draft) -> dict[str, Any]:
    return {"popup": dialogs.previewed(seen.shown)}


def _notification(seen: Seen, draft: Draft) -> dict[str, Any]:
    """`own` names what of icon and badge is the push's own, where the site may stand in; `texts`
    says by browser what is to be seen of them."""
    reading, site = meter.read(seen.shown), draft.source.site
    return {
        "notification": _slim(seen.shown, reading.left_out),
        "texts": {each.name: _texts(seen.shown, each) for each in compatibility.clients()},
        "site": {"name": site.name, "icon": site.icon, "host": urlsplit(site.home).netloc},
        "own": [name for name in Push.ADDRESSES if seen.content[name]],
        "lengths": _lengths(seen, draft),
        "meter": {
            "bytes": reading.bytes,
            "level": reading.level,
            "words": reading.words,
            "left_out": list(reading.left_out),
            "can_be_sent": reading.can_be_sent,
        },
    }


def _texts(notification: dict[str, Any], client: Client) -> dict[str, Any]:
    texts = {name: notification.get(name, "") for name in compatibility.TEXTS}
    extents = {name: Extent.of(text) for name, text in texts.items()}
    return {
        **{name: compatibility.seen(text, client, name) for name, text in texts.items()},
        "cut": [
            compatibility.label_of(name)
            for name, extent in extents.items()
            if compatibility.is_cut(extent, client, name)
        ],
    }


def _lengths(seen: Seen, draft: Draft) -> dict[str, int]:
    """Return how many characters the texts that the form writes become for the viewer, whichever
    content is shown; of one in error, or that cannot be filled, nobody knows."""
    content = draft.source.content_of(draft.edited)
    found = {}
    for name in Push.TEXTS:
        if name not in draft.errors:
            with suppress(NotFilled):
                found[name] = Extent.of(fill(content[name], seen.context).strip()).characters
    return found


def _slim(notification: dict[str, Any], left_out: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: value
        for name, value in notification.items()
        if name not in left_out and name != "data"
    }
