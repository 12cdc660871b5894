import json

import pytest
from django.test import Client

from apps.accounts.models import AuditEntry, Contact, Role
from apps.assets.models import Variation
from apps.delivery import testing
from apps.devices.models import LinkedBrowser
from tests.delivery.linking import a_linked_browser
from tests.factories import a_push, a_site, a_user, an_event

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def asset(site):
    return a_push(site, title="Hi {{ state.first_name }}{{ event.price }}", status="draft")


@pytest.fixture
def anna(site):
    return Contact.objects.create(site=site, external_id="anna", state={"first_name": "Anna"})


@pytest.fixture
def marketer():
    return a_user("Marketer")


@pytest.fixture
def office(client, marketer):
    client.force_login(marketer)
    return client


def dialog(asset):
    return f"/admin/delivery/push/test/{asset.pk}/"


def send(client, asset, **values):
    return client.post(dialog(asset), {"to": "mine", **values}, headers=HTMX).content.decode()


def titles(service, there):
    return [json.loads(m.plaintext)["notification"]["title"] for m in service.messages(there.token)]


class TestPanel:
    def test_the_page_of_a_push_offers_a_test_whatever_its_status(self, office, asset):
        for status in ("draft", "active", "archived"):
            type(asset).objects.update(status=status)
            page = office.get(f"/admin/assets/push/{asset.pk}/change/").content.decode()

            assert f'hx-get="{dialog(asset)}"' in page

    def test_an_analyst_is_not_offered_it_and_may_not(self, client, asset):
        client.force_login(a_user("Analyst"))

        page = client.get(f"/admin/assets/push/{asset.pk}/change/").content.decode()

        assert dialog(asset) not in page
        assert client.get(dialog(asset)).status_code == 403
        assert client.post(dialog(asset), {"to": "mine"}).status_code == 403


class TestDialog:
    def test_it_is_a_piece_for_the_page_and_a_page_on_its_own(self, office, asset):
        piece = office.get(dialog(asset), headers=HTMX).content.decode()
        page = office.get(dialog(asset)).content.decode()

        assert 'id="dialog"' in piece and "<html" not in piece
        assert 'id="dialog"' in page and "<html" in page

    def test_it_is_filled_for_the_newest_contact(self, office, asset, anna):
        page = office.get(dialog(asset), headers=HTMX).content.decode()

        assert ">anna</a>, the newest contact." in page
        assert "They would get the default content." in page

    def test_without_a_contact_it_is_filled_with_made_up_values(self, office, asset, site):
        page = office.get(dialog(asset), headers=HTMX).content.decode()

        assert f"Filled with made-up values: {site} has no contact yet." in page

    def test_it_offers_the_variations_drafts_too(self, office, asset):
        Variation.objects.create(asset=asset, name="VIP", status="active")
        Variation.objects.create(asset=asset, name="French")

        page = office.get(dialog(asset), headers=HTMX).content.decode()

        assert ">VIP</option>" in page and ">French (draft)</option>" in page

    def test_find_sends_nothing_and_offers_the_contacts_events(
        self, service, office, asset, anna, marketer, site
    ):
        a_linked_browser(marketer, site, service)
        event = an_event(anna, price=20)
        Contact.objects.create(site=site)

        page = send(office, asset, who="anna", find="1")

        assert ">anna</a>." in page
        assert f'<option value="{event.pk}">purchase, ' in page
        assert service.attempts() == []

    def test_it_says_whom_it_does_not_find(self, office, asset, anna, site):
        Contact.objects.create(site=site, external_id="anna-2")

        assert f"Nobody on {site} is known as “ben”." in send(office, asset, who="ben", find="1")
        assert "Several begin so: anna, anna-2" in send(office, asset, who="ann", find="1")

    def test_there_is_no_such_push(self, office):
        assert office.get("/admin/delivery/push/test/999999/").status_code == 404


