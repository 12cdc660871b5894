import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import audit
from apps.accounts.models import Site
from apps.assets import rendering, snapshots
from apps.assets.exchange import carrying
from apps.assets.exchange.files import FORMAT, MAX_ASSETS, MAX_BYTES, TYPE, beside_pictures
from apps.assets.exchange.references import by_name
from apps.assets.models import Asset, LabelTag
from apps.segments import catalogue
from apps.segments.rules import Context


class NotExported(ValueError):
    """These assets cannot be in one file; the message says why, for people."""


def file_name() -> str:
    return f"pushdesk-assets-{timezone.localdate():%Y-%m-%d}.json"


def export(assets: QuerySet[Asset]) -> dict[str, Any]:
    """Return the file's content: the assets, by name, with the label tags and the uploaded images
    that they name. In a number of queries that does not depend on how many there are. Raises
    NotExported."""
    return _content(*_chosen(assets))


def text(assets: QuerySet[Asset], *, by: audit.By) -> str:
    """Return the file itself, no larger than can be imported, and note in the audit log who took
    which assets out. Raises NotExported."""
    rows, site = _chosen(assets)
    data = _content(rows, site)
    found = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    if beside_pictures(found.encode()) > MAX_BYTES:
        most = f"{MAX_BYTES // 1_000_000} MB"
        raise NotExported(f"A file has at most {most} beside its pictures: choose fewer assets.")
    names = [row.name for row in rows]
    subject = f"Asset “{names[0]}”" if len(names) == 1 else f"{len(names)} assets"
    audit.note(audit.Action.EXPORTED, site=site, by=by, subject=subject, details={"assets": names})
    return found


def _chosen(assets: QuerySet[Asset]) -> tuple[list[Asset], Site | None]:
    rows = list(snapshots.prefetched(assets.select_related("site").order_by("name")))
    sites = {row.site for row in rows}
    if len(sites) > 1:
        raise NotExported("Choose assets of one site: in a file of several, names could be twice.")
    if len(rows) > MAX_ASSETS:
        raise NotExported(f"A file holds at most {MAX_ASSETS} assets: choose fewer.")
    return rows, sites.pop() if sites else None


def _content(rows: list[Asset], site: Site | None) -> dict[str, Any]:
    head = {"type": TYPE, "format": FORMAT, "site": site.name if site else ""}
    if site is None:
        return {**head, "label_tags": [], "assets": [], "images": {}}
    context = catalogue.of_site(site)
    tags = _label_tags(site, rows, context)
    written = [_asset(row, context) for row in rows]
    try:
        images = carrying.images(site, written, tags)
    except carrying.TooMuch as error:
        raise NotExported(str(error)) from error
    return {**head, "label_tags": tags, "assets": written, "images": images}


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
