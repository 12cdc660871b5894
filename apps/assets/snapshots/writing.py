import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import Site
from apps.assets.models import Asset, Popup, Push, Variation
from apps.assets.rendering import Source, Version

FORMAT = 1
KINDS: dict[str, type[Asset]] = {"push": Push, "popup": Popup}

Snapshot = dict[str, Any]


def prefetched(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the assets with all that `write` looks at, in three more queries for all of them."""
    return rows.prefetch_related("labels", "buttons", "variations")


def write(asset: Asset) -> Snapshot:
    """Return the asset, a Push or a Popup, as it is stored."""
    buttons: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for button in asset.buttons.all():
        buttons[button.variation_id].append(_plain(button.own_content))
    return {
        "format": FORMAT,
        "kind": asset._meta.model_name,
        "name": asset.name,
        "status": str(asset.status),
        "labels": sorted(label.name for label in asset.labels.all()),
        "content": _plain(asset.own_content),
        "buttons": buttons[None],
        "variations": [_variation(each, buttons[each.pk]) for each in asset.variations.all()],
    }


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content without the members of choices that a row has until it is loaded."""
    return {
        name: str(value) if isinstance(value, str) else value for name, value in content.items()
    }


def _variation(variation: Variation, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": variation.name,
        "status": str(variation.status),
        "rule": variation.rule,
        "content": variation.content,
        "has_own_buttons": variation.has_own_buttons,
        "buttons": buttons,
    }


def source_of(snapshot: Snapshot, site: Site) -> Source:
    """Return what would be rendered of a snapshot that has been read; active variations count."""
    active = [row for row in snapshot["variations"] if row["status"] == Variation.Status.ACTIVE]
    return Source(
        kind=KINDS[snapshot["kind"]],
        site=site,
        content={**snapshot["content"], "buttons": snapshot["buttons"]},
        versions=tuple(
            Version(
                key=number,
                name=row["name"],
                rule=row["rule"],
                content={
                    **row["content"],
                    **({"buttons": row["buttons"]} if row["has_own_buttons"] else {}),
                },
            )
            for number, row in enumerate(active)
        ),
    )


def digest(snapshot: Snapshot, *, without: Collection[str] = ()) -> str:
    """Return the same 64 hex digits for snapshots that say the same, whatever the order of their
    keys; `without` are keys that do not count."""
    counted = {name: value for name, value in snapshot.items() if name not in without}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()
