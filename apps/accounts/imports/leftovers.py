"""Files of people's data that nobody needs any more, and so may not stay."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.imports import kinds
from apps.accounts.imports.steering import WAITING
from apps.accounts.models import Import, Site

AT_ONCE = 100
# An upload that takes longer has failed long before.
LOST_AFTER = timezone.timedelta(days=1)


def sweep() -> int:
    """Remove the files of imports that nobody has gone on with for UPLOADS_KEPT_DAYS days, and
    those that no import knows of; returns how many."""
    return _forget_untouched() + _remove_lost()


def waiting_in(site: Site) -> int:
    """Return how many uploaded files of the site have not been brought in to their end."""
    return Import.objects.filter(site=site).exclude(file="").count()


def _forget_untouched() -> int:
    if not settings.UPLOADS_KEPT_DAYS:
        return 0
    ids = list(_untouched().values_list("pk", flat=True)[:AT_ONCE])
    names = list(filter(None, map(_forget, ids)))
    for name in names:
        # Where this is cut short, it is a file that no import knows of.
        _storage().delete(name)
    return len(names)


@transaction.atomic
def _forget(pk: int) -> str:
    """Let go of the import's file; returns its name, or nothing where somebody needs it."""
    # Asked again while nobody can begin it: it may have been run since it was looked for.
    import_ = _untouched().select_for_update().filter(pk=pk).first()
    if import_ is None:
        return ""
    kinds.find(import_.kind).end(import_)
    if import_.status in WAITING:
        import_.status = Import.Status.CANCELLED
        import_.message = f"Nobody has run it within {settings.UPLOADS_KEPT_DAYS} days."
    name, import_.file = import_.file.name, ""
    import_.save(update_fields=["status", "message", "file"])
    return name


def _untouched() -> QuerySet[Import]:
    old = timezone.now() - timezone.timedelta(days=settings.UPLOADS_KEPT_DAYS)
    left = Import.objects.exclude(file="").exclude(status__in=Import.MOVING)
    for moment in ("started_at", "finished_at"):
        left = left.filter(Q(**{moment: None}) | Q(**{f"{moment}__lt": old}))
    return left.filter(created_at__lt=old)


def _storage() -> Storage:
    return Import._meta.get_field("file").storage


def _remove_lost() -> int:
    """A process that was killed, or a site that was deleted, leaves files behind."""
    removed = 0
    for name in islice(_lost_imports(), AT_ONCE):
        _storage().delete(name)
        removed += 1
    for path in _lost_uploads():
        path.unlink(missing_ok=True)
        removed += 1
    return removed


def _lost_imports() -> Iterator[str]:
    folder = Import._meta.get_field("file").upload_to
    try:
        found = [f"{folder}{name}" for name in _storage().listdir(folder)[1]]
    except FileNotFoundError:
        return
    # Asked after the files, so that none of them is of an import that came meanwhile.
    known = set(Import.objects.exclude(file="").values_list("file", flat=True)) if found else set()
    before = timezone.now() - LOST_AFTER
    for name in found:
        # Whoever sweeps at the same time, or has brought it in, may have removed it.
        with suppress(FileNotFoundError):
            if name not in known and _storage().get_modified_time(name) < before:
                yield name


def _lost_uploads() -> Iterator[Path]:
    before = (timezone.now() - LOST_AFTER).timestamp()
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
        # Most go at the end of their request.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                yield path
