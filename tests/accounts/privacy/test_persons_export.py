import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts import events
from apps.accounts.models import AuditEntry
from apps.accounts.privacy import persons
from apps.accounts.privacy.relations import kinds
from apps.devices import identity
from apps.devices.models import Device, Session, Subscription
from tests.accounts.persons import MARK, a_person
from tests.factories import a_contact, a_device, a_site, a_subscription, an_api_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


class TestExport:
    def test_it_holds_something_of_every_kind_that_belongs_to_contacts(self, site):
        contact = a_person(site)

        exported = persons.export(contact, by="Test")

        assert set(exported) == {"contact", *(kind.label for kind in kinds())}
        assert [name for name, rows in exported.items() if not rows] == []
        assert exported["contact"]["external_id"] == "anna-person"
        assert exported["contact"]["state"] == {"name": MARK}
        purchase = next(r for r in exported["accounts.event"] if r["name"] == "purchase")
        assert purchase["properties"] == {"what": MARK}
        assert json.loads(json.dumps(exported)) == exported

    def test_it_leaves_secrets_out(self, site):
        contact = a_person(site)
        device, subscription = Device.objects.get(), Subscription.objects.get()

        text = json.dumps(persons.export(contact, by="Test"))

        for secret in (
            device.secret_hash,
            subscription.auth,
            subscription.p256dh,
            subscription.endpoint,
        ):
            assert secret not in text

    def test_it_is_told_of_every_column_that_may_be_a_secret(self):
        suspicious = (
            *("secret", "token", "auth", "p256dh", "endpoint", "hash", "private", "key"),
            "headers",
        )
        found = {
            field.name
            for kind in kinds()
            for field in kind.model._meta.concrete_fields
            if any(word in field.name for word in suspicious)
        }

        # `key` of an event and of a message only makes it one, as that of an entry does; that of
        # a subscription is public.
        assert found - persons.LEFT_OUT == {"key", "entry_key"}
        assert found >= persons.LEFT_OUT

    def test_it_tells_nothing_of_others_on_the_same_browser(self, site):
        anna = a_person(site)
        device = Device.objects.get()
        identity.identify(device, "ben", state={"secret": "of ben"})
        Session.objects.filter(contact__external_id="ben").update(url="/only-ben")

        identity.identify(device, "anna-person")
        anna.refresh_from_db()
        exported = persons.export(anna, by="Test")

        assert "/only-ben" not in json.dumps(exported)
        assert len(exported["devices.device"]) == 1

    def test_it_is_audited(self, site):
        key = an_api_key(site)
        contact = a_contact(site, external_id="anna")

        persons.export(contact, by=key)

        entry = AuditEntry.objects.latest("id")
        assert (entry.action, entry.subject, entry.site) == (
            "contact_exported",
            f"Contact {contact.pk}",
            site,
        )
        assert entry.who == f"API key “Shop” ({key.prefix})"

    def test_it_needs_the_same_queries_for_any_number_of_rows(self, site):
        contact = a_person(site)
        persons.export(contact, by="Test")
        with CaptureQueriesContext(connection) as one:
            persons.export(contact, by="Test")
        for _ in range(2):
            events.track(contact, "purchase")
            a_device_of(contact)

        with CaptureQueriesContext(connection) as three:
            persons.export(contact, by="Test")

        assert len(three) == len(one)


def a_device_of(contact):
    device = a_device(contact.site, "allowed")
    a_subscription(device)
    identity.identify(device, contact.external_id)
    return device
