"""Events as a site's own systems report them."""

import datetime

import pytest
from django.utils import timezone

from apps.accounts.models import Contact, Event
from tests.factories import a_contact

pytestmark = pytest.mark.django_db


class TestEvents:
    def test_it_stores_them_in_their_order(self, system):
        a_contact(system.site, external_id="anna")
        at = (timezone.now() - datetime.timedelta(days=2)).replace(microsecond=0)
        items = [
            {"external_id": "anna", "name": "one", "at": at.isoformat(), "properties": {"n": 1}},
            {"external_id": "anna", "name": "two"},
            {"external_id": "anna", "name": "one"},
        ]

        answer = system.call("post", "events", {"events": items})

        assert (answer.status_code, answer.json()) == (
            200,
            {"accepted": 3, "duplicates": 0, "errors": []},
        )
        stored = Event.objects.order_by("pk").values_list("name__name", "properties")
        assert list(stored) == [("one", {"n": 1}), ("two", {}), ("one", {})]
        assert Event.objects.order_by("pk").first().at == at

    def test_it_counts_an_id_once(self, system):
        a_contact(system.site, external_id="anna")
        event = {"external_id": "anna", "name": "purchase", "id": "order-7"}

        first = system.call("post", "events", {"events": [event, event]})
        second = system.call("post", "events", {"events": [event]})

        assert first.json() == {"accepted": 1, "duplicates": 1, "errors": []}
        assert (second.status_code, second.json()["duplicates"]) == (200, 1)
        assert Event.objects.count() == 1

    def test_it_keeps_the_ids_of_browsers_and_systems_apart(self, system):
        contact = a_contact(system.site, external_id="anna")
        system.call(
            "post", "events", {"events": [{"external_id": "anna", "name": "buy", "id": "1"}]}
        )

        assert Event.objects.get(contact=contact).key == "api:1"

    def test_it_names_what_is_wrong(self, system, settings):
        a_contact(system.site, external_id="anna")
        now = timezone.now()
        fine = {"external_id": "anna", "name": "purchase"}
        items = [
            fine,
            {**fine, "external_id": "nobody"},
            {**fine, "name": "push_clicked"},
            {**fine, "name": "two words"},
            {**fine, "at": (now + datetime.timedelta(minutes=6)).isoformat()},
            {**fine, "at": (now - datetime.timedelta(days=401)).isoformat()},
            {**fine, "at": "yesterday"},
            {**fine, "properties": []},
            {**fine, "colour": "red"},
            {"name": "purchase"},
        ]

        answer = system.call("post", "events", {"events": items})

        told = answer.json()
        assert [(row["item"], row["field"]) for row in told["errors"]] == [
            (1, "external_id"),
            (2, "name"),
            (3, "name"),
            (4, "at"),
            (5, "at"),
            (6, "at"),
            (7, "properties"),
            (8, "colour"),
            (9, "external_id"),
        ]
        assert (answer.status_code, told["accepted"], Event.objects.count()) == (200, 1, 1)

    def test_it_makes_contacts_where_it_is_told_to(self, system):
        erased = a_contact(system.site, external_id="erased")
        system.call("delete", "contacts/erased")
        items = [{"external_id": name, "name": "buy"} for name in ("anna", "erased", "anna")]

        answer = system.call("post", "events", {"events": items, "create_contacts": True})

        assert answer.json()["accepted"] == 2
        assert [row["item"] for row in answer.json()["errors"]] == [1]
        assert list(Contact.objects.values_list("external_id", flat=True)) == ["anna"]
        assert erased.pk

    def test_it_clamps_a_clock_that_is_a_little_ahead(self, system):
        a_contact(system.site, external_id="anna")
        soon = (timezone.now() + datetime.timedelta(minutes=4)).isoformat()

        system.call(
            "post", "events", {"events": [{"external_id": "anna", "name": "buy", "at": soon}]}
        )

        assert Event.objects.get().at <= timezone.now()

    @pytest.mark.parametrize("number", [1, 3, 100])
    def test_it_needs_the_same_queries_for_any_number(
        self, system, number, django_assert_num_queries
    ):
        a_contact(system.site, external_id="anna")
        event = {"external_id": "anna", "name": "buy"}
        system.call("post", "events", {"events": [event]})
        items = [{**event, "id": str(n)} for n in range(number)]

        with django_assert_num_queries(19):
            system.call("post", "events", {"events": items})
