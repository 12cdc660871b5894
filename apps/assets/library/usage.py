"""Who uses assets: whatever an app to the right has that names them.

Steps of published journeys are JSON, so no foreign key tells, and this app may not ask them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db.models import Model

from apps.assets.models import Asset


@dataclass(frozen=True, kw_only=True)
class Use:
    """A place in `row` (a journey) where the asset is sent from; `is_live` while contacts come
    there, `is_kept` where a foreign key keeps the asset from being deleted, `note` says in words
    which version it is."""

    asset_id: int
    row: Model
    kind: str
    place: str
    is_live: bool
    is_kept: bool
    note: str


# Takes ids of assets; yields the live uses of a row before its others.
Find = Callable[[Collection[int]], Iterable[Use]]

_finders: list[Find] = []


def register(find: Find) -> Find:
    """Have the function asked who uses assets."""
    if find not in _finders:
        _finders.append(find)
    return find


def of_assets(ids: Collection[int]) -> dict[int, list[Use]]:
    """Return the uses by asset, in a few queries an app however many assets there are."""
    found: dict[int, list[Use]] = defaultdict(list)
    for find in _finders if ids else ():
        for use in find(ids):
            found[use.asset_id].append(use)
    return found


def of(asset: Asset) -> list[Use]:
    return of_assets([asset.pk])[asset.pk]


def live(uses: Iterable[Use]) -> list[Use]:
    return [use for use in uses if use.is_live]


def rows(uses: Iterable[Use]) -> list[Model]:
    """Return what uses it, each once."""
    return list({(use.row._meta.label, use.row.pk): use.row for use in uses}.values())
