import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import AuditEntry, Contact, ErasedId, Event, ImportIssue
from apps.accounts.privacy import persons
from apps.accounts.privacy.relations import kinds
from apps.delivery import sender
from apps.delivery.models import Popup, Push
from apps.devices import identity
from apps.devices.models import Device, Session, Subscription
from tests.accounts.persons import MARK, a_person
from tests.factories import a_contact, a_device, a_site, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def found_anywhere(text):
    """Every column of every table in which the text is."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.local_concrete_fields:
                name = connection.ops.quote_name
                cursor.execute(
                    f"SELECT count(*) FROM {name(model._meta.db_table)} "
                    f"WHERE CAST({name(field.column)} AS text) LIKE %s",
                    [f"%{text}%"],
                )
                if cursor.fetchone()[0]:
                    found.add(f"{model._meta.label}.{field.name}")
    return found


def rows_per_table():
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model is not LogEntry
    }


class TestHashOfExternalId:
    def test_it_depends_on_the_secret_key(self, settings):
        settings.SECRET_KEY = "one"
        one = persons.hash_of_external_id("anna")
        settings.SECRET_KEY = "other"

        assert persons.hash_of_external_id("anna") != one
        assert len(one) == 64


class TestErase:
    def test_it_leaves_nothing_of_the_person_in_any_table(self, site):
        contact = a_person(site)
        marked = found_anywhere(MARK) | found_anywhere("anna-person")
        assert len(marked) >= 10

        persons.erase(contact, by="Test")

        assert found_anywhere(MARK) | found_anywhere("anna-person") == set()
        for kind in kinds():
            assert not kind.model._base_manager.exists(), kind.label
        assert ErasedId.objects.get().hash == persons.hash_of_external_id("anna-person")

    def test_it_removes_every_kind_of_row_whatever_app_it_is_of(self):
        pointing = {kind.label for kind in kinds()}

        assert pointing == {
            "accounts.event",
            "devices.device",
            "devices.session",
            "devices.subscription",
            "segments.member",
            "delivery.push",
            "delivery.popup",
            "journeys.enrolment",
            "journeys.visit",
            "journeys.call",
            "journeys.refusal",
            "journeys.seen",
            "journeys.pendingevent",
        }

    def test_it_leaves_everybody_else_as_they_were(self, site):
        a_person(site, "ben-person")
        before = rows_per_table()
        everybody = list(Contact.objects.values())
        issues = list(ImportIssue.objects.values("value", "message"))
        contact = a_person(site)

        persons.erase(contact, by="Test")

        after = rows_per_table()
        grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        # What a_person makes beside the person, and what is kept of an erasure.
        assert grown == {
            "accounts.Import": 1,
            "accounts.ImportIssue": 2,
            "accounts.User": 1,
            "accounts.ErasedId": 1,
            "accounts.AuditEntry": 1,
            "assets.Asset": 2,
            "assets.Push": 1,
            "assets.Popup": 1,
            "journeys.Tally": 1,
            "segments.Segment": 1,
        }
        assert list(Contact.objects.values()) == everybody
        assert list(ImportIssue.objects.order_by("pk").values("value", "message")[:2]) == issues

    def test_it_blanks_the_id_as_a_word_only(self, site):
        a_person(site, "17")
        contact = a_person(site, "7")

        persons.erase(contact, by="Test")

        found = list(ImportIssue.objects.order_by("pk").values_list("value", "message"))
        assert found == [
            ("17", "Wrong."),
            ("", "“17” is wrong."),
            ("", "Wrong."),
            ("", "“…” is wrong."),
        ]

    def test_it_is_audited_without_a_name(self, site):
        contact = a_person(site)
        user = a_user()

        persons.erase(contact, by=user)

        entry = AuditEntry.objects.get()
        assert (entry.user, entry.who, entry.action) == (user, user.username, "contact_erased")
        assert (entry.subject, entry.details) == (f"Contact {contact.pk}", {})

    def test_it_takes_a_visitor_without_a_name(self, site):
        visitor = a_device(site).contact

        persons.erase(visitor, by="Test")

        assert not Contact.objects.exists()
        assert not ErasedId.objects.exists()

    def test_it_says_when_somebody_else_was_first(self, site):
        contact = a_contact(site, external_id="anna")
        persons.erase(contact, by="Test")
        again = Contact(pk=contact.pk, site=site)

        with pytest.raises(Contact.DoesNotExist):
            persons.erase(again, by="Test")

        assert AuditEntry.objects.count() == 1

    def test_it_stops_what_a_worker_has_claimed_and_not_sent(self, site):
        contact = a_person(site)
        claimed = sender.claim(10)
        assert len(claimed) == 1

        persons.erase(contact, by="Test")

        assert sender.prepare(claimed) == ([], [])

    def test_it_gives_a_shared_browser_to_a_fresh_visitor(self, site):
        """So that what hangs on the browser of somebody else's story stays."""
        anna = a_person(site)
        device = Device.objects.get()
        ben = identity.identify(device, "ben")
        identity.identify(device, "anna-person")
        bens = list(Session.objects.filter(contact=ben).values())
        Popup.objects.update(contact=ben)

        persons.erase(anna, by="Test")

        device.refresh_from_db()
        assert device.contact.is_anonymous_visitor
        assert not device.contact.is_reachable
        assert not Subscription.objects.exists()
        assert list(Session.objects.values()) == bens
        assert Popup.objects.get().device == device

    def test_it_lets_go_of_a_popup_that_somebody_else_met_on_the_browser(self, site):
        anna = a_person(site)
        Popup.objects.update(contact=a_contact(site, external_id="ben"))

        persons.erase(anna, by="Test")

        assert Popup.objects.get().device is None

    def test_it_loads_no_events_however_many_there_are(self, site, django_assert_max_num_queries):
        contact = a_person(site)
        name = Event.objects.latest("id").name
        Event.objects.bulk_create(
            [Event(contact=contact, name=name, at=timezone.now()) for _ in range(5_000)],
            batch_size=500,
        )

        with django_assert_max_num_queries(45), CaptureQueriesContext(connection) as done:
            persons.erase(contact, by="Test")

        read = [query["sql"] for query in done if query["sql"].startswith("SELECT")]
        assert not [sql for sql in read if 'FROM "accounts_event"' in sql]
        assert not Event.objects.exists()


class TestCount:
    def test_it_says_how_much_of_what_goes(self, site):
        contact = a_person(site)

        counts = persons.count(contact)

        assert counts["events"] == Event.objects.filter(contact=contact).count()
        assert (counts["devices"], counts["pushes"], counts["popups"]) == (1, 1, 1)


class TestQueuedPushes:
    def test_none_is_left_to_send(self, site):
        persons.erase(a_person(site), by="Test")

        assert not Push.objects.exists()
