"""The variations of an asset, in their order: the first that is met wins."""

import copy
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.collisions import until_unique
from apps.assets.models import Asset, Button, Variation

# The strip of tabs, and the one query that chooses between them, are not for more.
MAX_VARIATIONS = 50
MAX_NAME = 100


class Full(ValueError):
    """The asset has as many variations as it may have."""


def in_order(asset: Asset) -> list[Variation]:
    """Return the asset's variations as they are asked, in one query."""
    found = list(asset.variations.all())
    for variation in found:
        variation.asset = asset
    return found


def has_room(asset: Asset) -> bool:
    return asset.variations.count() < MAX_VARIATIONS


def place_last(variation: Variation) -> None:
    """Give the new variation the place after all others of its asset."""
    last = variation.asset.variations.order_by("-position").values_list("position", flat=True)
    variation.position = next((place + 1 for place in last[:1]), 0)


@transaction.atomic
def move(variation: Variation, places: int) -> None:
    """Move the variation down by so many places, up where they are negative; never past an end."""
    rows = _locked(variation.asset_id)
    old = next((place for place, row in enumerate(rows) if row.pk == variation.pk), None)
    if old is None:
        # Deleted meanwhile by somebody else.
        return
    row = rows.pop(old)
    rows.insert(min(max(old + places, 0), len(rows)), row)
    _number(rows)


def duplicate(variation: Variation) -> Variation:
    """Return a draft with the same rule, content and buttons, right after the variation.

    Raises Full when the asset has as many as it may have.
    """
    return until_unique(partial(_duplicate, variation))


def _duplicate(variation: Variation) -> Variation:
    rows = _locked(variation.asset_id)
    if len(rows) >= MAX_VARIATIONS:
        raise Full(f"An asset has at most {MAX_VARIATIONS} variations.")
    made = Variation.objects.create(
        asset_id=variation.asset_id,
        name=_free_name(variation.name, {row.name for row in rows}),
        rule=copy.deepcopy(variation.rule),
        content=copy.deepcopy(variation.content),
        has_own_buttons=variation.has_own_buttons,
    )
    Button.objects.bulk_create(_copies(variation.buttons.all(), made))
    place = next((place for place, row in enumerate(rows) if row.pk == variation.pk), len(rows))
    rows.insert(place + 1, made)
    _number(rows)
    return made


def counted(assets: QuerySet[Any]) -> QuerySet[Any]:
    """Return the assets with `variation_count`, without a query for each."""
    rows = Variation.objects.filter(asset=OuterRef("pk")).order_by().values("asset")
    count = Subquery(rows.annotate(number=Count("pk")).values("number"))
    return assets.annotate(variation_count=Coalesce(count, 0, output_field=IntegerField()))


def _locked(asset_id: int) -> list[Variation]:
    """Return the variations while nobody else orders them."""
    # Not of the kind: the lock is on the row that all kinds have.
    list(Asset.objects.non_polymorphic().select_for_update(of=("self",)).filter(pk=asset_id))
    return list(Variation.objects.filter(asset=asset_id))


def _number(rows: Iterable[Variation]) -> None:
    moved = []
    for place, row in enumerate(rows):
        if row.position != place:
            row.position = place
            moved.append(row)
    Variation.objects.bulk_update(moved, ["position"])


def _copies(buttons: Iterable[Button], variation: Variation) -> Iterable[Button]:
    for button in buttons:
        yield Button(
            asset_id=variation.asset_id,
            variation=variation,
            position=button.position,
            **button.own_content,
        )


def _free_name(name: str, taken: set[str]) -> str:
    for number in range(1, len(taken) + 2):
        ending = " (copy)" if number == 1 else f" (copy {number})"
        free = f"{name[: MAX_NAME - len(ending)]}{ending}"
        if free not in taken:
            return free
    raise AssertionError("One of so many names is free.")
