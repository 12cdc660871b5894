from django.conf import settings
from django.core.files.storage import storages
from django.core.files.storage.base import Storage
from django.db import models

from apps.accounts.models.sites import Site


def private_storage() -> Storage:
    """Where uploaded files wait: never served, removed when their import has ended."""
    return storages["private"]


class Import(models.Model):
    """A file of rows on its way in, in batches: `position` says how far it has come.

    A batch and its progress commit together, so a worker may die anywhere and the next one goes
    on where it stopped.
    """

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON_LINES = "jsonl", "JSON Lines"

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded, to be mapped"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, ready to run"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    MOVING = (Status.CHECKING, Status.RUNNING)

    site = models.ForeignKey(Site, models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=20)
    file = models.FileField(upload_to="imports/", storage=private_storage, blank=True)
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=5, choices=Format)
    mapping = models.JSONField(default=dict, help_text="Column of the file to field of ours.")
    options = models.JSONField(default=dict)
    status = models.CharField(max_length=9, choices=Status, default=Status.UPLOADED)
    size = models.BigIntegerField(default=0, help_text="Bytes of the file.")
    position = models.BigIntegerField(default=0, help_text="Bytes of it that are done.")
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    broken = models.PositiveIntegerField(default=0, help_text="Rows left out.")
    message = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class ImportIssueQuerySet(models.QuerySet["ImportIssue"]):
    def of_ended(self) -> "ImportIssueQuerySet":
        """Return those of imports that nobody can run or go on with."""
        open_ = (*Import.MOVING, Import.Status.UPLOADED, Import.Status.CHECKED)
        return self.exclude(import_run__status__in=open_)


class ImportIssue(models.Model):
    """A row that was left out, and why: it repeats what the file says of a person, so it goes
    by a rule of retention."""

    import_run = models.ForeignKey(Import, models.CASCADE, related_name="issues")
    row = models.PositiveIntegerField(help_text="Its number in the file; 1 is the first of data.")
    field = models.CharField(max_length=100, blank=True)
    message = models.CharField(max_length=300)
    value = models.CharField(max_length=200, blank=True)

    objects = ImportIssueQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["import_run", "row"], name="import_issue_of_run")]

    def __str__(self) -> str:
        return f"Row {self.row}: {self.message}"
