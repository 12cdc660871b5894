"""Where label tags are named: in which field of which content of which asset.

A label tag is named in texts, so no foreign key keeps it from going.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.assets.models import Asset, Button, LabelTag, Popup, Push, Variation
from apps.assets.tags import labels_in

KINDS: tuple[type[Asset], ...] = (Push, Popup)
OF_BUTTON = {"label": "label", "url": "address", "icon": "icon"}


@dataclass(frozen=True, kw_only=True)
class Use:
    """A field of the asset's default content, or of one of its variations, that names it.

    Not certain where the name is put together as the text is filled, and so may be any.
    """

    asset: Asset
    variation: Variation | None
    field: str
    is_certain: bool = True


def of(label: LabelTag) -> list[Use]:
    """Return what names the label tag on its site, in two queries and one for each kind of
    asset."""
    variations: dict[int, list[Variation]] = defaultdict(list)
    for row in Variation.objects.filter(asset__site=label.site_id):
        variations[row.asset_id].append(row)
    buttons: dict[int, list[Button]] = defaultdict(list)
    for button in Button.objects.filter(asset__site=label.site_id):
        buttons[button.asset_id].append(button)
    found = []
    for kind in KINDS:
        for asset in kind.objects.filter(site=label.site_id).order_by("name"):
            written = _written(asset, variations[asset.pk], buttons[asset.pk])
            found += _naming(label.name, asset, written)
    return found


Written = tuple[Variation | None, str, str]


def _naming(name: str, asset: Asset, written: Iterable[Written]) -> Iterator[Use]:
    for variation, field, text in written:
        names = labels_in(text)
        if names is None or name in names:
            yield Use(asset=asset, variation=variation, field=field, is_certain=names is not None)


def _written(asset: Asset, variations: list[Variation], buttons: list[Button]) -> Iterator[Written]:
    """Yield every text of the asset that may hold tags: whose it is, and of which field."""
    kind = type(asset)
    names = {
        name: str(kind._meta.get_field(name).verbose_name)
        for name in (*kind.TEXTS, *kind.ADDRESSES)
    }
    by_key = {variation.pk: variation for variation in variations}
    for variation in (None, *variations):
        content = asset.own_content if variation is None else variation.content
        for name, words in names.items():
            if isinstance(text := content.get(name), str):
                yield variation, words, text
    for button in buttons:
        for name, words in OF_BUTTON.items():
            of_button = f"{words} of the button “{button.label}”"
            yield by_key.get(button.variation_id), of_button, getattr(button, name)
