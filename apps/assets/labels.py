"""Labels of assets: the site's own words to sort and filter by."""

from collections.abc import Collection, Iterable

from apps.accounts.models import Site
from apps.assets.models import Asset, AssetLabel

MAX_LABELS = 50


def clean_name(name: str) -> str:
    """Return the name as it is stored. Raises ValidationError."""
    return AssetLabel._meta.get_field("name").clean(" ".join(name.split()), None)


def named(site: Site, names: Iterable[str], *, makes: bool = True) -> list[AssetLabel]:
    """Return the site's labels of these names, which have been cleaned; those that there are not
    yet are made, unless `makes` is false. Capital and small letters make no difference."""
    wanted = {name.casefold(): name for name in names}
    if not wanted:
        return []
    found = _of(site)
    # In one order for everybody: two who make the same at once would block each other.
    new = [AssetLabel(site=site, name=wanted[key]) for key in sorted(wanted) if key not in found]
    if new and makes:
        # Somebody else may make the same at this moment.
        AssetLabel.objects.bulk_create(new, ignore_conflicts=True)
        found = _of(site)
    return [found[key] for key in wanted if key in found]


def missing(site: Site, names: Iterable[str]) -> list[str]:
    """Return those of the names, which have been cleaned, that are no labels of the site."""
    known = _of(site)
    return [name for name in names if name.casefold() not in known]


def _of(site: Site) -> dict[str, AssetLabel]:
    return {row.name.casefold(): row for row in AssetLabel.objects.filter(site=site)}


def add(assets: Collection[Asset], name: str) -> None:
    """Give the assets, of whichever sites, the label of this name, in a few queries a site."""
    for site in {asset.site for asset in assets}:
        (label,) = named(site, [name])
        label.assets.add(*(asset for asset in assets if asset.site_id == site.pk))


def remove(assets: Collection[Asset], name: str) -> None:
    """Take the label of this name from the assets; the label itself stays."""
    Asset.labels.through.objects.filter(
        asset__in=[asset.pk for asset in assets], assetlabel__name__iexact=name
    ).delete()
