import pytest

from apps.accounts import contacts, events, properties
from apps.accounts.models import Contact, Event, EventName, Property
from apps.segments import catalogue, rules
from tests.factories import a_contact, a_site, an_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def learnt(site):
    """Of events first: databases do not agree on where they put what is empty."""
    rows = Property.objects.filter(site=site).values_list("event_name__name", "name", "type")
    return sorted(rows, key=lambda row: (row[0] is None, row))


def an_event_name(site, name="purchase"):
    return EventName.objects.create(site=site, name=name)


def many(number, prefix="p"):
    return {f"{prefix}{each}": each for each in range(number)}


class TestLearn:
    def test_it_learns_names_and_types_from_states_and_events(self, site):
        contact = a_contact(site)

        contacts.update_state(contact, {"plan": "gold", "orders": 3, "vip": True, "tags": ["a"]})
        an_event(contact, "purchase", price=9.5, due="2026-12-24", item="hat")
        an_event(contact, "viewed", item=7)

        assert learnt(site) == [
            ("purchase", "due", "date"),
            ("purchase", "item", "text"),
            ("purchase", "price", "number"),
            ("viewed", "item", "number"),
            (None, "orders", "number"),
            (None, "plan", "text"),
            (None, "tags", "list"),
            (None, "vip", "yes_no"),
        ]

    def test_it_keeps_the_type_that_was_first_seen_or_corrected(self, site):
        properties.learn(site.pk, {None: [{"orders": "many"}]})
        Property.objects.update(type="number")

        properties.learn(site.pk, {None: [{"orders": "more"}, {"orders": True}]})

        assert learnt(site) == [(None, "orders", "number")]

    def test_it_tells_sites_and_events_apart(self, site):
        other, purchase = a_site(), an_event_name(site)

        properties.learn(site.pk, {None: [{"x": 1}], purchase.pk: [{"x": "a"}]})
        properties.learn(other.pk, {None: [{"x": True}]})

        assert learnt(site) == [("purchase", "x", "text"), (None, "x", "number")]
        assert learnt(other) == [(None, "x", "yes_no")]

    @pytest.mark.parametrize("value", [None, {}, {"a": 1}])
    def test_it_learns_nothing_from_what_has_no_type(self, site, value):
        properties.learn(site.pk, {None: [{"x": value}]})

        assert learnt(site) == []

    @pytest.mark.parametrize(
        "name", ["", '"', "a'b", "a\\b", ".x", " x", "a\n", "a$[0]", "x" * 101, "%s"]
    )
    def test_it_keeps_a_name_that_no_path_can_hold_but_does_not_learn_it(self, site, name):
        contact = a_contact(site)

        contacts.update_state(contact, {name: "value"})

        contact.refresh_from_db()
        assert contact.state == {name: "value"}
        assert learnt(site) == []

    @pytest.mark.parametrize(
        "name",
        [
            "x",
            "X",
            "0",
            "_a",
            "a b",
            "a.b",
            "a:b-c",
            "größe",
            "日本",
            "नाम",
            "ชื่อ",
            "می‌شود",
            "pre\u0301nom",
            "x" * 100,
        ],
    )
    def test_it_learns_every_name_that_rules_can_ask_for(self, site, name):
        contact = a_contact(site, external_id="anna")
        contacts.update_state(contact, {name: "value"})
        rule = {"field": f"state.{name}", "op": "is", "value": "value"}

        met = rules.compile(rule, catalogue.of_site(site))

        assert Contact.objects.filter(met).get() == contact

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_one_query_when_nothing_is_new(self, site, number, django_assert_num_queries):
        purchase = an_event_name(site)
        seen = {None: [many(number)], purchase.pk: [many(number)] * number}
        properties.learn(site.pk, seen)

        with django_assert_num_queries(1):
            properties.learn(site.pk, seen)

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_three_when_something_is(self, site, number, django_assert_num_queries):
        purchase = an_event_name(site)

        # Which are known, how many there are, and the new ones.
        with django_assert_num_queries(3):
            properties.learn(site.pk, {None: [many(number)], purchase.pk: [many(number)]})

    def test_it_needs_none_when_there_is_nothing(self, site, django_assert_num_queries):
        with django_assert_num_queries(0):
            properties.learn(site.pk, {None: [{}], 5: [{"x": None}]})


