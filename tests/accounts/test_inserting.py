import pytest
from django.db import IntegrityError
from django.db.models import F, Value
from django.utils import timezone

from apps.accounts.inserting import insert_from
from apps.accounts.models import Contact
from apps.journeys.models import Refusal
from tests.factories import a_contact, a_site
from tests.journeys.entry.making import a_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def insert():
    """Write a refusal for each contact of `rows`."""
    journey_id = a_version().journey_id

    def write(rows, gate="rule", **options):
        columns = {
            "journey": Value(journey_id),
            "contact": F("pk"),
            "gate": Value(gate),
            "at": Value(timezone.now()),
            "times": Value(2),
        }
        return insert_from(Refusal, rows, columns, **options)

    return write


def stored():
    return list(Refusal.objects.order_by("contact_id").values_list("contact", "gate", "times"))


class TestInsertFrom:
    def test_it_inserts_a_row_for_each(self, insert):
        first, second = a_contact(a_site()), a_contact(a_site())

        assert insert(Contact.objects.order_by("pk")) == 2
        assert stored() == [(first.pk, "rule", 2), (second.pk, "rule", 2)]

    def test_it_inserts_nothing_from_nothing(self, insert):
        assert insert(Contact.objects.none()) == 0

    def test_it_refuses_what_a_constraint_refuses(self, insert):
        a_contact(a_site())
        insert(Contact.objects.all())

        with pytest.raises(IntegrityError):
            insert(Contact.objects.all())

    def test_it_can_leave_out_what_a_constraint_refuses(self, insert):
        first = a_contact(a_site())
        insert(Contact.objects.all())
        second = a_contact(a_site())

        assert insert(Contact.objects.all(), "pause", ignore_conflicts=True) == 1
        assert stored() == [(first.pk, "rule", 2), (second.pk, "pause", 2)]

    def test_it_can_change_what_is_there_and_add_to_it(self, insert):
        first = a_contact(a_site())
        insert(Contact.objects.all())
        second = a_contact(a_site())

        insert(
            Contact.objects.order_by("pk"),
            "pause",
            unique_fields=["journey", "contact"],
            update_fields=["gate"],
            add_to=["times"],
        )

        assert stored() == [(first.pk, "pause", 4), (second.pk, "pause", 2)]
