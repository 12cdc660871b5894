import pytest
from django.db import transaction

from apps.accounts.models import Contact
from apps.accounts.privacy import persons
from apps.accounts.upserting import ContactItem, upsert_many
from tests.factories import a_contact, a_site, a_subscription
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def numbers(result):
    return result.created, result.updated, result.unchanged, result.refused


def items(number, **values):
    return [ContactItem(external_id=f"c{n}", **values) for n in range(number)]


class TestUpsertMany:
    def test_it_makes_who_is_new_and_changes_who_is_known(self, site):
        a_contact(site, external_id="anna", state={"plan": "free", "age": 30}, language="en")

        result = upsert_many(
            site,
            [
                ContactItem(external_id="anna", state={"plan": "gold", "age": None}),
                ContactItem(
                    external_id="ben", language="de", time_zone="Europe/Berlin", state={"a": 1}
                ),
            ],
        )

        assert numbers(result) == (1, 1, 0, [])
        values = Contact.objects.order_by("external_id").values_list(
            "external_id", "state", "language", "time_zone"
        )
        assert list(values) == [
            ("anna", {"plan": "gold"}, "en", ""),
            ("ben", {"a": 1}, "de", "Europe/Berlin"),
        ]

    def test_it_changes_nothing_the_second_time(self, site):
        same = items(3, state={"plan": "gold"}, language="de", time_zone="UTC")
        upsert_many(site, same)
        before = list(Contact.objects.order_by("pk").values())

        assert numbers(upsert_many(site, same)) == (0, 0, 3, [])

        assert list(Contact.objects.order_by("pk").values()) == before

    def test_it_applies_several_items_of_one_contact_in_their_order(self, site):
        result = upsert_many(
            site,
            [
                ContactItem(external_id="anna", state={"plan": "free", "age": 30}),
                ContactItem(external_id="anna", state={"plan": "gold"}),
                ContactItem(external_id="anna"),
            ],
        )

        assert numbers(result) == (1, 1, 1, [])
        assert Contact.objects.get().state == {"plan": "gold", "age": 30}

    def test_it_leaves_the_contacts_of_other_sites_alone(self, site):
        other = a_contact(external_id="anna", state={"plan": "free"})

        upsert_many(site, [ContactItem(external_id="anna", state={"plan": "gold"})])

        other.refresh_from_db()
        assert other.state == {"plan": "free"}
        assert Contact.objects.filter(external_id="anna").count() == 2

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"external_id": ""}, "external_id"),
            ({"external_id": "undefined"}, "external_id"),
            ({"external_id": "NULL"}, "external_id"),
            ({"external_id": "a\0b"}, "external_id"),
            ({"external_id": "a\ud800"}, "external_id"),
            ({"external_id": "x" * 151}, "external_id"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"language": "x" * 11}, "language"),
            ({"state": {"x": "y" * 40_000}}, "state"),
            ({"state": {f"n{n}": 1 for n in range(201)}}, "state"),
        ],
    )
    def test_it_refuses_an_item_and_stores_the_others(self, site, values, field):
        bad = ContactItem(**{"external_id": "bad", **values})
        good = items(2)

        result = upsert_many(site, [good[0], bad, good[1]])

        assert numbers(result)[:3] == (2, 0, 0)
        assert [refusal[:2] for refusal in result.refused] == [(1, field)]
        assert sorted(Contact.objects.values_list("external_id", flat=True)) == ["c0", "c1"]

    def test_it_keeps_erased_people_out(self, site):
        persons.erase(a_contact(site, external_id="anna"), by="Test")

        result = upsert_many(site, [ContactItem(external_id="anna"), ContactItem(external_id="b")])

        assert [refusal[:2] for refusal in result.refused] == [(0, "external_id")]
        assert list(Contact.objects.values_list("external_id", flat=True)) == ["b"]

    def test_it_takes_erased_people_back_where_the_site_says_so(self, site):
        persons.erase(a_contact(site, external_id="anna"), by="Test")
        site.recreates_erased = True

        assert numbers(upsert_many(site, [ContactItem(external_id="anna")])) == (1, 0, 0, [])

    def test_it_keeps_reachable_true_when_the_platform_opts_out_and_in(self, site):
        contact = a_subscription().device.contact
        Contact.objects.filter(pk=contact.pk).update(site=site, external_id="anna")
        out = ContactItem(external_id="anna", push_disabled_by_platform=True)
        back = ContactItem(external_id="anna", push_disabled_by_platform=False)
        flags = Contact.objects.values_list("push_disabled_by_platform", "is_reachable")

        assert numbers(upsert_many(site, [out])) == (0, 1, 0, [])
        assert flags.get(pk=contact.pk) == (True, False)
        assert numbers(upsert_many(site, [out])) == (0, 0, 1, [])
        assert numbers(upsert_many(site, [back])) == (0, 1, 0, [])
        assert flags.get(pk=contact.pk) == (False, True)

    def test_it_makes_contacts_who_are_opted_out(self, site):
        upsert_many(site, items(1, push_disabled_by_platform=True))

        assert Contact.objects.get().push_disabled_by_platform

    @pytest.mark.parametrize("number", [1, 3, 50])
    def test_it_makes_any_number_with_the_same_queries(
        self, site, number, django_assert_num_queries
    ):
        # The savepoint and its release, those known, the erased among the others, the insert, and
        # learning what their properties are called.
        with django_assert_num_queries(8):
            upsert_many(site, items(number, state={"a": 1}))

    @pytest.mark.parametrize("number", [1, 3, 50])
    def test_it_changes_any_number_with_the_same_queries(
        self, site, number, django_assert_num_queries
    ):
        upsert_many(site, items(number, state={"a": 1}))

        # The savepoint and its release, those known, the change, and what is learnt already.
        with django_assert_num_queries(5):
            upsert_many(site, items(number, state={"a": 2}))


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_it_merges_into_who_was_made_at_the_same_moment(self):
        site = a_site()
        first, second = (ContactItem(external_id="anna", state={name: 1}) for name in "ab")
        with transaction.atomic():
            upsert_many(site, [first])
            other = Meanwhile(lambda: upsert_many(site, [second]))
            wait_until_blocked()
        other.ends()

        assert Contact.objects.get().state == {"a": 1, "b": 1}
