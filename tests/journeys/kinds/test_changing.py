import pytest

from apps.accounts.contacts import MAX_STATE_NAMES
from apps.accounts.models import Property
from tests.factories import a_contact, a_site
from tests.journeys.kinds.flows import a_flow, an_update, enter, outcomes, queries_of, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def updated(site, changes, *, state=None, event=None, **values):
    """The state of a contact after the changes, and how the step was left."""
    person = a_contact(site, state=state or {}, **values)
    (outcome,) = outcomes(enter(a_flow(site, an_update(*changes)), [person], event=event))
    person.refresh_from_db()
    return person.state, outcome


class TestUpdate:
    def test_it_sets_and_unsets(self, site):
        changes = [("set", "plan", "gold"), ("set", "level", 3), ("unset", "trial")]

        found = updated(site, changes, state={"trial": True, "kept": 1})

        assert found == ({"plan": "gold", "level": 3, "kept": 1}, "done")

    def test_it_fills_tags_for_each_contact(self, site):
        journey = a_flow(site, an_update(("set", "greeting", "Hi {{ state.name }}")))
        people = [a_contact(site, state={"name": name}) for name in ("Ann", "Bo")]
        outcomes(enter(journey, people))

        assert [state["greeting"] for state in states(people)] == ["Hi Ann", "Hi Bo"]

    @pytest.mark.parametrize("value", [12.5, True, ["a", 1], "x", 0])
    def test_a_text_that_is_one_tag_keeps_the_type_of_its_value(self, site, value):
        found = updated(site, [("set", "last", "{{ event.it }}")], event={"it": value})

        assert found == ({"last": value}, "done")

    def test_a_tag_reaches_into_what_the_event_holds(self, site):
        changes = [("set", "total", "{{ event.order.total }}")]

        found = updated(site, changes, event={"order": {"total": 9}})

        assert found == ({"total": 9}, "done")

    def test_a_fallback_is_taken_where_there_is_no_value(self, site):
        found = updated(site, [("set", "plan", '{{ event.plan | default: "free" }}')])

        assert found == ({"plan": "free"}, "done")

    def test_it_knows_what_the_house_knows(self, site):
        found = updated(site, [("set", "spoken", "{{ state.language }}")], language="de")

        assert found == ({"spoken": "de"}, "done")

    def test_it_changes_nothing_where_one_tag_alone_has_no_value(self, site):
        changes = [("set", "seen", True), ("set", "plan", "{{ event.plan }}")]

        found = updated(site, changes, state={"plan": "gold"})

        assert found == ({"plan": "gold"}, "done, not_filled")

    def test_it_adds_to_a_list_without_doubles(self, site):
        changes = [("add", "colours", "red"), ("add", "colours", ["blue", 1, True])]

        found = updated(site, changes, state={"colours": ["red", 1]})

        assert found == ({"colours": ["red", 1, "blue", True]}, "done")

    def test_it_begins_a_list(self, site):
        assert updated(site, [("add", "colours", "red")]) == ({"colours": ["red"]}, "done")

    def test_it_leaves_what_is_no_list(self, site):
        found = updated(site, [("add", "colours", "red")], state={"colours": "blue"})

        assert found == ({"colours": "blue"}, "done, not_a_list")

    @pytest.mark.parametrize(
        ("before", "by", "after"),
        [
            (None, 1, 1),
            (2, 3, 5),
            (2, -3, -1),
            (0.1, 0.2, 0.3),
            (1.5, 1.5, 3),
            ("12", 1, 13),
            (5, "{{ event.points }}", 12),
            (5, "{{ event.text }}", 13.5),
        ],
    )
    def test_it_counts_up(self, site, before, by, after):
        state = {} if before is None else {"points": before}
        event = {"points": 7, "text": "8.5"}

        found = updated(site, [("increment", "points", by)], state=state, event=event)

        assert found == ({"points": after}, "done")
        assert type(found[0]["points"]) is type(after)

    @pytest.mark.parametrize(
        "before", ["gold", True, [1], {"a": 1}, "NaN", "1e999", 2**53, 10**300]
    )
    def test_it_leaves_what_cannot_be_counted(self, site, before):
        found = updated(site, [("increment", "points", 1)], state={"points": before})

        assert found == ({"points": before}, "done, not_a_number")

    @pytest.mark.parametrize(
        "by", ["much", "NaN", "Infinity", "1e999999", "", True, [1], "9" * 5000]
    )
    def test_it_counts_by_numbers_only(self, site, by):
        found = updated(
            site, [("increment", "points", "{{ event.by }}")], state={"points": 1}, event={"by": by}
        )

        assert found == ({"points": 1}, "done, not_filled")

    def test_later_changes_see_the_earlier_ones(self, site):
        changes = [
            ("increment", "n", 1),
            ("increment", "n", 1),
            ("unset", "n"),
            ("increment", "n", 5),
        ]

        assert updated(site, changes) == ({"n": 5}, "done")

    def test_both_ways_of_one_contact_count(self, site):
        person = a_contact(site)
        journey = a_flow(site, an_update(("increment", "n", 1)))

        assert outcomes(enter(journey, [person, person])) == ["done", "done"]
        assert states([person]) == [{"n": 2}]

    def test_who_would_hold_too_much_stays_as_they_are(self, site):
        full = {f"p{n}": n for n in range(MAX_STATE_NAMES)}
        people = [a_contact(site, state=full), a_contact(site)]
        journey = a_flow(site, an_update(("set", "more", 1)))

        assert outcomes(enter(journey, people)) == ["done, too_large", "done"]
        assert states(people) == [full, {"more": 1}]

    def test_one_whose_tags_cannot_be_filled_does_not_stop_the_others(self, site):
        people = [a_contact(site, state={"n": n}) for n in (0, 4)]
        journey = a_flow(
            site,
            an_update(("set", "seen", True), ("set", "half", "{{ 8 | divided_by: state.n }} each")),
        )

        assert outcomes(enter(journey, people)) == ["done, not_filled", "done"]
        assert states(people) == [{"n": 0}, {"n": 4, "seen": True, "half": "2 each"}]

    @pytest.mark.parametrize(
        "value",
        ["{% for i in (1..900) %}{{ event.long }}{% endfor %}", "{{ event.it | date: 'x' }}"],
    )
    def test_hostile_values_stop_nobody_else(self, site, value):
        journey = a_flow(site, an_update(("set", "out", value), ("set", "seen", True)))
        person = a_contact(site)
        deep = {}
        for _ in range(200):
            deep = {"a": deep}
        event = {"long": "x" * 5_000, "it": deep}

        (outcome,) = outcomes(enter(journey, [person], event=event))

        assert outcome in ("done", "done, not_filled")
        assert (states([person]) == [{}]) is (outcome == "done, not_filled")

    def test_it_keeps_names_and_ids_of_contacts(self, site):
        person = a_contact(site, external_id="anna", language="de")
        made = person.created_at
        outcomes(enter(a_flow(site, an_update(("set", "plan", "gold"))), [person]))

        person.refresh_from_db()
        assert (person.external_id, person.language, person.created_at) == ("anna", "de", made)
        assert person.state == {"plan": "gold"}

    def test_rules_can_ask_for_what_it_has_set(self, site):
        updated(site, [("set", "plan", "gold"), ("increment", "points", 1), ("unset", "gone")])

        learnt = set(Property.objects.filter(event_name=None).values_list("name", "type"))
        assert learnt == {("plan", "text"), ("points", "number")}

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, site, number):
        journey = a_flow(site, an_update(("set", "plan", "{{ event.plan }}")))
        people = [a_contact(site) for _ in range(number)]
        rows = enter(journey, people, event={"plan": "gold"})

        # The contacts held; their names known, counted, learnt; the states.
        assert queries_of(rows) == 5
