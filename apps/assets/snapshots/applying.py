from typing import Any

from django.db import transaction

from apps.accounts.models import Site
from apps.assets import labels
from apps.assets.models import Asset, Button, Variation
from apps.assets.snapshots.writing import KINDS, Snapshot


@transaction.atomic
def apply(asset: Asset, snapshot: Snapshot, *, name: str = "", status: str = "") -> None:
    """Make the asset what a snapshot of its kind says, which has been read (`read`) or written
    here; `name` and `status` go before those of the snapshot.

    Variations of the same name stay the same rows, so that numbers go on.
    """
    asset.name, asset.status = name or snapshot["name"], status or snapshot["status"]
    for field in asset.CONTENT:
        setattr(asset, field, snapshot["content"][field])
    asset.save()
    asset.labels.set(labels.named(asset.site, snapshot["labels"]))
    asset.buttons.all().delete()
    rows = list(_buttons(asset, None, snapshot["buttons"]))
    stored = {each.name: each for each in asset.variations.all()}
    wanted = {each["name"] for each in snapshot["variations"]}
    asset.variations.exclude(name__in=wanted).delete()
    for position, each in enumerate(snapshot["variations"]):
        variation = stored.get(each["name"]) or Variation(asset=asset, name=each["name"])
        variation.position = position
        for field in ("status", "rule", "content", "has_own_buttons"):
            setattr(variation, field, each[field])
        variation.save()
        rows += _buttons(asset, variation, each["buttons"])
    Button.objects.bulk_create(rows)
    # What was prefetched is not so any more.
    asset._prefetched_objects_cache = {}


def make(site: Site, snapshot: Snapshot, *, name: str = "", status: str = "") -> Asset:
    """Return a new asset of the site; see `apply`."""
    asset = KINDS[snapshot["kind"]](site=site)
    apply(asset, snapshot, name=name, status=status)
    return asset


def _buttons(
    asset: Asset, variation: Variation | None, written: list[dict[str, Any]]
) -> list[Button]:
    return [
        Button(asset=asset, variation=variation, position=position, **each)
        for position, each in enumerate(written)
    ]
