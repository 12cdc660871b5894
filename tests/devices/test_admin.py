import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.devices import consent, identity, keys, sessions, subscriptions
from apps.devices.models import Session, Subscription, VapidKey
from tests.accounts.house import login
from tests.factories import (
    a_contact,
    a_device,
    a_new_subscription,
    a_report,
    a_site,
    a_subscription,
    an_event,
)

pytestmark = pytest.mark.django_db

SUBMITTED = {"_form_submitted": "on"}


def page_of(client, row):
    meta = row._meta
    answer = client.get(f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/change/")
    panels = answer.context["panels_above"] + answer.context["panels_below"]
    return answer.content.decode(), {panel.title: panel.content for panel in panels}


class TestContact:
    def test_it_says_that_a_contact_is_reachable(self, administrator):
        contact = a_subscription().device.contact

        page, panels = page_of(administrator, contact)

        assert "<strong>Reachable</strong>" in page
        assert "1 of 1 device live" in page
        assert panels["Push"]["reasons"] == []

    def test_it_says_why_not_in_words_and_with_the_code(self, administrator):
        device = a_device(push_status="blocked")
        consent.set_platform_opt_out([device.contact_id], opted_out=True)

        page, _ = page_of(administrator, device.contact)

        assert "<strong>Not reachable</strong>" in page
        assert "Opted out by the platform <code>opted_out_by_platform</code>" in page
        assert "Blocked in the browser <code>blocked</code>" in page

    def test_it_says_of_each_browser_why_it_is_dead(self, administrator):
        subscription = a_subscription()
        subscriptions.end(Subscription.objects.all(), Subscription.EndReason.GONE)

        page, panels = page_of(administrator, subscription.device.contact)

        assert len(panels["Devices"]["rows"]) == 1
        assert "Firefox 153 on Linux" in page
        assert "<code>subscription_gone</code>" in page

    def test_it_shows_when_the_status_became_another_one(self, administrator):
        device = a_device(push_status="ask")
        site = device.contact.site
        for status in ("ask", "allowed", "allowed", "blocked"):
            ago = timezone.now() - sessions.ENDS_AFTER
            Session.objects.filter(last_seen_at__gt=ago).update(last_seen_at=ago)
            sessions.open_session(site, device, a_report(status))

        _, panels = page_of(administrator, device.contact)

        rows = panels["Push status over time"]["rows"]
        assert ["Blocked" in row[0] or "Allowed" in row[0] for row in rows] == [True, True, False]
        assert Session.objects.count() == 5

    def test_it_puts_all_that_happened_on_one_line_of_time(self, administrator):
        contact = a_contact()
        an_event(contact, "purchase", price=20)
        an_event(contact, "push_clicked", button=1)

        _, panels = page_of(administrator, contact)

        ((day, moments),) = panels["What happened"]["days"]
        assert day == timezone.localdate()
        assert [(row.words, row.name, row.details) for row in moments] == [
            ("Clicked a push", "push_clicked", "button: 1"),
            ("purchase", "", "price: 20"),
        ]

    def test_it_shows_the_last_events_and_leads_to_the_others(self, administrator):
        contact = a_contact(external_id="a&b")
        for _ in range(51):
            an_event(contact)

        page, panels = page_of(administrator, contact)

        assert sum(len(moments) for _, moments in panels["What happened"]["days"]) == 50
        assert 'href="/admin/accounts/event/?q=a%26b"' in page

    def test_it_costs_the_same_however_much_there_is_to_tell(self, administrator):
        site = a_site()
        costs = []
        for _ in range(3):
            subscription = a_subscription(a_device(site, "allowed"))
            identity.identify(subscription.device, "anna")
            contact = Contact.objects.get(external_id="anna")
            an_event(contact)
            with CaptureQueriesContext(connection) as captured:
                page_of(administrator, contact)
            costs.append(len(captured))
            subscriptions.end(Subscription.objects.all(), Subscription.EndReason.GONE)

        assert costs[1] == costs[2]


class TestKeys:
    def test_it_makes_a_new_one_and_shows_how_far_the_browsers_have_come(self, administrator):
        site = a_site()
        moved, old = (a_subscription(a_device(site, "allowed")) for _ in range(2))
        address = f"/admin/devices/vapidkey/{old.key_id}/rotate/"
        asked = administrator.get(address).content.decode()

        answer = administrator.post(address, SUBMITTED)
        subscriptions.subscribe(moved.device, a_new_subscription(site))

        page, panels = page_of(administrator, site)
        assert "nobody is asked again" in " ".join(asked.split())
        assert answer.headers["HX-Redirect"] == f"/admin/accounts/site/{site.pk}/change/"
        assert site.vapid_keys.count() == 2
        rows = panels["VAPID keys"]["rows"]
        assert ["Current" in row[0] for row in rows] == [True, False]
        assert [row[3] for row in rows] == ["–", "1"]
        assert "50% of 2 live subscriptions are made with the current key." in page

    def test_it_says_who_is_lost_before_a_key_is_retired(self, administrator):
        old = a_subscription()
        site = old.device.contact.site
        keys.rotate(old.key)
        address = f"/admin/devices/vapidkey/{old.key_id}/retire/"

        asked = administrator.get(address).content.decode()
        assert "1 live subscription is ended with it." in asked
        assert Subscription.objects.live().count() == 1
        administrator.post(address, SUBMITTED)

        assert Subscription.objects.get().end_reason == "retired"
        page, _ = page_of(administrator, site)
        assert "The key is retired. Subscriptions ended: 1." in page
        again = administrator.get(address).content.decode()
        assert "No live subscription is left of it: nobody is lost." in again

    def test_it_does_not_retire_the_current_one(self, administrator):
        key = keys.current(a_site())

        administrator.post(f"/admin/devices/vapidkey/{key.pk}/retire/", SUBMITTED)

        assert VapidKey.objects.get().retired_at is None
        page, _ = page_of(administrator, key.site)
        assert "Make a new one first." in page

    @pytest.mark.parametrize("action", ["rotate", "retire"])
    def test_it_is_for_those_who_may_change_the_site(self, client, action):
        key = keys.current(a_site())
        login(client, "Marketer")

        answer = client.post(f"/admin/devices/vapidkey/{key.pk}/{action}/", SUBMITTED)

        assert answer.status_code == 403
        assert VapidKey.objects.count() == 1
