import pytest

from apps.accounts import contacts
from apps.accounts.models import Contact
from apps.devices.models import Device
from apps.segments import catalogue, counting, suggesting
from tests.factories import a_contact, a_site, an_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def values(site, name, event=""):
    return suggesting.values(name, catalogue.of_site(site), event=event)


class TestValues:
    def test_it_names_the_most_frequent_first(self, site):
        for city in ("Bern", "Wien", "Bern", "Aachen", ""):
            contacts.update_state(a_contact(site), {"city": city})
        contacts.update_state(a_contact(a_site()), {"city": "Oslo"})

        assert values(site, "state.city") == ["Bern", "Aachen", "Wien"]

    def test_it_knows_columns_devices_lists_and_properties_of_events(self, site):
        anna = a_contact(site, language="de", time_zone="Europe/Berlin")
        Device.objects.create(contact=anna, browser="Firefox", os="")
        contacts.update_state(anna, {"tags": ["a", 5, True, ["b"], None]})
        an_event(anna, "purchase", item="hat")
        an_event(anna, "review", item="boots")

        assert values(site, "language") == ["de"]
        assert values(site, "time_zone") == ["Europe/Berlin"]
        assert values(site, "device.browser") == ["Firefox"]
        assert values(site, "device.os") == []
        assert values(site, "state.tags") == ["5", "a"]
        assert values(site, "item", event="purchase") == ["hat"]

    @pytest.mark.parametrize(
        ("name", "event"),
        [
            ("external_id", ""),
            ("push_status", ""),
            ("sessions", ""),
            ("state.orders", ""),
            ("state.gone", ""),
            ("gone", "purchase"),
            ("price", "purchase"),
            ("item", "gone"),
            ("language", "purchase"),
            ("\x00", "\x00"),
        ],
    )
    def test_it_names_nothing_of_what_is_no_text_or_not_known(self, site, name, event):
        anna = a_contact(site, external_id="anna")
        contacts.update_state(anna, {"orders": 5})
        an_event(anna, "purchase", item="hat", price=5)

        assert values(site, name, event) == []

    def test_it_passes_over_values_of_another_type(self, site):
        anna = a_contact(site)
        contacts.update_state(anna, {"city": "Bern"})
        for odd in (5, None, {"a": 1}, ["x"], "x" * 501):
            a_contact(site, state={"city": odd})

        assert values(site, "state.city") == ["Bern"]

    def test_it_looks_at_some_contacts_and_names_some_values(self, site, monkeypatch):
        monkeypatch.setattr(counting, "FEW", 2)
        Contact.objects.bulk_create(
            Contact(site=site, language=f"l{number}", bucket=counting.SAMPLED)
            for number in range(suggesting.MOST + 1)
        )
        Contact.objects.bulk_create(
            Contact(site=site, language="other", bucket=5) for _ in range(3)
        )

        found = values(site, "language")

        assert len(found) == suggesting.MOST
        assert "other" not in found

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(
        self, site, number, django_assert_max_num_queries
    ):
        for _ in range(number):
            an_event(a_contact(site), "purchase", item="hat")
        context = catalogue.of_site(site)

        # How many there are, what they hold, and on PostgreSQL the settings around it.
        with django_assert_max_num_queries(14):
            assert suggesting.values("item", context, event="purchase") == ["hat"]
