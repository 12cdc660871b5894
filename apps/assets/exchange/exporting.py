import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Site
from apps.assets import rendering, snapshots
from apps.assets.exchange.files import FORMAT, MAX_ASSETS, MAX_BYTES, TYPE
from apps.assets.exchange.references import by_name
from apps.assets.models import Asset, LabelTag
from apps.segments import catalogue
from apps.segments.rules import Context


class NotExported(ValueError):
    """These assets cannot be in one file; the message says why, for people."""


def file_name() -> str:
    return f"pushdesk-assets-{timezone.localdate():%Y-%m-%d}.json"


def export(assets: QuerySet[Asset]) -> dict[str, Any]:
    """Return the file's content: the assets, by name, and the label tags that they name. In a
    number of queries that does not depend on how many there are. Raises NotExported."""
    chosen = snapshots.prefetched(assets.select_related("site").order_by("name"))
    rows = list(chosen)
    sites = {row.site for row in rows}
    if len(sites) > 1:
        raise NotExported("Choose assets of one site: in a file of several, names could be twice.")
    if len(rows) > MAX_ASSETS:
        raise NotExported(f"A file holds at most {MAX_ASSETS} assets: choose fewer.")
    site = sites.pop() if sites else None
    context = catalogue.of_site(site) if site else None
    return {
        "type": TYPE,
        "format": FORMAT,
        "site": site.name if site else "",
        "label_tags": _label_tags(site, rows, context) if site and context else [],
        "assets": [_asset(row, context) for row in rows if context],
        "images": {},
    }


def text(assets: QuerySet[Asset]) -> str:
    """Return the file itself, no larger than can be imported. Raises NotExported."""
    found = json.dumps(export(assets), ensure_ascii=False, indent=2) + "\n"
    if len(found.encode()) > MAX_BYTES:
        raise NotExported(f"A file has at most {MAX_BYTES // 1_000_000} MB: choose fewer assets.")
    return found


def _asset(asset: Asset, context: Context) -> dict[str, Any]:
    written = snapshots.write(asset)
    variations = [
        {**each, "rule": by_name(each["rule"], context)} for each in written["variations"]
    ]
    return {**written, "variations": variations}


def _label_tags(site: Site, assets: Iterable[Asset], context: Context) -> list[dict[str, Any]]:
    named = [rendering.of(asset, asset.variations.all()).labels for asset in assets]
    rows = LabelTag.objects.filter(site=site).prefetch_related("values")
    if None not in named:
        rows = rows.filter(name__in=frozenset().union(*named))
    return [
        {
            "name": row.name,
            "value": row.value,
            "values": [
                {"rule": by_name(each.rule, context), "value": each.value}
                for each in row.values.all()
            ],
        }
        for row in rows
    ]
