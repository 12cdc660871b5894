"""Files of people's data that nobody needs any more, and so may not stay."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.imports import kinds
from apps.accounts.imports.running import remove_file
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
    forgotten = list(_untouched()[:AT_ONCE])
    for import_ in forgotten:
        kinds.find(import_.kind).end(import_)
        remove_file(import_)
    waiting = Import.objects.filter(pk__in=[row.pk for row in forgotten], status__in=WAITING)
    waiting.update(
        status=Import.Status.CANCELLED,
        message=f"Nobody has run it within {settings.UPLOADS_KEPT_DAYS} days.",
    )
    return len(forgotten)


def _untouched() -> QuerySet[Import]:
    old = timezone.now() - timezone.timedelta(days=settings.UPLOADS_KEPT_DAYS)
    left = Import.objects.exclude(file="").exclude(status__in=Import.MOVING)
    return left.filter(Q(finished_at__lt=old) | Q(finished_at=None, created_at__lt=old))


def _remove_lost() -> int:
    """A process that was killed, or a site that was deleted, leaves files behind."""
    storage = Import._meta.get_field("file").storage
    lost = list(_lost_imports())
    for name in lost:
        storage.delete(name)
    uploads = list(_lost_uploads())
    for path in uploads:
        path.unlink(missing_ok=True)
    return len(lost) + len(uploads)


def _lost_imports() -> Iterator[str]:
    field = Import._meta.get_field("file")
    folder = field.upload_to
    try:
        found = [f"{folder}{name}" for name in field.storage.listdir(folder)[1]]
    except FileNotFoundError:
        return
    before = timezone.now() - LOST_AFTER
    old = [name for name in found if field.storage.get_modified_time(name) < before][:AT_ONCE]
    known = set(Import.objects.filter(file__in=old).values_list("file", flat=True)) if old else ()
    yield from (name for name in old if name not in known)


def _lost_uploads() -> Iterator[Path]:
    before = (timezone.now() - LOST_AFTER).timestamp()
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
        if path.stat().st_mtime < before:
            yield path