class TestTooMany:
    def test_it_keeps_what_a_site_has_no_room_to_ask_for(self, site):
        properties.learn(site.pk, {None: [many(properties.MAX_OF_CONTACTS)]})
        contact = a_contact(site, state={"p0": 1})

        contacts.update_state(contact, {"p1": 1, "one_more": 1})

        contact.refresh_from_db()
        assert contact.state == {"p0": 1, "p1": 1, "one_more": 1}
        assert Property.objects.count() == properties.MAX_OF_CONTACTS

    def test_it_learns_as_many_as_there_is_room_for(self, site):
        properties.learn(site.pk, {None: [many(properties.MAX_OF_CONTACTS - 1)]})

        properties.learn(site.pk, {None: [{"x1": 1, "x2": 1}]})

        assert (None, "x1", "number") in learnt(site)
        assert Property.objects.count() == properties.MAX_OF_CONTACTS

    def test_it_goes_on_with_the_names_that_are_known(self, site):
        properties.learn(site.pk, {None: [many(properties.MAX_OF_CONTACTS)]})
        contact = a_contact(site)

        contacts.update_state(contact, {"p0": 1, "p499": 2})

        contact.refresh_from_db()
        assert contact.state == {"p0": 1, "p499": 2}

    def test_it_tracks_an_event_with_too_many(self, site):
        purchase = an_event_name(site)
        properties.learn(site.pk, {purchase.pk: [many(properties.MAX_OF_AN_EVENT)]})

        events.track(a_contact(site), "purchase", {"one_more": 1})

        assert Event.objects.get().properties == {"one_more": 1}
        assert Property.objects.count() == properties.MAX_OF_AN_EVENT

    def test_one_event_takes_no_room_from_others(self, site):
        purchase = an_event_name(site)
        properties.learn(site.pk, {purchase.pk: [many(properties.MAX_OF_AN_EVENT)]})

        an_event(a_contact(site), "viewed", item="hat")

        assert ("viewed", "item", "text") in learnt(site)

    def test_one_site_takes_no_room_from_others(self, site):
        properties.learn(site.pk, {None: [many(properties.MAX_OF_CONTACTS)]})

        contacts.update_state(a_contact(other := a_site()), {"x": 1})

        assert learnt(other) == [(None, "x", "number")]

    def test_a_log_in_does_not_fail_for_it(self, site):
        anonymous, known = a_contact(site, state={"gone": 1}), a_contact(site, external_id="anna")
        properties.learn(site.pk, {None: [many(properties.MAX_OF_CONTACTS)]})

        contacts.merge(anonymous, known)

        assert Contact.objects.filter(site=site).get() == known


class TestCorrectedType:
    def test_conditions_that_no_longer_fit_are_broken_and_not_false(self, site):
        contacts.update_state(a_contact(site), {"orders": 3})
        rule = {"field": "state.orders", "op": "gt", "value": 1}
        assert rules.problems(rule, catalogue.of_site(site)) == []

        Property.objects.update(type="text")

        (problem,) = rules.problems(rule, catalogue.of_site(site))
        assert (
            problem.message == "“orders” is a text now and cannot be asked with “is greater than”."
        )
        with pytest.raises(rules.Broken):
            rules.compile(rule, catalogue.of_site(site))


class TestTypeOf:
    @pytest.mark.parametrize(
        ("value", "type"),
        [
            (True, "yes_no"),
            (0, "number"),
            (-0.5, "number"),
            ("", "text"),
            ("true", "text"),
            ("2026", "text"),
            ("2026-02-29", "text"),
            ("2024-02-29", "date"),
            ("2026-07-01T10:00Z", "date"),
            ([], "list"),
            ({}, ""),
            (None, ""),
        ],
    )
    def test_it_goes_by_what_the_value_seems_to_be(self, value, type):
        assert properties.type_of(value) == type
