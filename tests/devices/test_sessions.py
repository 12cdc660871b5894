import pytest
from django.utils import timezone

from apps.accounts.models import Contact, Event
from apps.devices import sessions
from apps.devices.models import Device, Session
from tests.factories import a_device, a_report, a_site, a_subscription

pytestmark = pytest.mark.django_db


def names_of_events(contact):
    return list(
        Event.objects.filter(contact=contact).order_by("id").values_list("name__name", flat=True)
    )


class TestOpenSession:
    def test_it_makes_a_device_of_an_anonymous_contact_for_a_first_visit(self):
        site = a_site()

        opened = sessions.open_session(site, None, a_report("ask"))

        contact = Contact.objects.get()
        assert (contact.site, contact.external_id) == (site, None)
        assert (contact.push_status, contact.language) == ("ask", "de")
        assert (opened.device.browser, opened.device.os) == ("Firefox", "Linux")
        assert opened.is_new
        assert names_of_events(contact) == ["session_started"]

    def test_it_shows_the_secret_once_and_keeps_only_its_hash(self):
        opened = sessions.open_session(a_site(), None, a_report())
        again = sessions.open_session(opened.device.contact.site, opened.device, a_report())

        assert opened.device.secret_hash == sessions.hash_secret(opened.secret)
        assert again.secret is None

    def test_it_keeps_a_running_visit_alive(self):
        device = a_device()

        opened = sessions.open_session(device.contact.site, device, a_report())

        assert not opened.is_new
        assert Session.objects.count() == 1
        assert names_of_events(device.contact) == ["session_started"]

    def test_it_begins_a_new_visit_after_half_an_hour_of_silence(self):
        device = a_device()
        Session.objects.update(last_seen_at=timezone.now() - timezone.timedelta(minutes=31))

        opened = sessions.open_session(device.contact.site, device, a_report())

        assert opened.is_new
        assert Session.objects.count() == 2

    def test_polling_and_tracking_keep_a_visit_alive(self):
        device = a_device()
        Session.objects.update(last_seen_at=timezone.now() - timezone.timedelta(minutes=29))

        sessions.sign_of_life(device)

        assert Session.objects.get().last_seen_at > timezone.now() - timezone.timedelta(minutes=1)

    def test_no_sign_of_life_revives_a_visit_that_has_ended(self):
        device = a_device()
        ended = timezone.now() - timezone.timedelta(minutes=31)
        Session.objects.update(last_seen_at=ended)

        sessions.sign_of_life(device)

        assert Session.objects.get().last_seen_at == ended

    def test_it_follows_the_push_status_within_a_visit(self):
        device = a_device(push_status="ask")

        sessions.open_session(device.contact.site, device, a_report("blocked"))

        assert Contact.objects.get().push_status == "blocked"
        assert Device.objects.get().push_status == "blocked"
        assert names_of_events(device.contact) == ["session_started", "push_status_changed"]

    def test_it_takes_the_status_of_the_last_session_among_several_devices(self):
        subscription = a_subscription()
        contact, site = subscription.device.contact, subscription.device.contact.site
        phone = Device.objects.create(contact=contact, secret_hash="x")

        sessions.open_session(site, phone, a_report("ask"))

        contact.refresh_from_db()
        assert (contact.push_status, contact.is_reachable) == ("ask", True)

    @pytest.mark.parametrize("status", ["ask", "blocked", "not_supported"])
    def test_it_ends_the_subscription_when_the_permission_is_gone(self, status):
        subscription = a_subscription()
        device = subscription.device

        sessions.open_session(device.contact.site, device, a_report(status))

        subscription.refresh_from_db()
        assert subscription.end_reason == "revoked"
        assert not Contact.objects.get().is_reachable
