import pytest

from apps.accounts import tasks
from apps.accounts.imports import contacts, running, steering
from apps.accounts.models import Import
from tests.factories import an_import, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


def people(number):
    return "external_id\n" + "".join(f"c{n}\n" for n in range(number))


class TestDrain:
    def test_it_goes_on_with_the_others_when_one_cannot(self):
        one, other = an_import(people(3)), an_import(people(3))
        steering.run(one)
        steering.run(other)
        Import.objects.filter(pk=one.pk).update(mapping={"external_id": "no_such_field"})

        assert tasks.run_imports() == 1

        for import_ in (one, other):
            import_.refresh_from_db()
        assert (one.status, one.rows) == ("running", 0)
        assert (other.status, other.rows) == ("finished", 3)

    def test_it_looks_for_bad_rows_among_few_at_a_time(self, monkeypatch):
        written = []

        def refuse(kind, import_, rows):
            written.append(len(rows))
            raise ValueError

        monkeypatch.setattr(contacts.Contacts, "write", refuse)
        import_ = an_import(people(250))
        steering.run(import_)

        assert running.advance(import_.pk)

        import_.refresh_from_db()
        assert (import_.rows, import_.broken) == (100, 100)
        assert (written[:2], len(written)) == ([250, 100], 200)
        running.drain()
        import_.refresh_from_db()
        assert counts(import_) == {"created": 0, "updated": 0, "unchanged": 0, "broken": 250}
