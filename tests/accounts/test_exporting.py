import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts import exporting
from apps.accounts.models import AuditEntry, Contact
from tests.factories import a_contact, a_site, a_user, brought_in, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]

STATES = [
    {"n": 1, "f": 1.5, "b": True, "l": [1, "a"], "mixed": "x", "code": "007", "date": "2026-01-01"},
    {"n": 2.25, "l": [], "b": False, "mixed": 3, "deep": {"a": 1}, "empty": "", "neg": "-5"},
    {"mixed": {"x": [1]}, "n": 10**17, "formula": "=1+1", "quoted": "'=x", "phone": "+4912"},
    {"lines": 'a\r\nb"c', "tab": "\tz", "mixed": True, "weird: name": "ü", "state.x:number": "y"},
]


def a_full_site():
    site = a_site()
    for number, state in enumerate(STATES):
        a_contact(site, external_id=f"c{number}", state=state, language="de")
    a_contact(site)
    a_contact(external_id="elsewhere")
    return site


def lines(site, format_):
    return "".join(exporting.contacts(Contact.objects.filter(site=site), format_=format_))


class TestContacts:
    @pytest.mark.parametrize("format_", ["csv", "jsonl"])
    def test_it_comes_back_unchanged(self, format_):
        site = a_full_site()
        before = list(Contact.objects.order_by("pk").values())

        import_ = brought_in(lines(site, format_), site=site)

        assert counts(import_) == {"created": 0, "updated": 0, "unchanged": 4, "broken": 0}
        assert list(Contact.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("format_", ["csv", "jsonl"])
    def test_it_makes_the_same_contacts_on_another_site(self, format_):
        site, other = a_full_site(), a_site()

        brought_in(lines(site, format_), site=other)

        def known(site):
            found = site.contacts.filter(external_id__isnull=False).order_by("external_id")
            # An empty text is no text: an empty cell changes nothing.
            return [
                (row.external_id, row.language, {k: v for k, v in row.state.items() if v != ""})
                for row in found
            ]

        assert known(other) == known(site)

    def test_it_holds_no_formula(self):
        site = a_full_site()
        a_contact(site, external_id="=cmd|' /C calc'!A0")

        rows = list(csv.reader(io.StringIO(lines(site, "csv"))))

        cells = [cell for row in rows for cell in row]
        assert [cell for cell in cells if cell[:1] in "=+@\t\r" and cell] == []
        assert [cell for cell in cells if cell.startswith("-")] == ["-5"]

    def test_it_reads_page_by_page(self, monkeypatch):
        monkeypatch.setattr(exporting, "PAGE", 2)
        site = a_full_site()

        with CaptureQueriesContext(connection) as queries:
            rows = lines(site, "jsonl").splitlines()

        assert [json.loads(row)["external_id"] for row in rows] == ["c0", "c1", "c2", "c3"]
        assert len(queries) == 3


class TestExportView:
    def test_it_sends_what_the_list_shows(self, client):
        site = a_full_site()
        user = a_user("Marketer")
        client.force_login(user)

        answer = client.get(f"/admin/accounts/contact/export/jsonl/?site__id__exact={site.pk}&q=c1")

        rows = [json.loads(row) for row in b"".join(answer.streaming_content).splitlines()]
        assert [row["external_id"] for row in rows] == ["c1"]
        assert answer["Content-Disposition"] == 'attachment; filename="contacts.jsonl"'
        entry = AuditEntry.objects.get()
        assert (entry.user, entry.action, entry.subject) == (user, "exported", "contacts")
        # Who was searched for may be erased, and the log is kept for ever.
        assert entry.details == {"filters": {"site__id__exact": str(site.pk), "q": "…"}}

    @pytest.mark.parametrize("query", ["is_reachable__exact=foo", "nonsense=1"])
    def test_it_leads_back_to_the_list_where_the_list_would(self, client, query):
        client.force_login(a_user("Marketer"))
        page = "/admin/accounts/contact/"

        answer = client.get(f"{page}export/csv/?{query}")

        assert client.get(f"{page}?{query}").status_code == 302
        assert (answer.status_code, answer["Location"]) == (302, page)
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize(
        ("role", "address", "status"),
        [
            ("Analyst", "/admin/accounts/contact/export/csv/", 403),
            ("Marketer", "/admin/devices/device/export/csv/", 403),
            ("Marketer", "/admin/accounts/contact/export/exe/", 404),
        ],
    )
    def test_it_refuses_and_notes_nothing(self, client, role, address, status):
        client.force_login(a_user(role))

        assert client.get(address).status_code == status

        assert not AuditEntry.objects.exists()

    def test_it_offers_a_button_to_those_who_may(self, client):
        a_full_site()

        def page(role):
            client.force_login(a_user(role))
            return client.get("/admin/accounts/contact/?q=c1").content.decode()

        assert "export/csv/?q=c1" in page("Marketer")
        assert "export/csv/" not in page("Analyst")


class TestCommand:
    def test_it_writes_a_file_that_only_its_owner_reads(self, tmp_path, capsys):
        site = a_full_site()
        path = tmp_path / "out.csv"

        call_command("export_contacts", site=site.name, output=str(path))

        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_bytes().decode() == lines(site, "csv")

    def test_it_names_the_sites_when_there_is_no_such(self):
        a_site(name="Shop")

        with pytest.raises(CommandError, match="there are: Shop"):
            call_command("export_contacts", site="Shoop")
