"""Clones: a draft that holds the same."""

from itertools import count

from apps.accounts.collisions import until_unique
from apps.accounts.models import Site, User
from apps.assets import snapshots
from apps.assets.library import history
from apps.assets.models import Asset

MAX_NAME = Asset._meta.get_field("name").max_length


def free_name(site: Site, name: str) -> str:
    """Return “name (copy)”, or with the first number under which the site has no asset yet."""
    for number in count(1):
        ending = " (copy)" if number == 1 else f" (copy {number})"
        found = name[: MAX_NAME - len(ending)].rstrip() + ending
        if not Asset.objects.non_polymorphic().filter(site=site, name=found).exists():
            return found
    raise AssertionError


def clone(asset: Asset, user: User | None) -> Asset:
    """Return a new draft with the content, buttons, variations and labels of the asset."""
    snapshot = snapshots.write(asset)

    def make() -> Asset:
        name = free_name(asset.site, asset.name)
        made = snapshots.make(asset.site, snapshot, name=name, status=Asset.Status.DRAFT)
        history.record(made, user, f"Cloned from “{asset.name}”")
        return made

    return until_unique(make)
