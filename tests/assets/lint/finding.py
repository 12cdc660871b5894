"""What is found in an asset, as tests compare it."""

from apps.assets import lint
from apps.assets.audience import Crowd
from apps.assets.links.asking import digest
from apps.assets.lint import Subject
from apps.assets.models import CheckedAddress, Push
from apps.assets.rendering import load


def subject_of(asset, segment=None):
    source = load(type(asset), [asset.pk])[asset.pk][1]
    crowd = Crowd.of(source.site, segment, is_reachable=isinstance(asset, Push))
    return Subject(source=source, crowd=crowd, asset=asset)


def found(asset, *, without=("url",), **options):
    """What is found, without the hint about the empty click address that most have."""
    rows = lint.findings(subject_of(asset, **options))
    return [(row.level.value, row.field, row.message) for row in rows if row.field not in without]


def looked_at(site, address, **values):
    values = {"verdict": "found", "content_type": "text/html", **values}
    return CheckedAddress.objects.create(
        site=site, address=address, digest=digest(address), **values
    )
