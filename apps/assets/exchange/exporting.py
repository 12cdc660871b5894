from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Site
from apps.assets import rendering, snapshots
from apps.assets.exchange.files import FORMAT, TYPE
from apps.assets.exchange.references import by_name
from apps.assets.models import Asset, LabelTag
from apps.segments import catalogue
from apps.segments.rules import Context


class SeveralSites(ValueError):
    """A file holds assets of one site; the message says so, for people."""

    def __init__(self) -> None:
        super().__init__("Choose assets of one site: in a file of several, names could be twice.")


def file_name() -> str:
    return f"pushdesk-assets-{timezone.localdate():%Y-%m-%d}.json"


def export(assets: QuerySet[Asset]) -> dict[str, Any]:
    """Return the file's content: the assets, by name, and the label tags that they name. In a
    number of queries that does not depend on how many there are. Raises SeveralSites."""
    chosen = snapshots.prefetched(assets.select_related("site").order_by("name"))
    rows = list(chosen)
    sites = {row.site for row in rows}
    if len(sites) > 1:
        raise SeveralSites
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
