"""What imports leave behind holds data of people: it goes, and when is a setting."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts import tasks
from apps.accounts.imports import leftovers, running, steering
from apps.accounts.models import Contact, Import, ImportIssue
from apps.accounts.privacy import retention
from tests.factories import a_user, an_import, brought_in, counts
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = pytest.mark.django_db
PEOPLE = "external_id\nanna\nben\n"
BROKEN = "external_id,plan\nanna,gold\n,basic\n"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path, private_files):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return settings.FILE_UPLOAD_TEMP_DIR


def made_days_ago(import_, days, **values):
    created = timezone.now() - timedelta(days=days)
    Import.objects.filter(pk=import_.pk).update(created_at=created, **values)


def aged(path, days):
    when = timezone.now().timestamp() - days * 86_400
    os.utime(path, (when, when))


def files(folder):
    return sorted(path.name for path in Path(folder).rglob("*") if path.is_file())


class TestSweep:
    def test_it_removes_what_nobody_has_run_within_a_week(self, private_files):
        old, young = an_import(PEOPLE), an_import(PEOPLE)
        made_days_ago(old, 8)
        made_days_ago(young, 6)

        tasks.run_imports()

        old.refresh_from_db()
        young.refresh_from_db()
        assert (old.status, bool(old.file)) == ("cancelled", False)
        assert old.message == "Nobody has run it within 7 days."
        assert (young.status, bool(young.file)) == ("uploaded", True)
        assert files(private_files) == [Path(young.file.name).name]

    def test_it_keeps_what_was_stopped_today_however_old_it_is(self, monkeypatch):
        monkeypatch.setattr(running, "BATCH_ROWS", 1)
        import_ = an_import(PEOPLE)
        made_days_ago(import_, 8)
        steering.run(import_)
        running.advance(import_.pk)
        steering.stop(import_)

        tasks.run_imports()

        assert steering.resume(import_)
        running.drain()
        assert Contact.objects.count() == 2

    @pytest.mark.parametrize(("kept", "status"), [(3, "cancelled"), (0, "uploaded")])
    def test_the_site_says_for_how_long(self, settings, kept, status):
        settings.UPLOADS_KEPT_DAYS = kept
        import_ = an_import(PEOPLE)
        made_days_ago(import_, 4)

        leftovers.sweep()

        import_.refresh_from_db()
        assert (import_.status, bool(import_.file)) == (status, status == "uploaded")

    def test_it_removes_files_that_no_import_knows_of(self, private_files, uploads):
        waiting, lost, fresh = an_import(PEOPLE), an_import(PEOPLE), an_import(PEOPLE)
        for import_ in (waiting, lost):
            aged(import_.file.path, 2)
        Import.objects.filter(pk__in=[lost.pk, fresh.pk]).delete()
        for name, days in (("a.upload.csv", 2), ("b.upload.csv", 0), ("secret_key", 2)):
            (uploads / name).write_text("x")
            aged(uploads / name, days)

        assert leftovers.sweep() == 2

        assert files(private_files / "imports") == sorted(
            Path(row.file.name).name for row in (waiting, fresh)
        )
        assert files(uploads) == ["b.upload.csv", "secret_key"]

    def test_files_that_are_in_use_hide_no_lost_one(self, monkeypatch, private_files):
        monkeypatch.setattr(leftovers, "AT_ONCE", 1)
        waiting, lost = [an_import(PEOPLE) for _ in range(8)], an_import(PEOPLE)
        for import_ in (*waiting, lost):
            aged(import_.file.path, 2)
        Import.objects.filter(pk=lost.pk).delete()

        assert leftovers.sweep() == 1

        assert files(private_files / "imports") == sorted(
            Path(row.file.name).name for row in waiting
        )

    def test_it_goes_on_where_a_file_vanishes_meanwhile(self, private_files, uploads):
        lost = an_import(PEOPLE)
        aged(lost.file.path, 2)
        Import.objects.all().delete()
        (uploads / "b.upload.csv").write_text("x")
        aged(uploads / "b.upload.csv", 2)
        # A name without a file is what somebody sees who looks after the file has gone.
        (private_files / "imports" / "gone").symlink_to("nowhere")
        (uploads / "a.upload.csv").symlink_to("nowhere")

        assert leftovers.sweep() == 2

        assert files(private_files) == files(uploads) == []

    def test_it_keeps_what_was_begun_again_today(self, private_files):
        import_ = an_import(PEOPLE)
        made_days_ago(import_, 8)
        steering.check(import_)
        steering.stop(import_)

        assert leftovers.sweep() == 0

        import_.refresh_from_db()
        assert (import_.status, len(files(private_files))) == ("uploaded", 1)

    def test_it_finds_nothing_where_nothing_was_uploaded(self):
        assert leftovers.sweep() == 0


class TestReports:
    def clean(self):
        removed, is_all = retention.clean()
        assert is_all
        return removed["import issues"]

    def test_they_go_after_90_days_and_the_numbers_stay(self):
        old, young = brought_in(BROKEN), brought_in(BROKEN)
        made_days_ago(old, 91)
        made_days_ago(young, 89)

        assert self.clean() == 1

        old.refresh_from_db()
        assert ImportIssue.objects.get().import_run == young
        assert counts(old) == {"created": 1, "updated": 0, "unchanged": 0, "broken": 1}

    def test_one_that_can_go_on_keeps_its_own(self):
        import_ = brought_in(BROKEN)
        made_days_ago(import_, 91, status="checked")

        assert self.clean() == 0

        assert ImportIssue.objects.count() == 1

    def test_the_page_says_so_before_and_after(self, client):
        client.force_login(a_user("Marketer"))
        import_ = brought_in(BROKEN)
        address = f"/admin/accounts/import/{import_.pk}/change/"
        before = client.get(address).content.decode()
        made_days_ago(import_, 91)
        self.clean()

        after = client.get(address).content.decode()

        assert "This list is removed 90 days after the upload" in before
        assert "Which rows were left out is not kept any more" in after


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_what_somebody_begins_meanwhile_is_left_to_them(self, private_files):
        import_ = an_import(PEOPLE)
        made_days_ago(import_, 8)

        with transaction.atomic():
            steering.run(import_)
            sweep = Meanwhile(leftovers.sweep)
            wait_until_blocked()
        sweep.ends()

        import_.refresh_from_db()
        assert (import_.status, len(files(private_files))) == ("running", 1)
        running.drain()
        assert Contact.objects.count() == 2
