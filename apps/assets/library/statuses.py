"""Activating and archiving assets."""

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import User
from apps.assets import snapshots
from apps.assets.library import history
from apps.assets.models import Asset
from apps.assets.snapshots import Knowledge

Status = Asset.Status


def activate(asset: Asset, user: User | None, knowledge: Knowledge | None = None) -> None:
    """Let the asset be sent. Raises ValidationError, and changes nothing, when the editor would
    not save it so: what it names may have gone since it was written."""
    checked = snapshots.read(snapshots.write(asset), knowledge or Knowledge.of(asset.site))
    active = {each.name for each in asset.variations.all() if each.is_active}
    broken = [
        each
        for each in checked.broken
        if any(each.field.startswith(f"Variation “{name}”") for name in active)
    ]
    if found := [*checked.problems, *checked.unknown, *broken, *checked.too_large]:
        raise ValidationError([f"{each.field}: {each.message}" for each in found])
    _change(asset, Status.ACTIVE, user)


def archive(asset: Asset, user: User | None) -> None:
    """Let the asset be sent no more, and take it out of the lists."""
    _change(asset, Status.ARCHIVED, user)


@transaction.atomic
def _change(asset: Asset, status: str, user: User | None) -> None:
    history.begin(asset)
    asset.status = status
    asset.save(update_fields=["status", "updated_at"])
    history.record(asset, user)
