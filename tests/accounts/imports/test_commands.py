import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from apps.accounts.imports import running, steering
from apps.accounts.models import Contact, Import
from tests.factories import a_contact, a_file, a_site, an_import

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "given.csv"
    path.write_text("Key,Mail,plan\nanna,a@x.example,gold\n,b@x.example,gold\n")
    return path


class TestImportContacts:
    def test_it_brings_a_file_in_and_reports(self, file, capsys):
        site = a_site(name="Shop")

        call_command("import_contacts", str(file), site="Shop", map=["Key=external_id", "plan="])

        assert Contact.objects.get(site=site).state == {"Mail": "a@x.example"}
        said = capsys.readouterr().out
        assert "Finished: 2 rows; 1 new, 0 changed, 0 unchanged, 1 left out." in said
        assert "row 2 external_id: External id is missing." in said
        assert file.exists()

    def test_it_writes_nothing_in_a_dry_run(self, file, capsys):
        a_site(name="Shop")

        call_command(
            "import_contacts", str(file), site="Shop", map=["Key=external_id"], dry_run=True
        )

        assert "1 new" in capsys.readouterr().out
        assert not Contact.objects.exists()
        assert Import.objects.get().status == "cancelled"

    def test_it_goes_on_with_one_that_was_interrupted(self, monkeypatch, capsys):
        monkeypatch.setattr(running, "BATCH_ROWS", 10)
        import_ = an_import("external_id\n" + "".join(f"c{n}\n" for n in range(25)))
        steering.run(import_)
        running.advance(import_.pk)

        call_command("import_contacts", resume=import_.pk)

        assert Contact.objects.count() == 25
        assert "25 new" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"site": "Shoop"}, "there are: Shop"),
            ({}, "Name the file and --site"),
            ({"site": "Shop"}, "Choose the column that holds: External id"),
            ({"site": "Shop", "map": ["Nothing=external_id"]}, "The file has no such column"),
            ({"resume": 4711}, "There is no import 4711"),
        ],
    )
    def test_it_says_what_is_wrong_and_leaves_nothing(self, arguments, words, file):
        a_site(name="Shop")

        with pytest.raises(CommandError) as refused:
            call_command("import_contacts", str(file), **arguments)

        assert words in str(refused.value)
        assert not Contact.objects.exists()
        assert set(Import.objects.values_list("status", flat=True)) <= {"cancelled"}


class TestImportMembers:
    def test_it_makes_the_segment(self, tmp_path, capsys):
        site = a_site(name="Shop")
        a_contact(site, external_id="anna")
        path = tmp_path / "ids.csv"
        path.write_text("external_id\nanna\nnobody\n")

        call_command("import_members", str(path), site="Shop", segment="VIP")

        assert site.segments.get(name="VIP").members.get().contact.external_id == "anna"
        assert "No contact of this site has this id. “nobody”" in capsys.readouterr().out


class TestPrivateFiles:
    def test_only_the_owner_of_the_process_reads_them(self, tmp_path):
        options = settings.STORAGES["private"]["OPTIONS"]
        storage = FileSystemStorage(**{**options, "location": tmp_path / "private"})

        name = storage.save("imports/people.csv", a_file("external_id\nanna\n"))

        path = tmp_path / "private" / name
        modes = [one.stat().st_mode & 0o777 for one in (path, path.parent, path.parent.parent)]
        assert modes == [0o600, 0o700, 0o700]
