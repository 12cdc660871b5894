import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.imports import running
from apps.accounts.models import Contact, Import
from tests.factories import a_site, a_user, an_import, brought_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
ADD = "/admin/accounts/import/add/"
PEOPLE = "external_id,plan,age\nanna,gold,30\n,basic,20\n"


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


def upload(text, name="people.csv"):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def page_of(import_):
    return f"/admin/accounts/import/{import_.pk}/change/"


def inputs(form):
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


class TestWizard:
    def test_it_leads_from_the_file_to_the_report(self, marketer):
        site = a_site()

        answer = marketer.post(f"{ADD}?kind=contacts", {"site": site.pk, "file": upload(PEOPLE)})
        import_ = Import.objects.get()
        assert answer.headers["Location"] == page_of(import_)
        form = marketer.get(page_of(import_)).context["form"]
        assert [(c.name, c.examples) for c in form.rows()] == [
            ("external_id", ["anna"]), ("plan", ["gold", "basic"]), ("age", ["30", "20"]),
        ]  # fmt: skip
        marketer.post(page_of(import_), {**inputs(form), "name_1": "Plan", "verb": "check"})
        running.drain()
        checked = marketer.get(page_of(import_))
        assert (checked.context["status"], checked.context["created"]) == ("checked", 1)
        assert not Contact.objects.exists()
        marketer.post(page_of(import_), {"verb": "run"})
        running.drain()
        finished = marketer.get(page_of(import_))

        assert finished.context["status"] == "finished"
        assert Contact.objects.get().state == {"Plan": "gold", "age": 30}
        report = marketer.get(f"/admin/accounts/import/{import_.pk}/report/")
        rows = list(csv.reader(io.StringIO(b"".join(report.streaming_content).decode())))
        assert rows == [
            ["row", "field", "message", "value"],
            ["2", "external_id", "External id is missing.", ""],
        ]

    def test_it_shows_how_far_it_is(self, marketer, monkeypatch):
        monkeypatch.setattr(running, "BATCH_ROWS", 1)
        import_ = an_import("external_id\n" + "".join(f"c{n}\n" for n in range(4)))
        marketer.post(page_of(import_), {"verb": "run"})
        running.advance(import_.pk)

        found = marketer.get(f"/admin/accounts/import/{import_.pk}/progress/").json()

        assert {**found, "left": ""} == {
            "status": "running", "is_moving": True, "percent": 62, "rows": 1, "created": 1,
            "updated": 0, "unchanged": 0, "broken": 0, "left": "",
        }  # fmt: skip

    def test_it_stops_and_goes_on(self, marketer, monkeypatch):
        monkeypatch.setattr(running, "BATCH_ROWS", 1)
        import_ = an_import("external_id\nanna\nben\n")
        marketer.post(page_of(import_), {"verb": "run"})
        running.advance(import_.pk)

        marketer.post(page_of(import_), {"verb": "stop"})
        stopped = marketer.get(page_of(import_))
        marketer.post(page_of(import_), {"verb": "resume"})
        running.drain()

        assert stopped.context["can_resume"]
        assert Contact.objects.count() == 2

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (b"", "This file is empty."),
            (b"PK\x03\x04", "Excel workbook"),
            ("name\nJürgen\nZoë\n".encode("latin-1"), "not written in UTF-8"),
            (b"id,id\n1,2\n", "Two columns are called"),
        ],
    )
    def test_it_says_at_the_file_what_is_wrong_with_it(self, marketer, text, words):
        site = a_site()

        page = marketer.post(f"{ADD}?kind=contacts", {"site": site.pk, "file": upload(text)})

        (error,) = page.context["form"].errors["file"]
        assert words in error
        assert page.context["form"]["site"].value() == str(site.pk)
        assert not Import.objects.exists()

    def test_it_refuses_a_file_that_is_too_large(self, marketer, settings):
        settings.IMPORT_MAX_BYTES = 10

        page = marketer.post(f"{ADD}?kind=contacts", {"site": a_site().pk, "file": upload(PEOPLE)})

        assert "larger than" in page.context["form"].errors["file"][0]
        assert not Import.objects.exists()

    def test_it_says_at_the_option_what_is_wrong_with_it(self, marketer):
        site = a_site()

        page = marketer.post(
            f"{ADD}?kind=members", {"site": site.pk, "file": upload(PEOPLE), "mode": "add"}
        )

        assert list(page.context["form"].errors) == ["new_segment"]
        assert not Import.objects.exists()

    def test_it_says_at_the_column_what_is_wrong_with_it(self, marketer):
        import_ = an_import(PEOPLE)
        form = marketer.get(page_of(import_)).context["form"]

        page = marketer.post(
            page_of(import_),
            {**inputs(form), "to_1": "external_id", "name_2": "", "verb": "check"},
        )

        assert list(page.context["form"].errors) == ["to_1", "to_2"]
        import_.refresh_from_db()
        assert import_.status == "uploaded"

    def test_it_can_be_mapped_again_after_the_check(self, marketer):
        import_ = an_import(PEOPLE)
        marketer.post(page_of(import_), {"verb": "check"})
        running.drain()

        page = marketer.get(f"{page_of(import_)}?step=map")

        assert page.context["form"]["to_0"].value() == "external_id"

    def test_it_says_that_its_file_is_lost(self, marketer):
        import_ = an_import(PEOPLE)
        import_.file.storage.delete(import_.file.name)

        page = marketer.get(page_of(import_))
        marketer.post(page_of(import_), {**inputs(page.context["form"]), "verb": "check"})
        running.drain()

        failed = marketer.get(page_of(import_))
        assert failed.context["status"] == "failed"
        assert running.GONE in failed.content.decode()

    def test_it_keeps_its_mapping_once_it_runs(self, marketer, monkeypatch):
        monkeypatch.setattr(running, "BATCH_ROWS", 1)
        import_ = an_import(PEOPLE.replace("\n,", "\nben,"))
        form = marketer.get(page_of(import_)).context["form"]
        late = {**inputs(form), "name_1": "Other", "verb": "check"}
        marketer.post(page_of(import_), {"verb": "run"})
        running.advance(import_.pk)

        while_running = marketer.post(page_of(import_), late)
        running.drain()
        when_finished = marketer.post(page_of(import_), late)

        assert (while_running.status_code, when_finished.status_code) == (302, 302)
        states = Contact.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == [{"plan": "gold", "age": 30}, {"plan": "basic", "age": 20}]

    def test_it_shows_hostile_cells_as_text(self, marketer):
        text = 'external_id,"<script>x</script>"\nanna,<img src=x onerror=alert(1)>\n<b>,\n'

        page = marketer.get(page_of(an_import(text))).content.decode()

        assert "<script>x" not in page
        assert "<img src=x" not in page

    def test_it_deletes_the_report_and_keeps_the_people(self, marketer):
        import_ = brought_in(PEOPLE)

        marketer.post(f"/admin/accounts/import/{import_.pk}/delete/", {"post": "yes"})

        assert not Import.objects.exists()
        assert Contact.objects.count() == 1

    def test_it_costs_the_same_with_one_issue_and_with_many(self, marketer):
        one = brought_in(PEOPLE)
        many = brought_in("external_id,plan\n" + ",x\n" * 10, site=one.site)
        marketer.get(page_of(one))

        costs = []
        for import_ in (one, many):
            with CaptureQueriesContext(connection) as queries:
                marketer.get(page_of(import_))
            costs.append(len(queries))

        assert costs[0] == costs[1] < 10