class TestSend:
    def test_she_sees_what_her_push_service_answered(
        self, service, office, asset, anna, marketer, site
    ):
        there = a_linked_browser(marketer, site, service)

        page = send(office, asset)

        assert titles(service, there) == ["Hi Anna"]
        assert "Sent: the default content" in page
        assert "Accepted by its push service." in page and "<code>201" in page

    def test_one_that_has_gone_is_off_the_list_at_once(
        self, service, office, asset, marketer, site
    ):
        service.end(a_linked_browser(marketer, site, service))

        page = send(office, asset)

        assert "unlinked; link it again" in page
        assert "You have linked no browser" in page
        assert LinkedBrowser.objects.count() == 0

    def test_with_an_event_that_happened_or_with_properties_as_json(
        self, service, office, asset, anna, marketer, site
    ):
        there = a_linked_browser(marketer, site, service)
        event = an_event(anna, price=20)

        send(office, asset, happened=event.pk)
        send(office, asset, properties='{"price": 30}')

        assert titles(service, there) == ["Hi Anna20", "Hi Anna30"]

    def test_with_the_variation_that_she_chose(self, service, office, asset, anna, marketer, site):
        there = a_linked_browser(marketer, site, service)
        french = Variation.objects.create(asset=asset, name="French", content={"title": "Salut"})

        page = send(office, asset, variation=french.pk)

        assert titles(service, there) == ["Salut"]
        assert "Sent: variation “French”" in page

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"properties": "{"}, "This is not readable as JSON."),
            ({"properties": "[1]"}, "Write a JSON object"),
            ({"properties": "[" * 15_000}, "This is not readable as JSON."),
            ({"properties": '{"a": NaN}'}, "This is not readable as JSON."),
            ({"properties": "x" * 16_001}, "at most 16000 characters"),
            ({"to": "everybody"}, "Select a valid choice"),
            ({"variation": "999999"}, "Select a valid choice"),
            ({"happened": "999999"}, "Choose an event of this contact."),
            ({"who": "x\x00y"}, "Null characters are not allowed"),
            ({"who": "x" * 151}, "at most 150 characters"),
            ({"to": "devices"}, "Write whose devices are to get it."),
        ],
    )
    def test_bad_input_gets_its_error_and_nothing_is_sent(
        self, values, words, service, office, asset, anna, marketer, site
    ):
        a_linked_browser(marketer, site, service)

        page = send(office, asset, **values)

        assert words in page
        assert service.attempts() == []

    def test_an_event_and_properties_are_too_much(
        self, service, office, asset, anna, marketer, site
    ):
        a_linked_browser(marketer, site, service)
        event = an_event(anna, price=20)

        page = send(office, asset, happened=event.pk, properties='{"price": 1}')

        assert "Choose an event or write properties, not both." in page
        assert service.attempts() == []

    def test_without_a_linked_browser_it_says_what_to_do(self, service, office, asset):
        assert "Link this browser first." in send(office, asset)

    def test_to_the_devices_of_a_contact(self, service, office, a_receiver):
        receiver = a_receiver(title="Hi")
        contact = receiver.device.contact

        page = send(office, receiver.push, to="devices", who=str(contact.pk))

        assert titles(service, receiver.there) == ["Hi"]
        assert "Firefox on Linux" in page
        assert AuditEntry.objects.get().subject == f"Contact {contact.pk}"

    def test_a_refusal_says_why(self, service, office, asset, anna):
        page = send(office, asset, to="devices", who="anna")

        assert "anna has no live device." in page
        assert AuditEntry.objects.count() == 0

    def test_who_may_not_see_contacts_gets_made_up_values_and_no_devices(
        self, service, office, a_receiver, marketer
    ):
        receiver = a_receiver(title="{{ state.x }}")
        there = a_linked_browser(marketer, receiver.site, service)
        role = Role.objects.get(name="Marketer")
        role.permissions.remove(role.permissions.get(codename="view_contact"))
        contact = receiver.device.contact

        page = send(office, receiver.push, to="devices", who=str(contact.pk))

        assert str(contact) not in page and 'name="who"' not in page
        assert receiver.messages(service) == []
        assert len(service.messages(there.token)) == 1

    def test_there_is_an_end_to_it(self, service, office, asset, marketer, site, monkeypatch):
        monkeypatch.setattr(testing.Turns, "rate", "2/hour")
        there = a_linked_browser(marketer, site, service)

        pages = [send(office, asset) for _ in range(3)]

        assert "You have sent 2 tests in an hour. Wait 60 minutes." in pages[2]
        assert len(service.messages(there.token)) == 2

    def test_another_site_cannot_make_her_browser_do_it(self, marketer, asset):
        client = Client(enforce_csrf_checks=True)
        client.force_login(marketer)

        assert client.post(dialog(asset), {"to": "mine"}).status_code == 403
