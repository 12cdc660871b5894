import io
import json

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import AuditEntry
from apps.assets.images import pictures
from apps.assets.models import Asset, Image, Push
from tests.assets.drawing import SVG, a_jpeg, a_photo, encoded
from tests.assets.full_assets import a_full_popup, a_full_push
from tests.assets.pictured import NEW, a_file_of, a_picture, address_of, at
from tests.factories import a_push, a_site

pytestmark = pytest.mark.django_db


def run(*args, **options):
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def site():
    site = a_site()
    a_full_push(site)
    a_full_popup(site, status="archived")
    return site


@pytest.fixture
def file(site, tmp_path):
    path = tmp_path / "assets.json"
    run("export_assets", site.name, output=str(path))
    return path


class TestExporting:
    def test_it_writes_what_is_not_archived(self, site):
        data = json.loads(run("export_assets", site.name))

        assert [asset["name"] for asset in data["assets"]] == ["Summer sale"]

    def test_it_writes_what_is_named(self, site):
        data = json.loads(run("export_assets", str(site.pk), name=["News", "Summer sale"]))

        assert [asset["name"] for asset in data["assets"]] == ["News", "Summer sale"]

    def test_it_says_what_there_is_not(self, site):
        with pytest.raises(CommandError, match="has no asset “Winter”"):
            run("export_assets", site.name, name=["Winter"])
        with pytest.raises(CommandError, match="no site “Nowhere”"):
            run("export_assets", "Nowhere")

    def test_the_audit_log_says_what_was_taken_out(self, site):
        run("export_assets", site.name)

        entry = AuditEntry.objects.get()
        assert (entry.action, entry.site, entry.user) == ("exported", site, None)
        assert (entry.who, entry.subject) == ("The command line", "Asset “Summer sale”")
        assert entry.details == {"assets": ["Summer sale"]}


@pytest.mark.usefixtures("media")
class TestPictures:
    @pytest.fixture
    def file(self, tmp_path):
        site = a_site()
        a_push(site, name="Sale", icon=at(a_picture(site)))
        path = tmp_path / "assets.json"
        run("export_assets", site.name, output=str(path))
        return path

    def test_they_come_under_the_public_address(self, file, settings):
        settings.PUBLIC_URL = NEW
        other = a_site()

        said = run("import_assets", other.name, str(file))

        assert "Pictures: 1\n" in said
        assert Push.objects.get(site=other).icon == at(Image.objects.get(site=other), NEW)
        assert "Pictures" not in run("import_assets", other.name, str(file))

    def test_each_is_drawn_once(self, tmp_path, settings, monkeypatch):
        settings.PUBLIC_URL = NEW
        other, path = a_site(), tmp_path / "assets.json"
        path.write_bytes(a_file_of(a_jpeg(), encoded(a_photo((30, 20)), "PNG")))
        drawn, read = [], pictures.read
        monkeypatch.setattr(pictures, "read", lambda file: drawn.append(1) or read(file))

        run("import_assets", other.name, str(path))

        assert len(drawn) == Image.objects.filter(site=other).count() == 2

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_without_a_public_address_nothing_is_imported(self, file, dry_run):
        other = a_site()

        with pytest.raises(CommandError, match=r"brings pictures\..* set PUBLIC_URL, for example"):
            run("import_assets", other.name, str(file), dry_run=dry_run)

        assert not Asset.objects.filter(site=other).exists()
        assert not Image.objects.filter(site=other).exists()

    def test_one_that_is_none_is_said_and_stops_nothing(self, tmp_path, settings):
        settings.PUBLIC_URL = NEW
        other, path = a_site(), tmp_path / "bad.json"
        path.write_bytes(a_file_of(SVG))

        said = run("import_assets", other.name, str(path))

        assert "Picture “sale.png”: SVG pictures are not taken" in said
        assert Push.objects.get(site=other).icon == address_of(0)


class TestImporting:
    def test_a_dry_run_says_it_and_writes_nothing(self, file):
        other = a_site()

        said = run("import_assets", other.name, str(file), dry_run=True)

        assert "New: push “Summer sale”" in said
        assert "There is no segment “VIP” here." in said
        assert not Asset.objects.filter(site=other).exists()

    def test_it_imports(self, file):
        other = a_site()

        said = run("import_assets", other.name, str(file))

        assert said.endswith(f"Imported into {other}: 2 new.\n")
        assert Push.objects.get(site=other).status == "draft"

    def test_a_name_that_is_taken(self, file):
        other = a_site()
        ours = a_push(other, name="Summer sale")

        run("import_assets", other.name, str(file))
        assert Push.objects.get(pk=ours.pk).message == ""
        run("import_assets", other.name, str(file), taken="replace")

        assert Push.objects.get(pk=ours.pk).message == "Until Sunday."

    def test_nothing_is_imported_when_something_cannot_be(self, file):
        other = a_site()
        data = json.loads(file.read_text())
        data["assets"].append({**data["assets"][0], "name": "", "kind": "mail"})
        file.write_text(json.dumps(data))

        with pytest.raises(CommandError, match="Nothing was imported"):
            run("import_assets", other.name, str(file))
        assert not Asset.objects.filter(site=other).exists()
        run("import_assets", other.name, str(file), leave_out_broken=True)

        assert Asset.objects.filter(site=other).count() == 1

    def test_a_file_that_is_none(self, tmp_path):
        path = tmp_path / "x.json"
        path.write_text("no")

        with pytest.raises(CommandError, match="not JSON"):
            run("import_assets", a_site().name, str(path))
        with pytest.raises(CommandError, match="No such file"):
            run("import_assets", a_site().name, str(tmp_path / "y.json"))
