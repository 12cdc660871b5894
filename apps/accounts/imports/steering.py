"""What a person does with an import: bring a file, map it, check it, run it, stop it."""

from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from apps.accounts import audit, wakeups
from apps.accounts.imports import kinds, mapping, reading, sniffing
from apps.accounts.imports.running import remove_file
from apps.accounts.imports.sniffing import FileRefused, Layout
from apps.accounts.models import Import, ImportIssue, Site, User

RUN = "apps.accounts.tasks.run_imports"
SAMPLE_ROWS = 100
WAITING = (Import.Status.UPLOADED, Import.Status.CHECKED)


def check_file(file: File) -> Layout:
    """Return what the file is. Raises FileRefused."""
    if file.size > settings.IMPORT_MAX_BYTES:
        most = settings.IMPORT_MAX_BYTES // 1_000_000
        raise FileRefused(f"This file is larger than {most:,} MB. Split it.")
    return sniffing.sniff(file)


@transaction.atomic
def receive(
    kind: kinds.Kind,
    site: Site,
    file: File,
    *,
    options: dict[str, Any] | None = None,
    user: User | None = None,
) -> Import:
    """Keep the file for an import of the site, mapped by guess; nothing runs yet.

    Raises FileRefused, and OptionsRefused; nothing is kept then.
    """
    layout = check_file(file)
    kept = kind.take_options(site, options or {}, by=user or audit.COMMAND_LINE)
    name = (file.name or "file").rsplit("/", 1)[-1][-200:]
    import_ = Import(
        site=site,
        kind=kind.name,
        file_name=name,
        format=layout.format,
        options={**kept, "layout": layout.to_json()},
        size=file.size,
        position=layout.start,
        created_by=user,
    )
    import_.mapping = mapping.guess(kind, site, layout, samples(file, layout))
    file.seek(0)
    # Under a name of our own: that of the upload is only shown.
    import_.file.save(f"import.{layout.format}", file, save=False)
    import_.save()
    return import_


def samples(file: BinaryIO, layout: Layout, *, most: int = SAMPLE_ROWS) -> list[dict[str, Any]]:
    """Return the first rows that can be read, as they stand in the file."""
    found: list[dict[str, Any]] = []
    for number, record in enumerate(reading.records(file, layout, position=layout.start)):
        if record.cells:
            found.append(record.cells)
        if len(found) == most or number == most * 3:
            break
    return found


@transaction.atomic
def answer(import_: Import, chosen: dict[str, Any], *, by: audit.By) -> bool:
    """Keep what was asked for after the upload; returns False, and keeps nothing, where the
    import runs or has run.

    Of options that are left empty, what was given before stays. Raises OptionsRefused; nothing
    is kept then.
    """
    if not any(chosen.values()):
        return True
    held = Import.objects.select_for_update().filter(pk=import_.pk, status__in=WAITING).first()
    if held is None:
        return False
    kind = kinds.find(import_.kind)
    kept = {**held.options, **kind.take_options(import_.site, chosen, by=by)}
    Import.objects.filter(pk=import_.pk).update(options=kept)
    import_.options = kept
    kind.answered_anew(import_, held.options)
    return True


def remap(import_: Import, columns: dict[str, str], *, empty_removes: bool = False) -> bool:
    """Keep another mapping; returns False, and keeps nothing, where it runs or has run: its rows
    all go by one mapping. Raises ValidationError with a message per column
    (apps.accounts.imports.mapping), and OptionsRefused where it needs an answer first."""
    columns = {column: target for column, target in columns.items() if target}
    kind = kinds.find(import_.kind)
    mapping.check(kind, Layout.of(import_), columns)
    kind.check_options(import_, columns)
    options = {**import_.options, "empty_removes": empty_removes}
    waiting = Import.objects.filter(pk=import_.pk, status__in=WAITING)
    if not waiting.update(mapping=columns, options=options):
        return False
    import_.mapping, import_.options = columns, options
    return True


def check(import_: Import) -> bool:
    """Go through the file without writing; returns whether that began."""
    return _start(import_, Import.Status.CHECKING)


def run(import_: Import) -> bool:
    """Bring the file in from its first row; returns whether that began."""
    return _start(import_, Import.Status.RUNNING)


@transaction.atomic
def _start(import_: Import, status: Import.Status) -> bool:
    kind = kinds.find(import_.kind)
    mapping.check(kind, Layout.of(import_), import_.mapping)
    import_.options = {**import_.options, **kind.begin(import_)}
    started = Import.objects.filter(pk=import_.pk, status__in=WAITING).update(
        status=status,
        options=import_.options,
        position=Layout.of(import_).start,
        started_at=timezone.now(),
        finished_at=None,
        message="",
        **dict.fromkeys(("rows", "created", "updated", "unchanged", "broken"), 0),
    )
    if started:
        ImportIssue.objects.filter(import_run=import_).delete()
        wakeups.call(RUN)
    import_.refresh_from_db()
    return bool(started)


@transaction.atomic
def stop(import_: Import) -> bool:
    """Stop what runs: a check leads back to the mapping, a run can be gone on with later.

    One that does not run is thrown away, with its file. Returns whether there was anything to do.
    """
    statuses = Import.Status
    rows = Import.objects.filter(pk=import_.pk)
    if rows.filter(status=statuses.CHECKING).update(status=statuses.UPLOADED):
        return True
    now = timezone.now()
    if rows.filter(status=statuses.RUNNING).update(status=statuses.CANCELLED, finished_at=now):
        return True
    waiting = rows.filter(status__in=WAITING)
    if waiting.update(status=statuses.CANCELLED, finished_at=now, position=0):
        kinds.find(import_.kind).end(import_)
        transaction.on_commit(lambda: remove_file(import_), robust=True)
        return True
    return False


@transaction.atomic
def resume(import_: Import) -> bool:
    """Go on with a stopped run where it was; returns whether that began."""
    stopped = Import.objects.filter(pk=import_.pk, status=Import.Status.CANCELLED).exclude(file="")
    resumed = stopped.exclude(position=0).update(status=Import.Status.RUNNING, finished_at=None)
    if resumed:
        wakeups.call(RUN)
    return bool(resumed)


def can_resume(import_: Import) -> bool:
    stopped = import_.status == Import.Status.CANCELLED
    return bool(stopped and import_.file and import_.position)


@transaction.atomic
def forget(import_: Import) -> None:
    """Delete the import, its report and its file; what it brought in stays."""
    kinds.find(import_.kind).end(import_)
    import_.issues.all().delete()
    Import.objects.filter(pk=import_.pk).delete()
    transaction.on_commit(lambda: remove_file(import_), robust=True)
