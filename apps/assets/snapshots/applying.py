from collections import defaultdict
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

    Variations of the same name stay the same rows, so that numbers go on, and so do buttons in the
    same place: a page that somebody else has open can still be saved.
    """
    asset.name, asset.status = name or snapshot["name"], status or snapshot["status"]
    for field in asset.CONTENT:
        setattr(asset, field, snapshot["content"][field])
    asset.save()
    asset.labels.set(labels.named(asset.site, snapshot["labels"]))
    written = [(None, snapshot["buttons"])]
    stored = {each.name: each for each in asset.variations.all()}
    wanted = {each["name"] for each in snapshot["variations"]}
    asset.variations.exclude(name__in=wanted).delete()
    for position, each in enumerate(snapshot["variations"]):
        variation = stored.get(each["name"]) or Variation(asset=asset, name=each["name"])
        variation.position = position
        for field in ("status", "rule", "content", "has_own_buttons"):
            setattr(variation, field, each[field])
        variation.save()
        written.append((variation, each["buttons"]))
    _write_buttons(asset, written)
    # What was prefetched is not so any more.
    asset._prefetched_objects_cache = {}


def make(site: Site, snapshot: Snapshot, *, name: str = "", status: str = "") -> Asset:
    """Return a new asset of the site; see `apply`."""
    asset = KINDS[snapshot["kind"]](site=site)
    apply(asset, snapshot, name=name, status=status)
    return asset


def _write_buttons(
    asset: Asset, written: list[tuple[Variation | None, list[dict[str, Any]]]]
) -> None:
    """Make the buttons of the default content (None) and of each variation what is written."""
    stored: dict[int | None, list[Button]] = defaultdict(list)
    for row in Button.objects.filter(asset=asset):
        stored[row.variation_id].append(row)
    kept, new, gone = [], [], []
    for variation, buttons in written:
        rows = stored[variation.pk if variation else None]
        gone += [row.pk for row in rows[len(buttons) :]]
        for position, each in enumerate(buttons):
            is_stored = position < len(rows)
            row = rows[position] if is_stored else Button(asset=asset, variation=variation)
            for field, value in {**each, "position": position}.items():
                setattr(row, field, value)
            (kept if is_stored else new).append(row)
    Button.objects.filter(pk__in=gone).delete()
    Button.objects.bulk_update(kept, [*Button.CONTENT, "position"])
    Button.objects.bulk_create(new)