class TestPermissions:
    def test_subscriptions_are_not_the_marketers(self, marketer):
        import_ = an_import("endpoint\nx\n", kind="subscriptions")

        answers = [
            marketer.get(page_of(import_)).status_code,
            marketer.post(page_of(import_), {"verb": "run"}).status_code,
            marketer.get(f"/admin/accounts/import/{import_.pk}/progress/").status_code,
            marketer.get(f"/admin/accounts/import/{import_.pk}/report/").status_code,
        ]
        offered = marketer.get(f"{ADD}?kind=subscriptions")

        assert answers == [404, 404, 404, 404]
        assert [kind.name for kind in offered.context["kinds"]] == ["contacts", "members"]
        import_.refresh_from_db()
        assert import_.status == "uploaded"

    def test_imports_are_not_the_analysts(self, client):
        import_ = an_import(PEOPLE)
        client.force_login(a_user("Analyst"))

        answers = [
            client.get(ADD).status_code,
            client.post(f"{ADD}?kind=contacts", {}).status_code,
            client.get(page_of(import_)).status_code,
            client.post(page_of(import_), {"verb": "run"}).status_code,
            client.get(f"/admin/accounts/import/{import_.pk}/progress/").status_code,
        ]

        assert answers == [403] * 5

    def test_nobody_comes_in_without_logging_in(self, client):
        import_ = an_import(PEOPLE)

        assert client.get(page_of(import_)).status_code == 302
        assert client.get(f"/admin/accounts/import/{import_.pk}/report/").status_code == 302
