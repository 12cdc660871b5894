"""Running imports: a batch, its issues and how far it has come are one transaction.

A worker may die anywhere, and two may want the same import: whoever comes next goes on at the
byte that the last commit names.
"""

import logging
import re
import time
from dataclasses import dataclass, field, replace

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.accounts.imports import kinds, reading
from apps.accounts.imports.kinds import Issue, Kind, Row, Written
from apps.accounts.imports.mapping import Mapper
from apps.accounts.imports.sniffing import Layout
from apps.accounts.models import Import, ImportIssue
from apps.accounts.privacy import persons

BATCH_ROWS = 2_000
BATCH_BYTES = 8_000_000
# Of a batch that cannot be written at once only so many rows are tried one by one in a
# transaction: two thousand would take longer than a worker's task may.
TRIED_ROWS = 100
# Of a wrong file every row is an issue; the counter still counts them all.
MAX_ISSUES = 100_000
ATTEMPTS = 3
FIRST_COUNTED = 5_000
# What stands between the cells of a row, and between the words of one that is JSON.
CELLS, WORDS = re.compile(r'[\t,;|"]'), re.compile(r'[\t,;|":{}\[\]\s]')
GONE = "Its file is not there any more: upload it again."

log = logging.getLogger(__name__)


class _Unwritable(Exception):
    """Something in the batch cannot be written, and it is too many rows to look for it."""


@dataclass(kw_only=True)
class Batch:
    """Rows read from the file up to byte `end`; `count` with the broken ones."""

    end: int
    is_last: bool = False
    count: int = 0
    rows: list[Row] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def drain(*, seconds: float = 40) -> int:
    """Bring in what is due, import by import in turns, until nothing is or the time is over.

    Returns how many batches were brought in.
    """
    end = time.monotonic() + seconds
    total = 0
    failed: set[int] = set()
    while ids := list(moving().exclude(pk__in=failed).values_list("pk", flat=True)):
        done = 0
        for pk in ids:
            if time.monotonic() > end:
                return total + done
            try:
                done += advance(pk)
            except Exception:
                # It is tried again in a minute; the others need not wait for it.
                log.exception("Import %s cannot go on", pk)
                failed.add(pk)
        if not done:
            # All of them are in the hands of other workers.
            break
        total += done
    return total


def moving() -> QuerySet[Import]:
    return Import.objects.filter(status__in=Import.MOVING).order_by("pk")


