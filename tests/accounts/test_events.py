import pytest
from django.db import transaction

from apps.accounts import events
from apps.accounts.house_events import WORDS
from apps.accounts.models import Event, EventName
from apps.accounts.signals import tracked
from tests.factories import a_contact

pytestmark = pytest.mark.django_db


class TestTrack:
    def test_it_stores_what_happened_to_whom(self):
        contact = a_contact()

        event = events.track(contact, "purchase", {"price": 20})

        assert Event.objects.get() == event
        assert (event.contact, event.name.name) == (contact, "purchase")
        assert event.properties == {"price": 20}

    def test_it_takes_properties_of_any_name(self):
        event = events.track(a_contact(), "purchase", {"name": "tent", "contact": 1})

        assert event.properties == {"name": "tent", "contact": 1}

    def test_it_tells_who_listens_inside_its_transaction(self):
        heard = []

        def listener(events, **kwargs):
            heard.append((events, transaction.get_connection().in_atomic_block))

        tracked.connect(listener)
        event = events.track(a_contact(), "purchase")
        tracked.disconnect(listener)

        assert heard == [([event], True)]

    def test_it_keeps_the_names_of_two_sites_apart(self):
        one, other = a_contact(), a_contact()

        first, second = events.track(one, "purchase"), events.track(other, "purchase")

        assert first.name != second.name

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, number, django_assert_num_queries):
        contact = a_contact()
        events.track(contact, "purchase")
        new = [events.NewEvent(contact=contact, name="purchase") for _ in range(number)]

        # The savepoint and its release, the names, the insert, and which journeys listen.
        with django_assert_num_queries(5):
            events.track_many(new)

    def test_it_counts_an_event_with_a_key_once(self):
        contact = a_contact()
        event = events.NewEvent(contact=contact, name="purchase", key="order-7")
        first = events.track_many([event])

        assert events.track_many([event]) == []

        assert list(Event.objects.all()) == first

    def test_it_refuses_one_name_too_many(self, monkeypatch):
        monkeypatch.setattr(events, "MAX_NAMES_PER_SITE", 2)
        contact = a_contact()
        events.track(contact, "one")
        events.track(contact, "two")

        with pytest.raises(events.UnknownEventName):
            events.track(contact, "three")

        names = set(EventName.objects.values_list("name", flat=True))
        assert names - WORDS.keys() == {"one", "two"}

    def test_it_lets_nobody_crowd_our_own_events_out(self, monkeypatch):
        monkeypatch.setattr(events, "MAX_NAMES_PER_SITE", 1)
        contact = a_contact()
        events.track(contact, "one")

        events.track(contact, "push_clicked")

        assert Event.objects.latest("id").name.name == "push_clicked"


class TestIsReserved:
    @pytest.mark.parametrize("name", ["popup_accepted", "push_clicked", "session_started"])
    def test_it_keeps_our_own_names_from_visitors(self, name):
        assert events.is_reserved(name)

    def test_it_leaves_everything_else_to_the_site(self):
        assert not events.is_reserved("purchase")
