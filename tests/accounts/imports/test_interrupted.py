"""Imports by several workers at once, and by one that is killed."""

import signal

import pytest

from apps.accounts.imports import running, steering
from apps.accounts.models import Contact
from tests.accounts.imports.test_running import people, private
from tests.benchmarks import imports as bench
from tests.benchmarks import scratch
from tests.factories import an_import
from tests.races import Meanwhile, on_postgresql


@private
@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def test_they_bring_each_row_in_once(self, monkeypatch):
        monkeypatch.setattr(running, "BATCH_ROWS", 20)
        import_ = an_import(people(1000))
        steering.run(import_)

        workers = [Meanwhile(running.drain) for _ in range(3)]
        for worker in workers:
            worker.ends()
        running.drain()

        import_.refresh_from_db()
        assert (import_.status, import_.rows, import_.created) == ("finished", 1000, 1000)
        assert Contact.objects.count() == 1000


class TestKill:
    def test_a_process_killed_half_way_loses_and_doubles_nothing(self, tmp_path):
        rows = 9_000
        file = tmp_path / "contacts.csv"
        bench.write(file, rows=rows)
        with scratch.database() as address:
            desk = bench.Desk(address)
            desk.run("migrate", "-v0")
            desk.run(
                "create_site", "Bench", "https://bench.example/", "--origin",
                "https://bench.example", "--contact", "mailto:bench@bench.example",
            )  # fmt: skip
            begin = ("import_contacts", str(file), "--site", "Bench")

            killed = desk.run(*begin, kill_at=rows // 3)
            number, before, _ = desk.counted()
            resumed = desk.run("import_contacts", "--resume", str(number))
            _, contacts_, whole = desk.counted()

        assert killed.code == -signal.SIGKILL
        assert 0 < before < rows
        assert f"Finished: {rows:,} rows; {rows:,} new, 0 changed" in resumed.text
        assert (contacts_, whole) == (rows, rows)
