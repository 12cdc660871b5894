"""Where a person is exported and erased from: the contact's page, and the command line."""

import json

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import AuditEntry, Contact, Event
from tests.accounts.persons import a_person
from tests.factories import a_contact, a_site, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact():
    return a_person(a_site())


def page(contact, name):
    return f"/admin/accounts/contact/{contact.pk}/{name}/"


class TestAdmin:
    def test_it_gives_a_file_with_everything(self, client, superuser, contact):
        client.force_login(superuser)

        answer = client.get(page(contact, "export"))

        assert answer["Content-Disposition"] == (
            f'attachment; filename="contact-{contact.pk}.json"'
        )
        assert json.loads(answer.content)["contact"]["external_id"] == "anna-person"
        assert AuditEntry.objects.get().user == superuser

    def test_it_says_what_goes_before_anything_does(self, client, superuser, contact):
        client.force_login(superuser)

        answer = client.get(page(contact, "erase"))

        assert answer.context["counts"]["events"] == Event.objects.count()
        shown = answer.content.decode()
        assert "<dt>devices</dt><dd>1</dd>" in shown
        assert "Yes, erase this person" in shown
        assert Contact.objects.filter(pk=contact.pk).exists()

    def test_it_erases_when_it_is_confirmed(self, client, superuser, contact):
        client.force_login(superuser)

        answer = client.post(page(contact, "erase"), follow=True)

        assert not Contact.objects.exists()
        assert AuditEntry.objects.get().who == superuser.username
        assert f"Contact {contact.pk} is erased" in answer.content.decode()
        assert "anna-person" not in answer.content.decode()
        assert client.post(page(contact, "erase")).status_code == 404

    def test_it_offers_both_on_the_page_of_the_contact(self, client, superuser, contact):
        client.force_login(superuser)

        shown = client.get(page(contact, "change")).content.decode()

        assert "Export as JSON" in shown
        assert page(contact, "erase") in shown

    @pytest.mark.parametrize("role", ["Marketer", "Analyst"])
    def test_it_is_for_administrators_only(self, client, contact, role):
        client.force_login(a_user(role))

        assert client.get(page(contact, "export")).status_code == 403
        assert client.post(page(contact, "erase")).status_code == 403
        shown = client.get(page(contact, "change")).content.decode()

        assert page(contact, "erase") not in shown
        assert Contact.objects.filter(pk=contact.pk).exists()
        assert not AuditEntry.objects.exists()


class TestCommands:
    def test_it_prints_everything(self, capsys, contact):
        call_command("export_contact", site=contact.site.name, external_id="anna-person")

        assert json.loads(capsys.readouterr().out)["contact"]["id"] == contact.pk
        assert AuditEntry.objects.get().who == "The command line"

    def test_it_erases_only_when_told_twice(self, capsys, contact):
        who = {"site": str(contact.site_id), "contact": contact.pk}

        call_command("erase_contact", **who)
        assert "Add --yes to do it." in capsys.readouterr().out
        assert Contact.objects.exists()

        call_command("erase_contact", **who, yes=True)
        assert not Contact.objects.exists()

    def test_it_finds_nobody_of_another_site(self, contact):
        other = a_contact(external_id="ben").site

        for command in ("export_contact", "erase_contact"):
            with pytest.raises(CommandError):
                call_command(command, site=other.name, contact=contact.pk)

        assert Contact.objects.filter(pk=contact.pk).exists()


class TestAuditLog:
    def test_it_tells_in_words_who_did_what(self, client, superuser, contact):
        client.force_login(superuser)
        client.get(page(contact, "export"))

        shown = client.get("/admin/accounts/auditentry/?action=contact_exported").content.decode()

        assert "Contact exported" in shown
        assert superuser.username in shown

    @pytest.mark.parametrize("role", ["Marketer", "Analyst"])
    def test_it_is_for_administrators_only(self, client, role):
        client.force_login(a_user(role))

        assert client.get("/admin/accounts/auditentry/").status_code == 403