def advance(pk: int) -> bool:
    """Bring in one batch of the import.

    Returns False when there is nothing to do: it has ended, or another worker has it.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _advance(pk)
        except OperationalError:
            # Others wrote the same contacts in another order (a deadlock): not our fault.
            if attempt == ATTEMPTS:
                raise
            log.info("A batch of import %s is tried again", pk, exc_info=True)
    return False


def _advance(pk: int) -> bool:
    import_ = moving().select_related("site").filter(pk=pk).first()
    if import_ is None:
        return False
    kind = kinds.find(import_.kind)
    try:
        batch, is_done = _read_and_bring_in(import_, kind)
        if is_done and import_.status == Import.Status.RUNNING:
            _keep_planned(kind, import_.rows, import_.rows + batch.count)
        return is_done
    except FileNotFoundError:
        return _fail(import_, kind, GONE)
    except kinds.ImportFailed as error:
        return _fail(import_, kind, str(error))


def _read_and_bring_in(import_: Import, kind: Kind) -> tuple[Batch, bool]:
    batch = _read(import_, kind, most=BATCH_ROWS)
    try:
        with transaction.atomic():
            return batch, _bring_in(import_, kind, batch)
    except _Unwritable:
        batch = _read(import_, kind, most=TRIED_ROWS)
    with transaction.atomic():
        return batch, _bring_in(import_, kind, batch)


def _bring_in(import_: Import, kind: Kind, batch: Batch) -> bool:
    if not _claim(import_):
        return False
    written = Written(issues=batch.issues)
    written.add(_write(import_, kind, batch.rows))
    _note(import_, batch, written)
    if batch.is_last:
        _finish(import_, kind)
    return True


def _keep_planned(kind: Kind, before: int, now: int) -> None:
    """Let PostgreSQL count its tables anew whenever the import has doubled.

    It does so by itself, but minutes later; a table thought to be empty is read whole for every
    batch until then, so that a million rows would take hours.
    """
    if connection.vendor != "postgresql" or not _has_doubled(before, now):
        return
    with connection.cursor() as cursor:
        for model in kind.models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _has_doubled(before: int, now: int) -> bool:
    return (before // FIRST_COUNTED).bit_length() != (now // FIRST_COUNTED).bit_length()


def _read(import_: Import, kind: Kind, *, most: int) -> Batch:
    mapper = Mapper(import_, kind)
    batch = Batch(end=import_.position)
    with import_.file.storage.open(import_.file.name) as file:
        stream = reading.records(file.file, Layout.of(import_), position=import_.position)
        for record in stream:
            batch.count += 1
            batch.end = record.end
            row = mapper.row(record, import_.rows + batch.count)
            (batch.rows if isinstance(row, Row) else batch.issues).append(row)
            if batch.count >= most or batch.end - import_.position > BATCH_BYTES:
                return batch
    batch.is_last, batch.end = True, import_.size
    return batch


def _claim(import_: Import) -> bool:
    """Take the import for this transaction, unless a worker has it or has moved it on."""
    rows = Import.objects.select_for_update(skip_locked=True).filter(
        pk=import_.pk, status=import_.status, position=import_.position, rows=import_.rows
    )
    return bool(rows.values_list("pk"))


def _write(import_: Import, kind: Kind, rows: list[Row]) -> Written:
    """Write the rows; when they cannot be, halve them until the one that cannot be is alone."""
    if not rows:
        return Written()
    try:
        with transaction.atomic():
            written = kind.write(import_, rows)
            if import_.status == Import.Status.CHECKING:
                # What would happen is found out by doing it.
                transaction.set_rollback(True)
            return written
    except (OperationalError, InterfaceError, kinds.ImportFailed):
        raise
    except Exception as error:
        # What comes from outside can do more than could be listed; it must not stop the rest.
        if len(rows) > TRIED_ROWS:
            raise _Unwritable from error
        if len(rows) == 1:
            # Its name only: what a database says of a row repeats what is in it.
            name = type(error).__name__
            log.warning("Row %s of import %s: %s", rows[0].number, import_.pk, name)
            return Written(issues=[Issue(row=rows[0].number, message="It could not be stored.")])
    half = len(rows) // 2
    written = _write(import_, kind, rows[:half])
    written.add(_write(import_, kind, rows[half:]))
    return written


def _note(import_: Import, batch: Batch, written: Written) -> None:
    issues = sorted(_without_erased(import_, written.issues), key=lambda issue: issue.row)
    ImportIssue.objects.bulk_create(
        [
            ImportIssue(
                import_run=import_,
                row=issue.row,
                field=issue.field[:100],
                message=issue.message[:300],
                value=issue.value[:200],
            )
            for issue in issues[: max(0, MAX_ISSUES - import_.broken)]
        ],
        batch_size=1000,
    )
    Import.objects.filter(pk=import_.pk).update(
        position=batch.end,
        rows=F("rows") + batch.count,
        created=F("created") + written.created,
        updated=F("updated") + written.updated,
        unchanged=F("unchanged") + written.unchanged,
        broken=F("broken") + len(issues),
    )


def _without_erased(import_: Import, issues: list[Issue]) -> list[Issue]:
    """Leave out whom the site has erased: their id may not come back by a report either."""
    if import_.site.recreates_erased:
        return issues
    parts = [_ids_in(issue.value) for issue in issues]
    ids = set().union(*parts)
    erased = persons.erased_among(import_.site, ids) if ids else set()
    return [
        replace(issue, value="") if erased & ids else issue
        for issue, ids in zip(issues, parts, strict=True)
    ]


def _ids_in(value: str) -> set[str]:
    """Return what may be an id in it: all of it, and the cells of a row that cannot be read."""
    parts = {value, *CELLS.split(value), *WORDS.split(value)}
    return {part.strip() for part in parts} - {""}


def _finish(import_: Import, kind: Kind) -> None:
    is_check = import_.status == Import.Status.CHECKING
    message = ""
    if not is_check:
        message = kind.finish(import_)
        kind.end(import_)
        transaction.on_commit(lambda: remove_file(import_), robust=True)
    Import.objects.filter(pk=import_.pk).update(
        status=Import.Status.CHECKED if is_check else Import.Status.FINISHED,
        finished_at=timezone.now(),
        message=message,
    )


def _fail(import_: Import, kind: Kind, message: str) -> bool:
    with transaction.atomic():
        rows = Import.objects.filter(pk=import_.pk, status=import_.status)
        failed = rows.update(
            status=Import.Status.FAILED, message=message[:300], finished_at=timezone.now()
        )
        if failed:
            kind.end(import_)
            transaction.on_commit(lambda: remove_file(import_), robust=True)
    return bool(failed)


def remove_file(import_: Import) -> None:
    """Remove the uploaded file; the report stays."""
    if import_.file:
        import_.file.storage.delete(import_.file.name)
        Import.objects.filter(pk=import_.pk).update(file="")
