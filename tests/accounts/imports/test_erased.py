"""A person is erased while an uploaded file that names them waits, or is half-way in."""

import json

import pytest
from django.db import transaction

from apps.accounts.imports import running, steering
from apps.accounts.models import Contact, ErasedId, Import
from apps.accounts.privacy import persons
from apps.devices.models import Device, Subscription
from apps.segments.models import Member
from tests.devices.previous import OLD_KEY, a_row, table
from tests.factories import a_contact, a_segment, a_site, an_import, counts
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
REFUSED = ("external_id", "This person was erased, and the site keeps it so.", "")
PEOPLE = ["ben", "anna", "carl"]


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def row_by_row(monkeypatch):
    monkeypatch.setattr(running, "BATCH_ROWS", 1)


def as_csv(people):
    return "external_id,plan\n" + "".join(f"{name},gold\n" for name in people)


def as_json_lines(people):
    rows = [{"external_id": name, "plan": "gold"} for name in people]
    return "".join(json.dumps(row) + "\n" for row in rows)


written = pytest.mark.parametrize("write", [as_csv, as_json_lines])


def erase(site, external_id="anna"):
    contact, _ = Contact.objects.get_or_create(site=site, external_id=external_id)
    persons.erase(contact, by="Test")


def run(import_):
    steering.run(import_)
    running.drain()
    import_.refresh_from_db()


def names():
    return sorted(Contact.objects.values_list("external_id", flat=True))


def issues(import_):
    return list(import_.issues.values_list("field", "message", "value"))


@written
class TestContacts:
    def test_a_file_that_waits_does_not_bring_them_back(self, site, write):
        import_ = an_import(write(PEOPLE), site=site)

        erase(site)
        run(import_)

        assert names() == ["ben", "carl"]
        assert counts(import_) == {"created": 2, "updated": 0, "unchanged": 0, "broken": 1}

    def test_a_run_stopped_before_them_does_not_when_it_goes_on(self, site, write):
        import_ = an_import(write(PEOPLE), site=site)
        steering.run(import_)
        running.advance(import_.pk)
        steering.stop(import_)

        erase(site)
        steering.resume(import_)
        running.drain()

        assert names() == ["ben", "carl"]

    def test_a_run_that_has_passed_them_does_not_either(self, site, write):
        import_ = an_import(write([*PEOPLE, "anna"]), site=site)
        steering.run(import_)
        for _ in range(2):
            running.advance(import_.pk)
        steering.stop(import_)
        assert names() == ["anna", "ben"]

        erase(site)
        steering.resume(import_)
        running.drain()

        assert names() == ["ben", "carl"]

    def test_the_report_does_not_name_them_again(self, site, write):
        import_ = an_import(write(["anna"]), site=site)

        erase(site)
        run(import_)

        assert issues(import_) == [REFUSED]
        assert "anna" not in json.dumps(list(Import.objects.values("mapping", "message")))

    def test_they_come_back_where_the_site_says_so(self, site, write):
        site.recreates_erased = True
        site.save()
        import_ = an_import(write(PEOPLE), site=site)

        erase(site)
        run(import_)

        assert names() == ["anna", "ben", "carl"]
        assert ErasedId.objects.count() == 1

    def test_another_site_may_know_them(self, site, write):
        import_ = an_import(write(PEOPLE))

        erase(site)
        run(import_)

        assert names() == ["anna", "ben", "carl"]


class TestRowsThatCannotBeRead:
    @pytest.mark.parametrize("row", ["anna,gold,more", 'anna,"gold', '"anna";x,gold,'])
    def test_a_row_of_csv_names_them_in_no_report(self, site, row):
        import_ = an_import(f"external_id,plan\n{row}\nben,gold,more\n", site=site)

        erase(site)
        run(import_)

        assert [value for _, _, value in issues(import_)] == ["", "ben,gold,more"]

    @pytest.mark.parametrize(
        "row", ['{"external_id": "anna", "plan": }', '{"external_id":"anna"', '["anna"]']
    )
    def test_a_line_that_is_no_json_names_them_in_no_report(self, site, row):
        import_ = an_import(f"{as_json_lines(['ben'])}{row}\n[7]\n", site=site)

        erase(site)
        run(import_)

        assert [value for _, _, value in issues(import_)] == ["", "[7]"]


class TestOtherKinds:
    @pytest.mark.parametrize("form", ["csv", "jsonl"])
    def test_their_subscription_stays_out(self, site, form):
        rows = [a_row(1, external_id="ben"), a_row(2, external_id="anna")]
        text = table(*rows) if form == "csv" else "".join(json.dumps(r) + "\n" for r in rows)
        import_ = an_import(text, kind="subscriptions", site=site, private_key=OLD_KEY)

        erase(site)
        run(import_)

        assert names() == ["ben"]
        assert (Device.objects.count(), Subscription.objects.count()) == (1, 1)
        assert issues(import_) == [REFUSED]

    def test_no_list_names_them_again(self, site):
        segment = a_segment(site, kind="imported")
        a_contact(site, external_id="ben")
        import_ = an_import(
            "external_id\nben\nanna\ncarl\n", kind="members", site=site, segment=str(segment.pk)
        )

        erase(site)
        run(import_)

        assert Member.objects.get().contact.external_id == "ben"
        assert [value for _, _, value in issues(import_)] == ["", "carl"]


class TestPageOfErasing:
    def test_it_tells_of_files_that_wait(self, client, superuser, site):
        client.force_login(superuser)
        contact = a_contact(site, external_id="anna")
        address = f"/admin/accounts/contact/{contact.pk}/erase/"
        before = " ".join(client.get(address).content.decode().split())
        an_import(as_csv(PEOPLE), site=site)
        an_import(as_csv(PEOPLE))

        after = " ".join(client.get(address).content.decode().split())

        assert "uploaded file" not in before
        assert f"1 uploaded file of {site} waits to be brought in" in after
        assert (
            "the row is left out, and a file is removed when it has run or after 7 days." in after
        )


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_batch_that_waits_for_the_erasure_leaves_them_out(self, site):
        import_ = an_import(as_csv(PEOPLE), site=site)
        a_contact(site, external_id="anna")
        steering.run(import_)

        with transaction.atomic():
            erase(site)
            batch = Meanwhile(running.drain)
            wait_until_blocked()
        batch.ends()

        assert names() == ["ben", "carl"]
