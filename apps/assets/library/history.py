"""History: an asset as it was each time that it was saved, and back to it."""

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import User
from apps.assets import snapshots
from apps.assets.models import Asset, Revision
from apps.assets.snapshots import Checked, Knowledge

BEFORE = "As it was before its history began"


@transaction.atomic
def record(asset: Asset, user: User | None, note: str = "") -> Revision | None:
    """Write down the asset as it is stored now, with its buttons and variations, by `user` (None:
    the house itself). Returns None, and writes nothing, when it is as the last revision says."""
    # One at a time: two who save at once would both write the same number.
    held = Asset.objects.non_polymorphic().select_for_update(no_key=True).filter(pk=asset.pk)
    list(held.values_list("pk"))
    stored = snapshots.prefetched(Asset.objects.filter(pk=asset.pk)).get()
    now = snapshots.write(stored)
    last = asset.revisions.first()
    if last and snapshots.digest(last.snapshot) == snapshots.digest(now):
        return None
    number = last.number + 1 if last else 1
    return Revision.objects.create(
        asset_id=asset.pk, number=number, by=user, note=note[:200], snapshot=now
    )


def begin(asset: Asset) -> None:
    """Write down the asset as it is, unless something has been written of it already: called
    before the first change."""
    if not asset.revisions.exists():
        record(asset, None, BEFORE)


def check(revision: Revision) -> Checked:
    """Return what restoring the revision would bring back, with what stands against it."""
    asset = revision.asset
    checked = snapshots.read(revision.snapshot, Knowledge.of(asset.site))
    name = checked.snapshot.get("name", "")
    others = Asset.objects.non_polymorphic().filter(site=asset.site, name=name)
    if name and others.exclude(pk=asset.pk).exists():
        checked.problems.append(
            snapshots.Problem(asset=name, field="Name", message="Another asset has it now.")
        )
    if asset.is_active:
        # The editor would not let it pass either.
        checked.problems += [*checked.unknown, *checked.too_large]
    return checked


@transaction.atomic
def restore(revision: Revision, user: User | None) -> Revision | None:
    """Bring the content of the revision back, as a new revision; the asset keeps its status.

    Raises ValidationError, and changes nothing, when the site has changed so that it cannot be.
    """
    asset = revision.asset
    begin(asset)
    checked = check(revision)
    if checked.problems:
        raise ValidationError([f"{each.field}: {each.message}" for each in checked.problems])
    snapshots.apply(asset, checked.snapshot, status=asset.status)
    return record(asset, user, f"Restored revision {revision.number}")
