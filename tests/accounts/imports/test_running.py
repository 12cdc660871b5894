from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts import tasks
from apps.accounts.imports import contacts, kinds, running, steering
from apps.accounts.models import Contact, ImportIssue
from tests.factories import a_site, an_import, brought_in, counts

private = pytest.mark.usefixtures("private_files")


def people(number, plan="gold"):
    return "external_id,plan\n" + "".join(f"c{n},{plan}\n" for n in range(number))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(running, "BATCH_ROWS", 10)


@private
@pytest.mark.django_db
class TestDrain:
    def test_it_brings_everybody_in(self, small_batches):
        import_ = brought_in(people(25))

        assert (import_.status, import_.rows, counts(import_)) == (
            "finished", 25, {"created": 25, "updated": 0, "unchanged": 0, "broken": 0},
        )  # fmt: skip
        assert Contact.objects.filter(state={"plan": "gold"}).count() == 25

    def test_it_changes_nothing_the_second_time(self, small_batches):
        site = a_site()
        brought_in(people(25), site=site)
        before = list(Contact.objects.order_by("pk").values())

        import_ = brought_in(people(25), site=site)

        assert counts(import_) == {"created": 0, "updated": 0, "unchanged": 25, "broken": 0}
        assert list(Contact.objects.order_by("pk").values()) == before

    def test_it_changes_those_who_differ(self):
        site = a_site()
        brought_in(people(3), site=site)

        import_ = brought_in("external_id,plan\nc1,basic\n", site=site)

        assert counts(import_) == {"created": 0, "updated": 1, "unchanged": 0, "broken": 0}
        assert Contact.objects.get(external_id="c1").state == {"plan": "basic"}

    def test_it_joins_rows_about_one_person(self):
        import_ = brought_in("external_id,a,b\nanna,1,\nanna,2,x\nanna,3,\n")

        assert Contact.objects.get().state == {"a": 3, "b": "x"}
        assert counts(import_) == {"created": 1, "updated": 0, "unchanged": 2, "broken": 0}

    def test_it_removes_the_file_in_the_end(
        self, private_files, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            import_ = brought_in(people(3))

        import_.refresh_from_db()
        assert not import_.file
        assert [path for path in private_files.rglob("*") if path.is_file()] == []

    def test_it_fails_when_the_file_is_gone(self, private_files):
        import_ = an_import(people(3))
        steering.run(import_)
        Path(import_.file.path).unlink()

        running.drain()

        import_.refresh_from_db()
        assert (import_.status, import_.message) == ("failed", running.GONE)
        assert not Contact.objects.exists()

    def test_it_leaves_out_a_row_that_the_database_refuses(self, monkeypatch):
        write = contacts.Contacts.write

        def refuse(kind, import_, rows):
            if any(row.values["external_id"] == "c7" for row in rows):
                raise ValueError
            return write(kind, import_, rows)

        monkeypatch.setattr(contacts.Contacts, "write", refuse)

        import_ = brought_in(people(20))

        assert counts(import_) == {"created": 19, "updated": 0, "unchanged": 0, "broken": 1}
        assert ImportIssue.objects.values_list("row", "message").get() == (
            8, "It could not be stored.",
        )  # fmt: skip

    def test_it_keeps_so_many_issues_and_counts_all(self, monkeypatch, small_batches):
        monkeypatch.setattr(running, "MAX_ISSUES", 15)

        import_ = brought_in("external_id,plan\n" + ",x\n" * 40)

        assert (import_.broken, import_.issues.count()) == (40, 15)

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_costs_the_same_for_one_and_for_three(self, number):
        import_ = an_import(people(number))
        steering.run(import_)

        with CaptureQueriesContext(connection) as queries:
            running.advance(import_.pk)

        assert len(queries) == 16, "\n".join(query["sql"] for query in queries)

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL counts")
    def test_it_lets_the_database_count_as_it_grows(self, monkeypatch):
        monkeypatch.setattr(running, "FIRST_COUNTED", 10)
        monkeypatch.setattr(running, "BATCH_ROWS", 10)

        with CaptureQueriesContext(connection) as queries:
            brought_in(people(85))

        counted = [query["sql"] for query in queries if query["sql"].startswith("ANALYZE")]
        assert counted == ['ANALYZE "accounts_contact"'] * 4

    def test_it_is_a_task(self):
        import_ = an_import(people(3))
        steering.run(import_)

        assert tasks.run_imports() == 1

        assert Contact.objects.count() == 3


@private
@pytest.mark.django_db
class TestCheck:
    def test_it_says_what_would_happen_and_writes_nothing(self, small_batches):
        site = a_site()
        brought_in(people(5), site=site)
        import_ = an_import(people(25) + ",nobody\n", site=site)

        steering.check(import_)
        running.drain()

        import_.refresh_from_db()
        assert (import_.status, counts(import_)) == (
            "checked", {"created": 20, "updated": 0, "unchanged": 5, "broken": 1},
        )  # fmt: skip
        assert Contact.objects.count() == 5
        assert import_.file

    def test_it_is_forgotten_when_the_run_begins(self):
        import_ = an_import(people(5) + ",nobody\n")
        steering.check(import_)
        running.drain()
        import_.refresh_from_db()

        assert steering.run(import_)

        import_.refresh_from_db()
        assert (import_.rows, import_.broken, import_.issues.count()) == (0, 0, 0)


@private
@pytest.mark.django_db
class TestStop:
    def test_it_stops_a_run_that_can_be_gone_on_with(self, small_batches):
        import_ = an_import(people(25))
        steering.run(import_)
        running.advance(import_.pk)

        assert steering.stop(import_)

        assert running.drain() == 0
        assert Contact.objects.count() == 10
        assert steering.resume(import_)
        running.drain()
        import_.refresh_from_db()
        assert (import_.status, import_.created) == ("finished", 25)
        assert Contact.objects.count() == 25

    def test_it_leads_from_a_check_back_to_the_mapping(self):
        import_ = an_import(people(5))
        steering.check(import_)

        steering.stop(import_)

        import_.refresh_from_db()
        assert import_.status == "uploaded"

    def test_it_throws_away_what_has_not_run(self, django_capture_on_commit_callbacks):
        import_ = an_import(people(5))

        with django_capture_on_commit_callbacks(execute=True):
            steering.stop(import_)

        import_.refresh_from_db()
        assert (import_.status, bool(import_.file)) == ("cancelled", False)
        assert not steering.resume(import_)

    def test_it_does_nothing_to_what_has_ended(self):
        import_ = brought_in(people(1))

        assert not steering.stop(import_)
        assert not steering.resume(import_)
        assert not steering.run(import_)


def test_every_kind_says_what_it_takes():
    assert [kind.name for kind in kinds._kinds.values()] == ["contacts", "subscriptions", "members"]
