"""Whom a page may not log in: who was not signed, and who was erased."""

import time

import pytest

from apps.accounts import identity_hash
from apps.accounts.models import Contact, ErasedId, Site
from apps.accounts.privacy import persons
from apps.devices import identity
from apps.devices.models import Device
from tests.factories import a_contact, a_device, a_site, a_subscription

pytestmark = pytest.mark.django_db


def contact_named(external_id):
    return Contact.objects.get(external_id=external_id)


class TestProof:
    """What makes a hash valid is tested in tests/accounts/test_identity_hash.py."""

    @pytest.fixture
    def secret(self):
        site = a_site(identity_check="required")
        return identity_hash.create_secret(site)

    def proof(self, secret):
        return identity_hash.make(secret, "anna", expires_at=int(time.time()) + 600)

    def test_it_takes_whom_the_sites_server_has_signed(self, secret):
        device = a_device(Site.objects.get())

        contact = identity.identify(device, "anna", proof=self.proof(secret), state={"vip": True})

        assert (contact.external_id, contact.state) == ("anna", {"vip": True})

    def test_it_writes_nothing_for_who_was_not_signed(self, secret):
        device = a_device(Site.objects.get())
        a_contact(device.contact.site, external_id="anna")

        with pytest.raises(identity_hash.IdentityRefused):
            identity.identify(device, "anna", state={"vip": True}, language="fr")

        assert contact_named("anna").state == {}
        assert Device.objects.get().contact.is_anonymous_visitor

    def test_it_writes_no_state_of_who_is_logged_in_without_a_proof(self, secret):
        device = a_device(Site.objects.get())
        identity.identify(device, "anna", proof=self.proof(secret))

        with pytest.raises(identity_hash.IdentityRefused):
            identity.identify(device, "anna", state={"vip": True})

        assert contact_named("anna").state == {}


class TestErased:
    @pytest.fixture
    def device(self):
        device = a_subscription().device
        hash = persons.hash_of_external_id("anna")
        ErasedId.objects.create(site=device.contact.site, hash=hash)
        return device

    def test_who_was_erased_stays_an_anonymous_visitor(self, device):
        contact = identity.identify(device, "anna", state={"vip": True})

        assert contact == device.contact == Contact.objects.get()
        assert (contact.external_id, contact.state) == (None, {})

    def test_the_one_who_was_logged_in_before_is_not_here_any_more(self, device):
        identity.identify(device, "ben")

        contact = identity.identify(device, "anna")

        assert contact.is_anonymous_visitor
        assert Device.objects.get().contact == contact
        assert contact_named("ben").push_status == "suspended"

    def test_the_site_may_take_them_back(self, device):
        Site.objects.update(recreates_erased=True)
        device = Device.objects.get()

        assert identity.identify(device, "anna").external_id == "anna"

    def test_it_knows_a_contact_who_was_made_again_on_purpose(self, device):
        anna = a_contact(device.contact.site, external_id="anna")

        assert identity.identify(device, "anna") == anna
