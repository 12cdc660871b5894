"""What is rendered: an asset's default content and its variations, stored or not yet saved."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch

from apps.accounts.models import Site
from apps.assets.models import Asset, Variation
from apps.assets.tags import labels_in

Content = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Version:
    """A variation that may win: `content` holds only what differs, maybe with `buttons`."""

    key: int
    name: str
    rule: dict[str, Any]
    content: Content


@dataclass(frozen=True, kw_only=True)
class Source:
    """`content` has the fields of the kind's CONTENT, and `buttons`: a list of their fields."""

    kind: type[Asset]
    site: Site
    content: Content
    versions: tuple[Version, ...] = ()

    def content_of(self, key: int | None) -> Content:
        """Return the whole content of a variation; the default one for None."""
        return self._contents[key]

    def version(self, key: int | None) -> Version | None:
        return next((version for version in self.versions if version.key == key), None)

    @cached_property
    def _contents(self) -> dict[int | None, Content]:
        varied = {version.key: {**self.content, **version.content} for version in self.versions}
        return {None: self.content, **varied}

    @cached_property
    def labels(self) -> frozenset[str] | None:
        """The label tags that any of its texts names; None when it may be any of them."""
        found: set[str] = set()
        for content in self._contents.values():
            for text in texts(self.kind, content):
                names = labels_in(text)
                if names is None:
                    return None
                found |= names
        return frozenset(found)


def texts(kind: type[Asset], content: Content) -> Iterator[str]:
    """Yield every text of the content that may hold tags."""
    for name in (*kind.TEXTS, *kind.ADDRESSES):
        yield content[name]
    for button in content["buttons"]:
        yield from (button["label"], button["url"], button["icon"])


def load(kind: type[Asset], ids: Collection[int]) -> dict[int, tuple[Asset, Source]]:
    """Return assets of the kind and their sources by id, in three queries; only variations that
    are active are part of them."""
    active = Variation.objects.filter(status=Variation.Status.ACTIVE)
    rows = kind.objects.filter(pk__in=ids).select_related("site")
    rows = rows.prefetch_related("buttons", Prefetch("variations", active, to_attr="active"))
    return {row.pk: (row, of(row, row.active)) for row in rows}


def active(asset: Asset) -> Source:
    """Return the source of a stored asset with its active variations, in two queries."""
    return of(asset, asset.variations.filter(status=Variation.Status.ACTIVE))


def of(asset: Asset, variations: Collection[Variation]) -> Source:
    """Return the source of a stored asset; its buttons should have been prefetched."""
    buttons: dict[int | None, list[Content]] = defaultdict(list)
    for button in asset.buttons.all():
        buttons[button.variation_id].append(button.own_content)
    return Source(
        kind=type(asset),
        site=asset.site,
        content={**asset.own_content, "buttons": buttons[None]},
        versions=tuple(_version(each, buttons[each.pk]) for each in variations),
    )


def _version(variation: Variation, buttons: list[Content]) -> Version:
    own = {"buttons": buttons} if variation.has_own_buttons else {}
    return Version(
        key=variation.pk,
        name=variation.name,
        rule=variation.rule,
        content={**variation.content, **own},
    )
