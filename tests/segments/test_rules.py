import pytest

from apps.segments import catalogue, membership, rules
from tests.factories import a_contact, a_site, an_event

ASK = {"field": "push_status", "op": "is", "value": "ask"}
GERMAN = {"field": "language", "op": "starts_with", "value": "de"}
REACHABLE = {"field": "reachable", "op": "is", "value": True}


def field(name, op, value):
    return {"field": name, "op": op, "value": value}


def did(event, op="gte", value=1, **more):
    return {"event": event, "measure": "count", "op": op, "value": value, **more}


def last(amount, unit="days"):
    return {"op": "in_last", "value": {"amount": amount, "unit": unit}}


@pytest.mark.django_db
class TestQuick:
    @pytest.fixture
    def site(self):
        from apps.accounts import contacts

        site = a_site()
        anna = a_contact(site, external_id="anna", language="de-AT", push_status="ask")
        ben = a_contact(
            site, external_id="ben", language="de", push_status="allowed", is_reachable=True
        )
        chloe = a_contact(site, external_id="chloe", language="fr", push_status="blocked")
        contacts.update_state(
            anna,
            {"city": "Berlin", "orders": 3, "vip": True, "born": "1990-02-03", "tags": ["a", "b"]},
        )
        contacts.update_state(
            ben,
            {
                "city": "berlin",
                "orders": 10.5,
                "vip": False,
                "born": "2026-11-20T10:00:00+02:00",
                "tags": [],
            },
        )
        contacts.update_state(chloe, {"city": 5})
        for price in (10, 30):
            an_event(anna, "purchase", price=price)
        an_event(ben, "purchase", price=5)
        return site

    @pytest.mark.parametrize(
        ("rule", "names"),
        [
            (ASK, {"anna"}),
            (REACHABLE, {"ben"}),
            (field("state.city", "is", "Berlin"), {"anna"}),
            (field("state.city", "is_not", "Berlin"), {"ben", "chloe"}),
            (field("state.city", "contains", "erl"), {"anna", "ben"}),
            (field("state.city", "starts_with", "B"), {"anna"}),
            (field("state.city", "is_set", False), {"chloe"}),
            (field("state.orders", "gt", 3), {"ben"}),
            (field("state.orders", "between", [3, 11]), {"anna", "ben"}),
            (field("state.vip", "is", False), {"ben"}),
            (field("state.born", "before", "2000-01-01"), {"anna"}),
            (field("state.born", "on", "2026-11-20"), {"ben"}),
            (field("state.tags", "has_any", ["b", "z"]), {"anna"}),
            (field("state.tags", "has_not", "b"), {"ben", "chloe"}),
            (field("state.tags", "is_set", True), {"anna"}),
            (did("purchase"), {"anna", "ben"}),
            (did("purchase", "gte", 2, when=last(30)), {"anna"}),
            (did("purchase", "is", 0), {"chloe"}),
            (did("purchase", "gte", 1, where=[field("price", "lt", 10)]), {"ben"}),
            (
                {"event": "purchase", "measure": "sum", "of": "price", "op": "gte", "value": 40},
                {"anna"},
            ),
            ({"none": [did("purchase"), ASK]}, {"chloe"}),
            ({"all": [GERMAN, {"any": [ASK, REACHABLE]}]}, {"anna", "ben"}),
        ],
    )
    def test_it_works(self, site, rule, names):
        context = catalogue.of_site(site)
        found = membership.matching(rule, context)
        assert set(found.values_list("external_id", flat=True)) == names, str(found.query)
        ids = list(found.values_list("pk", flat=True))
        assert set(
            membership.matching(rule, context, among=ids).values_list("pk", flat=True)
        ) == set(ids)
        print(rules.describe(rule, context))
