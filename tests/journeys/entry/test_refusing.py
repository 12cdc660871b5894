from datetime import timedelta

import pytest
from django.utils import timezone

from apps.journeys.entry import refusing
from apps.journeys.models import Refusal
from tests.factories import a_contact, a_site
from tests.journeys.entry.making import a_version

pytestmark = pytest.mark.django_db


class TestRecord:
    @pytest.fixture
    def journey_id(self):
        return a_version().journey_id

    def test_it_keeps_the_last_gate_and_counts(self, journey_id):
        one, other = a_contact(a_site()), a_contact(a_site())
        now = timezone.now()

        refusing.record(journey_id, {one.pk: "rule"}, at=now - timedelta(days=1))
        refusing.record(journey_id, {one.pk: "pause", other.pk: "rule"}, at=now)

        assert list(Refusal.objects.order_by("contact_id").values_list(
            "contact", "gate", "times", "at"
        )) == [(one.pk, "pause", 2, now), (other.pk, "rule", 1, now)]  # fmt: skip

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_is_one_statement_in_a_savepoint(
        self, journey_id, number, django_assert_num_queries
    ):
        site, gates = a_site(), Refusal.Gate.values
        refused = {a_contact(site).pk: gates[index] for index in range(number)}

        with django_assert_num_queries(3):
            refusing.record(journey_id, refused, at=timezone.now())

        assert Refusal.objects.count() == number

    def test_nobody_refused_is_no_statement(self, journey_id, django_assert_num_queries):
        with django_assert_num_queries(0):
            refusing.record(journey_id, {}, at=timezone.now())

    def test_who_is_gone_meanwhile_is_left_out(self, journey_id):
        contact = a_contact(a_site())
        gone = contact.pk
        contact.delete()

        refusing.record(journey_id, {gone: "rule"}, at=timezone.now())

        assert Refusal.objects.count() == 0
