import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact
from apps.devices import audience
from apps.devices.audience import Check
from apps.devices.models import Session, Subscription
from tests.factories import a_contact, a_device, a_site, a_subscription

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timezone.timedelta(days=9)


def drop(index):
    """Let the database hold what it never would otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")


def twice(subscription, **changes):
    """Store the live subscription once more, past the house."""
    subscription.pk = None
    for name, value in changes.items():
        setattr(subscription, name, value)
    subscription.save()
    return subscription


def untrue_reachable():
    Contact.objects.update(is_reachable=False)


def untrue_consent():
    Contact.objects.update(unsubscribed_at=timezone.now())


def untrue_status():
    Contact.objects.update(push_status="blocked")


def untrue_last_seen():
    Contact.objects.update(last_seen_at=LONG_AGO)


def no_last_seen():
    Contact.objects.update(last_seen_at=None)


def untrue_hash():
    Subscription.objects.update(endpoint_hash="0" * 64)


def device_twice():
    drop("subscription_live_once_a_device")
    twice(Subscription.objects.get(), endpoint="x", endpoint_hash=Subscription.hash_of("x"))


def endpoint_twice():
    drop("subscription_live_endpoint_once")
    twice(Subscription.objects.get(), device=a_device(Contact.objects.get().site, "allowed"))
    Contact.objects.update(is_reachable=True)


UNTRUTHS = [
    (untrue_reachable, Check.REACHABLE),
    (untrue_consent, Check.REACHABLE),
    (untrue_status, Check.STATUS),
    (untrue_last_seen, Check.LAST_SEEN),
    (no_last_seen, Check.LAST_SEEN),
    (untrue_hash, Check.HASH),
    (device_twice, Check.DEVICE_TWICE),
    (endpoint_twice, Check.ENDPOINT_TWICE),
]


class TestVerify:
    def test_it_finds_nothing_where_all_is_true(self):
        a_subscription()
        a_contact()
        a_device(push_status="blocked")

        assert list(audience.verify()) == []

    @pytest.mark.parametrize(("spoil", "check"), UNTRUTHS, ids=lambda one: getattr(one, "name", ""))
    def test_it_finds_and_repairs_it(self, spoil, check):
        a_subscription()
        spoil()

        (found,) = audience.verify()
        audience.repair()

        assert (found.check, found.count, len(found.examples)) == (check, 1, 1)
        assert list(audience.verify()) == []
        assert Subscription.objects.live().count() == 1

    def test_it_repairs_what_an_untrue_hash_has_hidden(self):
        first = a_subscription()
        Subscription.objects.update(endpoint_hash="0" * 64)
        second = a_subscription(a_device(first.device.contact.site, "allowed"))
        Subscription.objects.filter(pk=second.pk).update(endpoint=first.endpoint)
        Subscription.objects.filter(pk=second.pk).update(endpoint_hash="1" * 64)

        audience.repair()

        assert list(Subscription.objects.live()) == [second]
        assert list(audience.verify()) == []

    def test_it_looks_at_one_site_only(self):
        here, there = (a_subscription().device.contact.site for _ in range(2))
        Contact.objects.update(is_reachable=False)

        (found,) = audience.verify(here)
        audience.repair(here)

        assert found.examples == [here.contacts.get().pk]
        assert list(audience.verify(here)) == []
        assert len(list(audience.verify(there))) == 1

    def test_it_names_a_few_and_counts_all(self):
        site = a_site()
        for _ in range(audience.EXAMPLES + 2):
            a_contact(site, is_reachable=True)

        (found,) = audience.verify()

        assert (found.count, len(found.examples)) == (12, 10)

    def test_it_costs_the_same_for_one_and_for_three(self):
        costs = []
        for _ in range(3):
            a_device(a_site(), "allowed")
            Contact.objects.update(is_reachable=True, push_status="blocked")
            with CaptureQueriesContext(connection) as captured:
                list(audience.verify())
                audience.repair()
            costs.append(len(captured))

        assert costs[0] == costs[1] == costs[2]


class TestCommand:
    def test_it_says_that_all_is_true(self, capsys):
        a_subscription()

        call_command("verify_audience")

        assert capsys.readouterr().out == "The audience is true.\n"

    def test_it_prints_what_differs_and_fails(self, capsys):
        contact = a_subscription().device.contact
        Contact.objects.update(is_reachable=False)

        with pytest.raises(SystemExit) as ended:
            call_command("verify_audience")

        assert ended.value.code == 1
        assert capsys.readouterr().out == (
            "1 contact: “reachable” does not say whether there is a live subscription and consent "
            f"(id {contact.pk})\n"
        )
        assert not Contact.objects.get().is_reachable

    def test_it_repairs_when_told_to(self, capsys):
        a_subscription()
        Contact.objects.update(is_reachable=False)
        Session.objects.update(push_status="blocked")

        call_command("verify_audience", fix=True)

        assert capsys.readouterr().out.splitlines()[-2:] == [
            "Repaired 2 rows. Comparing again.",
            "The audience is true.",
        ]
        contact = Contact.objects.get()
        assert (contact.is_reachable, contact.push_status) == (True, "blocked")

    def test_it_takes_a_site_by_name(self, capsys):
        site = a_site(name="Shop")
        Contact.objects.create(site=a_site(), is_reachable=True)

        call_command("verify_audience", site=site.name)
        with pytest.raises(CommandError, match="no site “Other”, only “Shop”"):
            call_command("verify_audience", site="Other")

        assert capsys.readouterr().out == "The audience is true.\n"
